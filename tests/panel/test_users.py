"""[[users]] in config.toml: several accounts, what they may be, and how a panel answers them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from minipanel.config import Config, UserConfig, check_config, load_config
from minipanel.config.editing import add_user, remove_user, set_user_hash
from minipanel.config.template import render_config
from minipanel.errors import ConfigError
from tests.panel.example import PASSWORD, caller, config_in, running_app, with_viewer

HASH, NEW_HASH = "$2b$04$" + "a" * 53, "$2b$04$" + "b" * 53

TEXT = f"""\
[server]
url = "http://10.0.0.1:8080"
jwt_secret = "{"j" * 32}"

[admin]
password_hash = "{HASH}" # set in May

# Rack 1
[[nodes]]
hostname = "node001"
ip = "10.0.0.2"
"""

VERA = UserConfig("vera", HASH)
WIM = UserConfig("维", HASH, "admin")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(TEXT)
    return path


def users(text: str) -> str:
    """The sentence about this file, or the users it has."""
    try:
        return str([user.name for user in check_config(text, Path("/etc/config.toml")).users])
    except ConfigError as error:
        return str(error)


def user(name: str = "vera", password_hash: str = HASH, role: str = "viewer") -> str:
    return f'\n[[users]]\nname = "{name}"\npassword_hash = "{password_hash}"\nrole = "{role}"\n'


def test_accounts_beside_the_administrator_are_read_and_written_again() -> None:
    config = check_config(TEXT + user() + user("wim", role="admin"), Path("/etc/config.toml"))
    assert [(one.name, one.role) for one in config.accounts] == [
        ("miniadmin", "admin"),
        ("vera", "viewer"),
        ("wim", "admin"),
    ]
    assert check_config(render_config(config), config.path) == config


@pytest.mark.parametrize(
    ("added", "sentence"),
    [
        (user() + user(), 'name in [[users]] number 2 is "vera", as in [[users]] number 1; each user must have'),
        (user() + user("VERA"), 'name in [[users]] number 2 is "VERA", as in [[users]] number 1; each user must'),
        (user("miniadmin"), 'name in [[users]] number 1 is "miniadmin", as in [admin]; each user must have its'),
        (user("Miniadmin"), 'name in [[users]] number 1 is "Miniadmin", as in [admin]; each user must have its'),
        (user(role="root"), 'role in [[users]] number 1 is "root"; it must be "viewer" or "admin".'),
        (user(role=""), 'role in [[users]] number 1 is ""; it must be "viewer" or "admin".'),
        (user(password_hash="secret"), "password_hash in [[users]] number 1 is not acceptable; it must be a bcrypt"),
        (user(name=""), 'name in [[users]] number 1 is ""; it must be 1 to 64 printable characters'),
        (user(name=" v"), 'name in [[users]] number 1 is " v"; it must be 1 to 64 printable characters'),
        ("\n[[users]]\nname = 7\n", "name in [[users]] number 1 is 7; it must be 1 to 64 printable characters"),
        ('\n[[users]]\nname = "v"\n', "password_hash is missing in [[users]] number 1; it must be a bcrypt hash"),
        ('\n[[users]]\nuser = "v"\n', 'unknown key "user" in [[users]] number 1;'),
        ("\n[users]\nname = 7\n", "users is not a list of tables; each user must be a section [[users]]."),
    ],
)
def test_users_that_can_not_be_are_refused_in_one_sentence(added: str, sentence: str) -> None:
    assert sentence in users(TEXT + added)
    assert "secret" not in users(TEXT + added)


def test_the_first_user_goes_below_the_administrator_and_nothing_else_changes(path: Path) -> None:
    assert add_user(path, VERA).users == (VERA,)
    section = f'\n[[users]]\nname = "vera"\npassword_hash = "{HASH}"\nrole = "viewer"\n'
    assert path.read_text() == TEXT.replace("# set in May\n", f"# set in May\n{section}")
    assert add_user(path, WIM).users == (VERA, WIM)
    assert set_user_hash(path, "维", NEW_HASH).users == (VERA, replace(WIM, password_hash=NEW_HASH))
    assert remove_user(path, "vera").users == (replace(WIM, password_hash=NEW_HASH),)
    remove_user(path, "维")
    assert path.read_text() == TEXT


def test_comments_beside_users_stay(path: Path) -> None:
    path.write_text(TEXT + "# The night shift.\n" + user() + "# until May\n" + user("wim") + "# The end.\n")
    before = path.read_text()
    set_user_hash(path, "wim", NEW_HASH)
    assert path.read_text() == NEW_HASH.join(before.rsplit(HASH, 1))
    remove_user(path, "vera")
    assert "# The night shift.\n" in path.read_text()
    assert "# until May\n" in path.read_text()


def test_users_in_another_spelling_are_left_to_a_hand(path: Path) -> None:
    path.write_text(f'users = [{{name = "vera", password_hash = "{HASH}"}}]\n' + TEXT)
    with pytest.raises(ConfigError, match=r"lists its users without \[\[users\]\] sections; edit it by"):
        add_user(path, WIM)
    assert [one.name for one in load_config(path).users] == ["vera"]


def stored(config: Config) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(config.database.path)) as connection:
        return connection.execute("SELECT username, role FROM users ORDER BY id").fetchall()


@pytest.mark.anyio
async def test_the_table_of_users_follows_the_configuration(tmp_path: Path) -> None:
    config = config_in(tmp_path)
    async with running_app(with_viewer(config)) as app:
        assert stored(config) == [("miniadmin", "admin"), ("vera", "viewer")]
        await app.state.panel.reload(with_viewer(with_viewer(config, role="admin"), "wim"))
        assert stored(config) == [("miniadmin", "admin"), ("vera", "admin"), ("wim", "viewer")]
        await app.state.panel.reload(config)
        assert stored(config) == [("miniadmin", "admin")]


@pytest.mark.anyio
async def test_a_viewer_logs_in_sees_everything_and_learns_what_needs_an_admin(tmp_path: Path) -> None:
    async with running_app(with_viewer(config_in(tmp_path))) as app, caller(app, "10.0.0.9") as client:
        login = {"username": "vera", "password": PASSWORD}
        assert (await client.post("/api/auth/login", json=login)).json()["username"] == "vera"
        me = (await client.get("/api/auth/me")).json()
        assert (me["username"], me["role"], me["kind"]) == ("vera", "viewer", "session")
        assert (await client.get("/api/nodes")).status_code == 200
        answer = await client.post("/api/tokens", json={"name": "x", "scope": "read"})
        assert (answer.status_code, answer.json()) == (
            403,
            {"error": "This requires an admin; you are a viewer, who sees everything and changes nothing."},
        )
