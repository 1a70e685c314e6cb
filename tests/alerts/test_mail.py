"""Mail to a real SMTP server: plain, encrypted, with a login; and a sentence for each failure."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from minipanel.alerts.channels.mail import Mail, MailServer
from minipanel.alerts.outbox import Letter, NotSent
from tests.alerts.smtp import certificate, only, postbox

LETTER = Letter("7", "[c1] 严重 cn[01-02] 失去联系", "严重 cn[01-02]\nline two", "node-down", 1_790_000_000)


def mail(port: int, timeout_seconds: float = 5, **server: object) -> Mail:
    return Mail("mail", ("ops@cluster", "x@example.org"), MailServer("127.0.0.1", port, **server), timeout_seconds)  # type: ignore[arg-type]


def refusal(mail: Mail) -> str:
    with pytest.raises(NotSent) as caught:
        mail.send(LETTER)
    return str(caught.value)


def test_a_mail_arrives_with_its_subject_its_text_and_an_id_that_stays_the_same() -> None:
    with postbox() as box:
        mail(box.port).send(LETTER)
        mail(box.port).send(LETTER)
    first, again = box.mails
    assert first["Subject"] == LETTER.subject
    assert first.get_content().replace("\r\n", "\n") == LETTER.body + "\n"
    assert first["To"] == "ops@cluster, x@example.org"
    assert first["From"] == f"minipanel@{socket.gethostname()}"
    assert first["Message-ID"] == again["Message-ID"] == f"<minipanel-7@{socket.gethostname()}>"
    assert first["Auto-Submitted"] == "auto-generated"


def test_no_part_of_a_subject_becomes_another_header() -> None:
    with postbox() as box:
        mail(box.port).send(Letter("k", "down\r\nBcc: thief@example.org\r\n\r\nbody", "b", "hot", 0))
    (got,) = box.mails
    assert got["Bcc"] is None
    assert got["Subject"] == "down Bcc: thief@example.org body"


@pytest.mark.parametrize("answer", ["451 try later", "550 go away"])
def test_what_the_server_says_instead_is_in_the_sentence(answer: str) -> None:
    with postbox() as box:
        box.answers = [answer]
        assert refusal(mail(box.port)) == f"The mail server 127.0.0.1:{box.port} answered {answer}."


def test_a_server_that_hangs_is_waited_for_so_long_and_no_longer() -> None:
    with postbox() as box:
        box.hangs = True
        assert refusal(mail(box.port, 0.5)) == f"The mail server 127.0.0.1:{box.port} did not answer for 0.5 seconds."


def test_a_connection_that_breaks_off_is_a_sentence() -> None:
    with postbox() as box:
        box.drops = True
        assert refusal(mail(box.port)) == f"The mail server 127.0.0.1:{box.port} closed the connection."


def test_no_server_is_a_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(
            NotSent, match=rf"^The mail server 127.0.0.1:{port} can't be reached: Connection refused\.$"
        ):
            mail(port).send(LETTER)


def test_starttls_with_the_sites_own_certificate(tmp_path: Path) -> None:
    made, _, context = certificate(tmp_path)
    with postbox(tls_context=context, require_starttls=True) as box:
        mail(box.port, security="starttls", ca_file=made).send(LETTER)
        assert box.was_encrypted
        assert "TLS failed" in refusal(mail(box.port, security="starttls"))
        assert "530" in refusal(mail(box.port))


def test_a_login_with_the_password_in_a_file(tmp_path: Path) -> None:
    made, _, context = certificate(tmp_path)
    (tmp_path / "password").write_text("sesame\nnot this\n")
    login = {"security": "starttls", "ca_file": made, "username": "panel"}
    with postbox(tls_context=context, authenticator=only("panel", "sesame"), auth_required=True) as box:
        mail(box.port, **login, password_file=tmp_path / "password").send(LETTER)
        assert len(box.mails) == 1
        (tmp_path / "wrong").write_text("open\n")
        assert "535" in refusal(mail(box.port, **login, password_file=tmp_path / "wrong"))
        assert "can't be read" in refusal(mail(box.port, **login, password_file=tmp_path / "none"))


def test_tls_from_the_first_byte(tmp_path: Path) -> None:
    made, _, context = certificate(tmp_path)
    with postbox(ssl_context=context) as box:
        assert mail(box.port, security="tls", ca_file=made).send(LETTER) == "250 taken"
        assert "TLS failed" in refusal(mail(box.port, security="tls"))
        assert len(box.mails) == 1


def test_a_recipient_refused_for_now_gets_it_later_and_nobody_gets_it_twice() -> None:
    with postbox() as box:
        box.refuses = {"x@example.org": "450 greylisted"}
        channel = mail(box.port)
        assert refusal(channel) == (
            f"The mail server 127.0.0.1:{box.port} accepted it for others and refused x@example.org: 450 greylisted."
        )
        box.refuses = {}
        channel.send(LETTER)
        assert box.recipients == ["ops@cluster", "x@example.org"]
        assert len({each["Message-ID"] for each in box.mails}) == 1


def test_a_recipient_refused_for_now_and_then_for_good_is_tried_no_more() -> None:
    """Greylisting answers 450 at first, whether there is such a user or not."""
    with postbox() as box:
        box.refuses = {"x@example.org": "450 greylisted"}
        channel = mail(box.port)
        refusal(channel)
        box.refuses = {"x@example.org": "550 no such user"}
        assert channel.send(LETTER) == "accepted before; refused x@example.org"
        assert (len(box.mails), channel.taken) == (1, {})


def test_a_recipient_refused_for_good_is_logged_and_delays_no_other(caplog: pytest.LogCaptureFixture) -> None:
    with postbox() as box:
        box.refuses = {"x@example.org": "550 no such user"}
        assert mail(box.port).send(LETTER) == "250 taken; refused x@example.org"
        assert box.recipients == ["ops@cluster"]
        assert "refused x@example.org: 550 no such user" in caplog.text
        box.refuses["ops@cluster"] = "550 nor this"
        assert refusal(mail(box.port)) == (
            f"The mail server 127.0.0.1:{box.port} refused the recipients: 550 nor this."
        )


def test_a_server_that_drips_its_answer_is_waited_for_so_long_and_no_longer() -> None:
    stopped = threading.Event()

    def drip(server: socket.socket) -> None:
        opened, _ = server.accept()
        with opened, suppress(OSError):
            while not stopped.wait(0.05):
                opened.sendall(b"2")

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=drip, args=(server,), daemon=True)
        thread.start()
        port = server.getsockname()[1]
        said = refusal(replace(mail(port), total_seconds=0.5))
        stopped.set()
        thread.join()
    assert said == f"The mail server 127.0.0.1:{port} did not finish within 0.5 seconds."
