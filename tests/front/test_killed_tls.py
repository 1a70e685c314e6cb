"""Clients of an HTTPS panel that are killed in the handshake, in a request, or in an answer."""

from __future__ import annotations

import contextlib
import ssl
import time
from collections.abc import Iterator

import httpx
import pytest

from minipanel.config import Config
from minipanel.database.store import Store
from tests.e2e.month import fill_month
from tests.front.wire import connect, reset
from tests.panel.commands import Running, certificate, running_panel, written_config
from tests.panel.example import PASSWORD, bearer, body_of, sample

CLIENTS = 10
TRUSTING = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
TRUSTING.check_hostname = False
TRUSTING.verify_mode = ssl.CERT_NONE


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    folder = tmp_path_factory.mktemp("tls")
    cert, key = certificate(folder, "panel")
    config = written_config(folder, tls_certificate=cert, tls_key=key)
    Store(config.database.path).close()
    fill_month(config.database.path, 1, int(time.time()) // 300 * 300 - 7200)
    return config


@pytest.fixture(scope="module")
def panel(config: Config) -> Iterator[Running]:
    with running_panel(config) as panel:
        yield panel
        url = f"https://127.0.0.1:{config.server.port}/api/metrics"
        assert httpx.post(url, content=body_of(sample()), headers=bearer(), verify=TRUSTING).status_code == 200
        panel.stop()
        assert "ERROR" not in panel.output, panel.output


@pytest.fixture(scope="module")
def token(config: Config, panel: Running) -> str:
    url = f"https://127.0.0.1:{config.server.port}/api/auth/login"
    return str(httpx.post(url, json={"username": "miniadmin", "password": PASSWORD}, verify=TRUSTING).json()["token"])


def hello() -> bytes:
    """Return the first message of a client."""
    said = ssl.MemoryBIO()
    client = TRUSTING.wrap_bio(ssl.MemoryBIO(), said)
    with contextlib.suppress(ssl.SSLWantReadError):
        client.do_handshake()
    return said.read()


@pytest.mark.parametrize("seconds", [0.0, 0.02])
@pytest.mark.parametrize(
    "begin", [b"\x16\x03\x01\x02\x00\x01", b"GET / HTTP/1.1\r\n\r\n", b"\x80\x00" * 50, b"", hello()]
)
def test_in_a_handshake_or_without_one(config: Config, panel: Running, begin: bytes, seconds: float) -> None:
    for client in range(CLIENTS):
        connection = connect(config)
        connection.sendall(begin)
        time.sleep(seconds)
        if client % 2:
            reset(connection)
        connection.close()


@pytest.mark.parametrize("seconds", [0.0, 0.02, 0.1])
@pytest.mark.parametrize("path", ["/api/metrics/stream", "/api/metrics/history/1?period=1m&format=csv", "/api/nodes"])
def test_in_an_answer(config: Config, panel: Running, token: str, path: str, seconds: float) -> None:
    question = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
    for client in range(CLIENTS):
        connection = TRUSTING.wrap_socket(connect(config))
        connection.sendall(question * (1 + client % 3))
        time.sleep(seconds)
        if client % 2:
            reset(connection)
        connection.close()


def test_none_and_the_past_is_answered(config: Config, panel: Running, token: str) -> None:
    url = f"https://127.0.0.1:{config.server.port}/api/metrics/history/1?period=1m"
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(verify=TRUSTING, headers=headers) as client:
        counts = {len(client.get(url).json()["timestamp"]) for _ in range(CLIENTS)}
    assert min(counts) > 8000


@pytest.mark.parametrize("path", ["/api/metrics", "/api/auth/login"])
def test_in_a_request(config: Config, panel: Running, path: str) -> None:
    body = body_of(sample())
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", f"Authorization: {bearer()['Authorization']}"]
    whole = "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body
    for client in range(CLIENTS):
        connection = TRUSTING.wrap_socket(connect(config))
        connection.sendall(whole[: len(whole) * (client + 1) // CLIENTS])
        if client % 2:
            reset(connection)
        connection.close()
