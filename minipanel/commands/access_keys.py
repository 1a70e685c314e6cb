"""`minipanel access tokens` and `minipanel access kiosks`: the keys of programs and of wall screens."""

from __future__ import annotations

import json
import sqlite3
import sys
import time
from dataclasses import asdict
from pathlib import Path

from minipanel.access.keys import MAX_KEYS, added, link_path, new_key
from minipanel.commands.access_tables import clock_time, day, in_their_words, note_in_audit
from minipanel.commands.tables import show_table
from minipanel.config import Config
from minipanel.database import access as tables
from minipanel.database.beside import change_beside, read_beside
from minipanel.errors import CommandError
from minipanel.machine.reload import tell_running_panel
from minipanel.machine.who import command_user
from minipanel.models.access import KeyKind, KeyRow
from minipanel.models.quote import quote
from minipanel.sections import load_config
from minipanel.translations.language import say, translator


def list_keys(config_path: Path, kind: KeyKind, as_json: bool) -> None:
    """Print the keys of a kind, as a table or as a JSON array. Raises ConfigError, CommandError."""
    rows = [row for row in _stored(load_config(config_path)) if row.kind == kind]
    if as_json:
        hidden = ("digest", "kind") if kind == "token" else ("digest", "kind", "scope")
        told = [{name: value for name, value in asdict(row).items() if name not in hidden} for row in rows]
        print(json.dumps(told, indent=2))
        return
    t = translator()
    titles = (
        t("NAME"),
        *((t("SCOPE"),) if kind == "token" else ()),
        t("CREATED BY"),
        t("VALID UNTIL"),
        t("LAST USED"),
        t("FROM"),
    )
    show_table(titles, [_line(row) for row in rows])


def add_token(config_path: Path, name: str, scope: str, days: int) -> None:
    """Make an API token and print it, alone on stdout. Raises CommandError, ConfigError."""
    t = translator()
    config, key, secret = _add(config_path, "token", name, scope, days)
    print(secret)
    what = "GET /metrics" if key.scope == "metrics" else t("everything that can be read")
    _explain(
        t(
            "The API token {name} is valid until {day} and may read {what}.",
            name=name,
            what=what,
            day=day(key.expires_at),
        ),
        config,
    )


def add_kiosk(config_path: Path, name: str, days: int) -> None:
    """Make a wall screen and print its link, alone on stdout. Raises CommandError, ConfigError."""
    t = translator()
    config, key, secret = _add(config_path, "kiosk", name, "read", days)
    print(f"{config.server.url}{link_path(secret)}")
    told = "Open this link on the wall screen {name}: it shows the cluster until {day}, without a password."
    _explain(t(told, name=name, day=day(key.expires_at)), config)


def remove_key(config_path: Path, kind: KeyKind, name: str) -> None:
    """Remove a key, and notify the running panel. Raises CommandError if there is no such key, ConfigError."""
    t = translator()
    database = load_config(config_path).database.path

    def remove(connection: sqlite3.Connection) -> bool:
        found = [row for row in tables.keys(connection) if (row.kind, row.name) == (kind, name)]
        for row in found:
            tables.remove_key(connection, row.id)
            note_in_audit(connection, "token_removed" if kind == "token" else "kiosk_removed", name)
        return bool(found)

    if not in_their_words(lambda: change_beside(database, remove)):
        missing = {
            "token": "There is no API token {name}; nothing was changed.",
            "kiosk": "There is no wall screen {name}; nothing was changed.",
        }
        raise CommandError(t(missing[kind], name=quote(name)))
    gone = {"token": "The API token {name} is removed.", "kiosk": "The wall screen {name} is removed."}
    print(t(gone[kind], name=name), tell_running_panel(database, t), sep=t(" "))


def _add(config_path: Path, kind: KeyKind, name: str, scope: str, days: int) -> tuple[Config, KeyRow, str]:
    config = load_config(config_path)

    def add() -> tuple[KeyRow, str]:
        key, secret = new_key(kind, name, scope, days, command_user(), time.time())

        def put(connection: sqlite3.Connection) -> int | None:
            id = tables.put_key(connection, key, MAX_KEYS)
            if id:
                note_in_audit(connection, "token_added" if kind == "token" else "kiosk_added", name)
            return id

        return added(key, change_beside(config.database.path, put)), secret

    key, secret = in_their_words(add)
    return config, key, secret


def _explain(sentence: str, config: Config) -> None:
    """Print on stderr, so that stdout, redirected into a file, holds only the secret."""
    t = translator()
    once = t("It is shown only here.")
    print(sentence, once, tell_running_panel(config.database.path, t), sep=t(" "), file=sys.stderr)


def _stored(config: Config) -> list[KeyRow]:
    return in_their_words(lambda: read_beside(config.database.path, tables.keys))


def _line(row: KeyRow) -> tuple[str, ...]:
    scope = (row.scope,) if row.kind == "token" else ()
    ends = day(row.expires_at)
    if row.expires_at <= time.time():
        ends = say("{day} (expired)", day=ends)
    return row.name, *scope, row.created_by, ends, clock_time(row.last_used_at), row.last_address or "-"
