"""Malicious names and reasons: one line everywhere, no header, no terminal control, no second mail."""

from __future__ import annotations

from email import policy
from email.parser import BytesParser

from hypothesis import given, settings
from hypothesis import strategies as st

from minipanel.alerts.channels.mail import Mail, MailServer
from minipanel.alerts.message import MAX_CHARACTERS, Teller
from minipanel.alerts.outbox import Letter
from minipanel.alerts.rules.all import RULES
from minipanel.models.alert import Alert, Bad

HARM = st.text(
    st.sampled_from("\r\n\t\x00\x1b[31m\u202e\ud800<script>\"'`$(){}%s\\,;:@&|恢复 ") | st.characters(), max_size=60
)
NOW = 1_790_000_000
WORDS = {rule.name: rule.words for rule in RULES}


@settings(deadline=None, max_examples=200)
@given(HARM, HARM, st.sampled_from(sorted(WORDS)), st.sampled_from(["en", "zh"]))
def test_nothing_of_a_reason_or_a_clusters_name_gets_out_of_its_place(
    cluster: str, reason: str, rule: str, language: str
) -> None:
    alert = Alert(rule, 1, "critical", NOW, NOW, 300, Bad(96.0, 95.0, reason), worst=96.0, first_at=NOW)
    teller = Teller(cluster, language, {1: "cn0001"}, WORDS, "https://panel")  # type: ignore[arg-type]
    subject, body = teller.message([alert], NOW)
    assert subject.isprintable()
    assert all(line.isprintable() for line in body.split("\n"))
    assert len(body) <= MAX_CHARACTERS
    assert teller.headed([alert], NOW).isprintable()  # the journal's line
    raw = Mail("mail", ("ops@example.org",), MailServer(sender="panel@c1"))._message(
        Letter("key", subject, body, rule, NOW)
    )
    mail = BytesParser(policy=policy.default).parsebytes(raw.as_bytes())
    assert set(mail.keys()) == {
        *("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted"),
        *("Content-Type", "Content-Transfer-Encoding", "MIME-Version"),
    }
    assert mail["To"] == "ops@example.org"
    assert mail.get_content_type() == "text/plain"
