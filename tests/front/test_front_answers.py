"""The headers of every answer, and what the log says about bad requests."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.front.front import Front, flood, front, post, read_answer
from tests.panel.commands import log_in
from tests.panel.example import PASSWORD, bearer, body_of, sample
from tests.panel.test_cli_serve import certificate


@pytest.fixture
def panel(tmp_path: Path) -> Iterator[Front]:
    with front(tmp_path) as panel:
        yield panel


def assert_safe(headers: httpx.Headers) -> None:
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "Cache-Control" in headers
    assert "Strict-Transport-Security" not in headers
    for name in ("Content-Security-Policy", "Cache-Control", "X-Content-Type-Options"):
        assert len(headers.get_list(name)) == 1


def test_every_answer_has_the_headers_that_keep_a_browser_safe(panel: Front) -> None:
    with httpx.Client(base_url=panel.config.server.url) as client:
        login = log_in(panel.config.server.url, PASSWORD)
        client.headers["Authorization"] = f"Bearer {login.json()['token']}"
        answers = [login, client.post("/api/metrics", content=body_of(sample()), headers=bearer())]
        answers += [client.post("/api/metrics", content=b"{", headers=bearer()), client.put("/api/metrics")]
        for path in (
            "health",
            "nodes",
            "metrics/realtime",
            "docs",
            "openapi.json",
            "nothing",
            "metrics/history/node001",
        ):
            answers.append(client.get(f"/api/{path}"))
        assert {answer.status_code for answer in answers} == {200, 400, 404, 405}
        for answer in answers:
            assert_safe(answer.headers)
            assert answer.headers["Cache-Control"] == "no-store"
        assert_safe(client.get("/").headers)
        assert_safe(client.get("/assets/none.js").headers)
        assert "script-src" not in client.get("/api/docs").headers["Content-Security-Policy"]
        assert "default-src 'self'" in client.get("/api/docs").headers["Content-Security-Policy"]


@pytest.mark.parametrize(("request_", "status"), [(b"nonsense\r\n\r\n", 400), (b"GET /" + b"x" * 40_000, 431)])
def test_also_the_answers_before_any_route(panel: Front, request_: bytes, status: int) -> None:
    connection = panel.connect()
    connection.sendall(request_)
    answer = read_answer(connection)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %d " % status)
    assert body.startswith(b'{"error":"')
    pairs = [line.split(b": ", 1) for line in head.split(b"\r\n")[1:]]
    assert_safe(httpx.Headers([(name, value) for name, value in pairs]))


def test_bad_requests_are_logged_once_with_their_address_and_counted(panel: Front) -> None:
    for _ in range(30):
        connection = panel.connect("127.0.0.7")
        connection.sendall(b"nonsense\r\n\r\n")
        assert read_answer(connection).startswith(b"HTTP/1.1 400 ")
    assert panel.said().count("This is not an HTTP request.") == 1
    assert "Closed a connection from 127.0.0.7: This is not an HTTP request." in panel.said()


def test_clients_that_are_killed_in_flight_leave_no_traceback(panel: Front) -> None:
    token = log_in(panel.config.server.url, PASSWORD).json()["token"]
    user = {"Authorization": f"Bearer {token}"}
    requests = [post(bearer(), body_of(sample())), post(bearer(), b"{", 1000), post(bearer(), b" " * 500_000, 900_000)]
    for path in (
        "/api/metrics/stream",
        "/api/metrics/realtime",
        "/api/metrics/history?nodes=node[001-003]&period=1m",
        "/",
    ):
        lines = "".join(f"{name}: {value}\r\n" for name, value in user.items())
        requests.append(f"GET {path} HTTP/1.1\r\nHost: x\r\n{lines}\r\n".encode())
    login = b'{"username": "miniadmin", "password": "wrong one"}'
    requests.append(post({"Content-Type": "application/json"}, login).replace(b"/api/metrics", b"/api/auth/login"))
    requests.append(post({"Content-Type": "application/json"}, b"{", 90).replace(b"/api/metrics", b"/api/auth/login"))
    for pause in (0.0, 0.03, 0.2):
        for request in requests:
            connection = panel.connect()
            # A reset, like that of a process killed with unread data.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.sendall(request)
            time.sleep(pause)
            connection.close()
    time.sleep(1)
    said = panel.said()
    assert "Traceback" not in said
    assert "Exception" not in said
    assert len(said.splitlines()) < 12, said


def test_a_client_without_tls_causes_no_traceback(tmp_path: Path) -> None:
    cert, key = certificate(tmp_path, "panel")
    with front(tmp_path, tls_certificate=cert, tls_key=key) as panel:
        for _ in range(10):
            connection = panel.connect()
            connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            connection.settimeout(5)
            with contextlib.suppress(ConnectionError):
                connection.recv(1000)
        context = ssl.create_default_context(cafile=str(cert))
        context.check_hostname = False
        with context.wrap_socket(panel.connect()) as secure:
            secure.sendall(post(bearer(), body_of(sample())))
            assert read_answer(secure).startswith(b"HTTP/1.1 200")
            flood(secure, b"GET /api/health HTTP/1.1\r\nHost: x\r\n\r\n" * 1000, 2)
            assert panel.resident_bytes() < 130_000_000
        with context.wrap_socket(panel.connect()) as endless:
            endless.sendall(b"GET /" + b"x" * 40_000)
            assert read_answer(endless).startswith(b"HTTP/1.1 431")
        assert len(panel.said().splitlines()) < 6, panel.said()


def test_an_agent_that_still_speaks_https_is_one_line_with_its_address_and_what_to_do(panel: Front) -> None:
    context = ssl.create_default_context()
    for _ in range(3):
        with contextlib.suppress(ssl.SSLError), panel.connect("127.0.0.7") as connection:
            context.wrap_socket(connection, server_hostname="panel")
    sentence = "It spoke HTTPS, and this panel speaks HTTP. If it is an agent, run minipanel rollout."
    assert f"Closed a connection from 127.0.0.7: {sentence}" in panel.said()
    assert panel.said().count("WARNING") == 1
