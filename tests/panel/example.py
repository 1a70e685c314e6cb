"""A panel of three nodes for tests, with clients at any address."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import bcrypt
import httpx
from fastapi import FastAPI

from minipanel.access.access import Access
from minipanel.app import create_app
from minipanel.config import AdminConfig, AgentsConfig, Config, DatabaseConfig, NodeConfig, ServerConfig, UserConfig
from minipanel.models.caller import Role
from minipanel.services.batch import Waiter
from minipanel.services.credentials import Claim, Credentials
from minipanel.services.tokens import agent_token

PASSWORD = "correct horse"
SECRET = "a secret for agents, of thirty-two bytes and more"
NODES = (
    NodeConfig("node001", "10.0.0.2", "node001"),
    NodeConfig("long", "10.0.0.3", "node002.cluster.example"),
    NodeConfig("spare", "10.0.0.4", "node003", enabled=False),
)


Opened = Callable[..., Access]
"""Makes an Access, which knows who may log in: opened(config, clock, connection)."""


def hash_of(password: str, cost: int = 4) -> str:
    """A bcrypt hash, with the smallest cost unless a test is about time."""
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(cost)).decode()


def config_in(folder: Path, password_hash: str | None = None, **agents: Any) -> Config:
    return Config(
        path=folder / "config.toml",
        server=ServerConfig("127.0.0.1", 8080, "http://127.0.0.1:8080", "a secret for sessions, of 32 bytes and more"),
        admin=AdminConfig("miniadmin", password_hash or hash_of(PASSWORD)),
        database=DatabaseConfig(folder / "data.db"),
        agents=AgentsConfig(**{"auth": "token", "secret": SECRET, **agents}),
        nodes=NODES,
    )


def with_viewer(config: Config, name: str = "vera", role: Role = "viewer") -> Config:
    """The same with one more account, which has the same password."""
    return replace(config, users=(*config.users, UserConfig(name, config.admin.password_hash, role)))


def changed_password(config: Config, password: str) -> Config:
    return replace(config, admin=replace(config.admin, password_hash=hash_of(password)))


@asynccontextmanager
async def running_app(config: Config, static: Path | None = None) -> AsyncIterator[FastAPI]:
    """The whole panel, running, with its database and threads."""
    app = create_app(config, static or config.database.path.parent)
    async with app.router.lifespan_context(app):
        app.state.panel.ingest.gather_seconds = 0.0  # few write here, and each test would often wait in vain for more
        yield app


def caller(app: FastAPI, address: str = "10.0.0.2", scheme: str = "http") -> httpx.AsyncClient:
    """A client whose connection comes from the address."""
    transport = httpx.ASGITransport(app, client=(address, 40000))
    return httpx.AsyncClient(transport=transport, base_url=f"{scheme}://127.0.0.1:8080")


def sample(**changes: Any) -> dict[str, Any]:
    """One valid sample of now; a value of `...` removes the field."""
    whole = {
        "node_id": "node001",
        "timestamp": int(time.time()) // 5 * 5,
        "cpu_percent": 45.2,
        "memory_total": 16777216000,
        "memory_used": 8388608000,
        "cpu_temp": 65.5,
    }
    return {name: value for name, value in (whole | changes).items() if value is not ...}


def body_of(*samples: dict[str, Any]) -> bytes:
    return json.dumps(list(samples) if len(samples) > 1 else samples[0]).encode()


def bearer(node_id: str = "node001", secret: str = SECRET) -> dict[str, str]:
    return {"Authorization": f"Bearer {agent_token(secret, node_id)}"}


async def checked(credentials: Credentials, authorization: str | None, body: bytes, peer: str = "10.0.0.2") -> Claim:
    """What a credential proves, once it is checked."""
    waiter: Waiter[Claim] = Waiter()
    credentials.check(authorization, body, peer, waiter)
    return await waiter.result()


@contextlib.contextmanager
def nothing_stored(config: Config) -> Iterator[None]:
    """Fail if the block leaves a sample in the database."""
    yield
    with contextlib.closing(sqlite3.connect(config.database.path)) as database:
        for table in ("filling_metrics", "pending_metrics", "system_metrics"):
            assert database.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
