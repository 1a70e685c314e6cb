"""A webhook at a real HTTP server: what it gets, and a sentence for each failure."""

from __future__ import annotations

import hashlib
import hmac
import socket
from pathlib import Path

import pytest

from minipanel.alerts.channels.http import Caller, resolve
from minipanel.alerts.channels.secret import Source
from minipanel.alerts.channels.webhook import Webhook
from minipanel.alerts.outbox import NotSent
from tests.alerts.hooks import LETTER, hook
from tests.alerts.smtp import certificate


def webhook(url: str, secret_file: Path | None = None, **caller: object) -> Webhook:
    return Webhook("hook", Source(url), secret_file, Caller(**caller), clock=lambda: 1_790_000_123.9)  # type: ignore[arg-type]


def refusal(channel: Webhook) -> str:
    with pytest.raises(NotSent) as caught:
        channel.send(LETTER)
    return str(caught.value)


def test_it_gets_the_message_as_json_with_a_key_that_is_the_same_at_a_repeat() -> None:
    with hook() as it:
        assert webhook(it.url).send(LETTER) == "200 OK: ok"
        webhook(it.url).send(LETTER)
    first, again = it.got
    assert (first.method, first.path) == ("POST", "/hook?token=s3cret")
    assert first.headers["Content-Type"] == "application/json; charset=utf-8"
    assert first.json == {
        "version": 1,
        "key": "k7",
        "rule": "node-down",
        "subject": LETTER.subject,
        "text": LETTER.body,
        "made_at": LETTER.made_at,
        "cluster": "c1",
        "url": "https://panel/alerts",
        "severity": "critical",
        "groups": [],
    }
    assert first.headers["Idempotency-Key"] == again.headers["Idempotency-Key"] == "k7"
    assert first.body == again.body
    assert "X-MiniPanel-Signature" not in first.headers


def test_the_signature_is_over_time_and_body_with_the_secret_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("sesame\nnot this\n")
    with hook() as it:
        webhook(it.url, tmp_path / "secret").send(LETTER)
    (got,) = it.got
    assert got.headers["X-MiniPanel-Timestamp"] == "1790000123"
    signed = hmac.new(b"sesame", b"1790000123." + got.body, hashlib.sha256).hexdigest()
    assert got.headers["X-MiniPanel-Signature"] == f"sha256={signed}"
    assert "can't be read: No such file" in refusal(webhook(it.url, tmp_path / "none"))


def test_an_error_is_a_sentence_with_the_beginning_of_the_answer_on_one_line_and_without_the_path() -> None:
    with hook() as it:
        it.status, it.body = 503, b"\x1b[31mbusy\r\n<4>forged " + b"x" * 100_000
        said = refusal(webhook(it.url))
    assert said.startswith(f"127.0.0.1:{it.port} answered 503 Service Unavailable: \\x1b[31mbusy <4>forged xxx")
    assert len(said) < 260
    assert "s3cret" not in said


def test_a_redirect_is_not_followed() -> None:
    with hook() as other, hook() as it:
        it.status, it.headers = 307, {"Location": other.url}
        assert refusal(webhook(it.url)) == (
            f"127.0.0.1:{it.port} answered 307, another address; redirects are not followed."
        )
    assert other.got == []


def test_a_server_that_hangs_or_drips_is_waited_for_so_long_and_no_longer() -> None:
    with hook() as it:
        for drips in (60.0, 0.05):
            it.drips = drips
            assert refusal(webhook(it.url, total_seconds=0.5)) == (
                f"127.0.0.1:{it.port} did not answer within 0.5 seconds."
            )


def test_a_server_that_breaks_off_and_one_that_is_not_there_are_sentences() -> None:
    with hook() as it:
        it.drops = True
        assert refusal(webhook(it.url)) == f"127.0.0.1:{it.port} closed the connection."
    assert refusal(webhook(it.url)) == f"127.0.0.1:{it.port} can't be reached: Connection refused."


def test_what_is_not_http_gets_a_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        channel = webhook(f"http://127.0.0.1:{port}/", resolve=_answering_nonsense(server))
        assert "does not speak HTTP" in refusal(channel)


def _answering_nonsense(server: socket.socket):  # type: ignore[no-untyped-def]
    def look_up(host: str, port: int):  # type: ignore[no-untyped-def]
        import threading

        def talk() -> None:
            opened, _ = server.accept()
            opened.recv(65536)
            opened.sendall(b"220 mail.example.org ESMTP\r\n")
            opened.close()

        threading.Thread(target=talk, daemon=True).start()
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)

    return look_up


@pytest.mark.parametrize(
    "address",
    ["169.254.169.254", "fe80::1", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1"],
)
def test_a_name_that_leads_to_a_link_local_address_is_not_asked(address: str) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    channel = webhook(
        "http://metadata.example.org/",
        resolve=lambda host, port: [(family, socket.SOCK_STREAM, 6, "", (address, port))],
    )
    assert "has the link-local address" in refusal(channel)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0.0.0.0", "[::ffff:127.0.0.1]"])
def test_the_panel_does_not_ask_itself(host: str) -> None:
    with hook() as it:
        assert "is the panel itself" in refusal(webhook(f"http://{host}:{it.port}/api", own_port=it.port))
    assert it.got == []


def test_a_webhook_on_another_port_than_the_panels_is_allowed() -> None:
    with hook() as it:
        webhook(it.url, own_port=it.port + 1).send(LETTER)
    assert len(it.got) == 1


def test_a_certificate_is_checked_and_a_sites_own_ca_can_be_named(tmp_path: Path) -> None:
    made, _, context = certificate(tmp_path)
    with hook(context) as it:
        url = f"https://localhost:{it.port}/"
        webhook(url, ca_file=made).send(LETTER)
        assert refusal(webhook(url)).startswith(f"The certificate of localhost:{it.port} is not trusted: self")
        elsewhere = webhook(
            f"https://panel.example.org:{it.port}/", ca_file=made, resolve=lambda _, port: resolve("127.0.0.1", port)
        )
        assert "not trusted: Hostname mismatch" in refusal(elsewhere)
        assert len(it.got) == 1


def test_an_address_from_a_file_is_read_again_each_time(tmp_path: Path) -> None:
    with hook() as it:
        (tmp_path / "url").write_text(it.url + "\n")
        channel = Webhook("hook", Source(file=tmp_path / "url"))
        channel.send(LETTER)
        assert it.got[0].path == "/hook?token=s3cret"
        (tmp_path / "url").write_text("ftp://example.org/s3cret\n")
        with pytest.raises(NotSent, match='has the scheme "ftp"') as caught:
            channel.send(LETTER)
    assert "s3cret" not in str(caught.value)


def test_many_addresses_that_do_not_answer_take_no_longer_than_one() -> None:
    tried = []

    class Slow(list):  # type: ignore[type-arg]
        def __iter__(self):  # type: ignore[no-untyped-def]
            for entry in super().__iter__():
                tried.append(entry)
                yield entry

    with socket.create_server(("127.0.0.1", 0), backlog=0) as server, socket.socket() as first, socket.socket() as two:
        for each in (first, two):  # fill the queue, so that further connections are not answered
            each.setblocking(False)
            each.connect_ex(server.getsockname())
        entry = (socket.AF_INET, socket.SOCK_STREAM, 6, "", server.getsockname())
        channel = webhook("http://hooks.example.org/", total_seconds=0.3, resolve=lambda *_: Slow([entry] * 50))
        assert refusal(channel) == "hooks.example.org:80 did not answer within 0.3 seconds."
    assert len(tried) < 5
