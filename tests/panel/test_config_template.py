"""The first config.toml has the given values, explains every key, and reads back the same."""

from __future__ import annotations

import dataclasses
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minipanel.config import (
    AdminConfig,
    AgentsConfig,
    Config,
    DatabaseConfig,
    NodeConfig,
    ServerConfig,
    check_config,
    values,
)
from minipanel.config.template import render_config

PATH = Path("/etc/minipanel/config.toml")
CONFIG = Config(
    PATH,
    ServerConfig("0.0.0.0", 8080, "http://10.0.0.1:8080", "j" * 32),
    AdminConfig("miniadmin", "$2b$04$" + "a" * 53),
    DatabaseConfig(Path("/var/lib/minipanel/data.db")),
    AgentsConfig("munge"),
    (
        NodeConfig("n1", "10.0.0.2", "node001"),
        NodeConfig("n2", "2001:db8::2", "node002", enabled=False, addresses=("10.9.0.1", "fd00::1")),
    ),
    groups=(values.GroupConfig("机柜1", ("node001", "node002")),),
)

texts = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=40)
names = st.from_regex(r"[a-z_][a-z0-9_]{0,20}", fullmatch=True)


def test_the_file_reads_back_as_what_was_written() -> None:
    assert check_config(render_config(CONFIG), PATH) == CONFIG


@settings(max_examples=100, deadline=None)
@given(texts, texts.map(lambda text: text * 32), texts, st.lists(names, unique=True, max_size=5), st.integers(1, 65535))
def test_whatever_it_is_given_reads_back(user: str, secret: str, place: str, hosts: list[str], port: int) -> None:
    file = "f" + place.replace("/", "")
    config = replace(
        CONFIG,
        server=replace(
            CONFIG.server,
            port=port,
            jwt_secret=secret,
            session_hours=1.5 + port % 700,
            hosts=("m.example",),
            trusted_proxies=("10.0.0.1",),
        ),
        admin=replace(CONFIG.admin, username=user),
        database=DatabaseConfig(PATH.parent / file / "d", 1 + port % 3650),
        agents=AgentsConfig("token", secret, (0, port), f"/run/{file}", 5 * (1 + port % 12)),
        nodes=tuple(NodeConfig(host, f"10.0.0.{i + 1}", host) for i, host in enumerate(hosts)),
    )
    assert check_config(render_config(config), PATH) == config


@pytest.mark.parametrize(
    "shape", [ServerConfig, AdminConfig, DatabaseConfig, AgentsConfig, NodeConfig], ids=lambda shape: shape.__name__
)
def test_it_has_every_key_with_a_comment_before_it(shape: type) -> None:
    text = render_config(CONFIG)
    for field in dataclasses.fields(shape):
        assert f"\n{field.name} = " in text or f"\n# {field.name} = " in text, field.name


def test_a_database_beside_the_file_is_written_so_that_both_can_be_moved() -> None:
    config = replace(CONFIG, database=DatabaseConfig(PATH.parent / "data.db"))
    text = render_config(config)
    assert '\npath = "data.db"\n' in text
    assert check_config(text, Path("/srv/config.toml")).database.path == Path("/srv/data.db")


def test_the_default_place_is_that_of_an_installed_panel() -> None:
    assert values.DEFAULT_PATH == PATH
