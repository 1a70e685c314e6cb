"""`minipanel access audit`: who logged in, and who created or ended what."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from functools import partial
from pathlib import Path

from minipanel.access.audit import COMMAND_LINE, DAY_SECONDS, ELSEWHERE, KEEP_DAYS, MAX_ROWS, STORMS
from minipanel.commands.access_tables import clock_time, in_their_words
from minipanel.database import access as tables
from minipanel.database.beside import read_beside
from minipanel.errors import CommandError
from minipanel.models.access import SENTENCES, AuditEntry
from minipanel.models.quote import escape
from minipanel.sections import load_config
from minipanel.translations.language import is_chinese, say, translator

LINE_CHARACTERS = 1000


def show_audit(config_path: Path, days: int, as_json: bool) -> None:
    """Print the audit, oldest first, one line per entry or as a JSON array. Raises CommandError, ConfigError."""
    if not 1 <= days <= KEEP_DAYS:
        said = say("--days is {days}; it must be from 1 to {most}.", days=days, most=KEEP_DAYS)
        raise CommandError(said)
    database = load_config(config_path).database.path
    since = int(time.time()) - days * DAY_SECONDS
    job = partial(tables.audit, since=since, limit=MAX_ROWS + sum(STORMS.values()))
    entries = sorted(in_their_words(lambda: read_beside(database, job)), key=lambda entry: entry.last_at)
    if as_json:
        print(json.dumps([asdict(entry) for entry in entries], indent=2, ensure_ascii=False))
        return
    for entry in entries:
        # The panel's user writes the database: whoever takes over the panel must not control root's terminal.
        print(f"{clock_time(entry.last_at)}  {escape(_sentence(entry), LINE_CHARACTERS)}")


def _sentence(entry: AuditEntry) -> str:
    t = translator()
    if entry.address in (COMMAND_LINE, ELSEWHERE):
        address = t(entry.address)
    else:
        address = f" {entry.address}" if is_chinese() else entry.address  # no space before Chinese words
    sentence = t(SENTENCES[entry.what], who=entry.who, address=address, subject=entry.subject)
    if entry.times == 1:
        return sentence
    return sentence + t(" ({times} times since {time})", times=entry.times, time=clock_time(entry.at))
