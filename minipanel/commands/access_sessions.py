"""`minipanel access sessions`: shows who is logged in, and ends sessions."""

from __future__ import annotations

import json
import sqlite3
import time
from dataclasses import asdict
from pathlib import Path

from minipanel.commands.access_tables import clock_time, in_their_words, note_in_audit
from minipanel.commands.tables import show_table
from minipanel.database import access as tables
from minipanel.database.beside import change_beside, read_beside
from minipanel.errors import CommandError
from minipanel.machine.reload import tell_running_panel
from minipanel.models.access import SessionRow
from minipanel.models.quote import quote
from minipanel.sections import load_config
from minipanel.translations.language import translator


def list_sessions(config_path: Path, as_json: bool) -> None:
    """Print the sessions, last seen first, as a table or as a JSON array. Raises ConfigError, CommandError."""
    t = translator()
    database = load_config(config_path).database.path
    stored = in_their_words(lambda: read_beside(database, tables.sessions))
    rows = sorted((row for row in stored if row.expires_at > time.time()), key=lambda row: -row.last_seen_at)
    if as_json:
        told = [{name: value for name, value in asdict(row).items() if name != "account"} for row in rows]
        print(json.dumps(told, indent=2))
        return
    titles = ("ID", t("USER"), t("SINCE"), t("FROM"), t("LAST SEEN"), t("BROWSER"))
    show_table(titles, [_line(row) for row in rows])


def end_sessions(config_path: Path, id: str | None, user: str | None) -> None:
    """End one session by its id, or all sessions of a user, and notify the running panel.

    Raises CommandError if there is no such session, ConfigError.
    """
    t = translator()
    if (id is None) == (user is None):
        raise CommandError(t("Give the ID of one session, or --user NAME for all of a user."))
    database = load_config(config_path).database.path

    def end(connection: sqlite3.Connection) -> list[SessionRow]:
        gone = [row for row in tables.sessions(connection) if id == row.id or user == row.username]
        tables.end_sessions(connection, [row.id for row in gone])
        for row in gone:
            note_in_audit(connection, "session_ended", row.username)
        return gone

    gone = in_their_words(lambda: change_beside(database, end))
    if not gone:
        if user is not None:
            raise CommandError(t("{user} has no session; nothing was changed.", user=quote(user)))
        raise CommandError(t("There is no session {id}; nothing was changed.", id=quote(str(id))))
    print(
        t("Ended {count} sessions of {user}.", count=len(gone), user=gone[0].username),
        tell_running_panel(database, t),
        sep=t(" "),
    )


def _line(row: SessionRow) -> tuple[str, ...]:
    since, seen = clock_time(row.created_at), clock_time(row.last_seen_at)
    return row.id, row.username, since, row.address, seen, row.user_agent[:40]
