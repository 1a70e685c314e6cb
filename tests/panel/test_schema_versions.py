"""Which release can use which database: those that know its least version, even if newer ones have added to it."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from minipanel.config import NodeConfig, UserConfig
from minipanel.database import schema
from minipanel.database.store import Store
from minipanel.errors import DatabaseError
from minipanel.models.sample import Sample

DAY_SECONDS = 86_400
T = 1_700_006_400
ADDS = "-- Adds only: a column and a table.\nALTER TABLE system_metrics ADD COLUMN gpu REAL; CREATE TABLE of_later (x);"
CHANGES = "-- Changes: a name.\nALTER TABLE nodes RENAME COLUMN name TO title;"

KNOWN = schema.migrations()
NEXT = KNOWN[-1][0] + 1


def release(monkeypatch: pytest.MonkeyPatch, *scripts: str) -> None:
    """From now on, be a release with these additional migrations."""
    migrations = [*KNOWN, *enumerate(scripts, NEXT)]
    monkeypatch.setattr(schema, "migrations", lambda: migrations)


def day_of_samples(store: Store, first: int) -> None:
    """Store a day of one node, with all but its end in the history."""
    samples = [Sample("n1", at, at % 100, 8000, 4000, None) for at in range(first + 5, first + DAY_SECONDS + 5, 5)]
    for start in range(0, len(samples), 1000):
        store.run([store.write_samples(1, samples[start : start + 1000], 0)])
    store.run([store.seal(first + DAY_SECONDS - 300, 10_000)])


def history(store: Store, first: int, days: int) -> list[bytes]:
    until = first + days * DAY_SECONDS
    return store.reader.history(1, first, until, ["cpu_percent", "cpu_percent_max", "samples"], until)


def test_after_a_day_on_a_release_that_only_added_the_previous_one_continues_and_nothing_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "data.db"
    admin, nodes = [UserConfig("admin", "hash")], [NodeConfig("n1", "10.0.0.1", "n1")]
    store = Store(path)
    store.run([store.follow(admin, nodes, 1)])
    day_of_samples(store, T)
    store.close()

    release(monkeypatch, ADDS)
    store = Store(path)
    assert store.version == NEXT
    day_of_samples(store, T + DAY_SECONDS)
    there = history(store, T, 2)
    assert there[3] == b"[" + b",".join([b"60"] * 576) + b"]"
    store.close()

    release(monkeypatch)
    store = Store(path)
    assert history(store, T, 2) == there
    day_of_samples(store, T + 2 * DAY_SECONDS)
    store.close()

    release(monkeypatch, ADDS)
    store = Store(path)
    assert store.version == NEXT
    assert history(store, T, 3)[3] == b"[" + b",".join([b"60"] * 864) + b"]"
    store.close()


def test_a_release_that_lacks_a_change_refuses_the_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "data.db"
    release(monkeypatch, ADDS, CHANGES, ADDS.replace("gpu", "power").replace("of_later", "jobs"))
    Store(path).close()
    release(monkeypatch, ADDS)
    with pytest.raises(DatabaseError, match=f"has schema version {NEXT + 1}, this MiniPanel knows up to {NEXT};"):
        Store(path)
    release(monkeypatch, ADDS, CHANGES)
    store = Store(path)
    assert store.version == NEXT + 2
    store.close()


def test_several_migrations_at_once_keep_one_copy_of_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "data.db"
    Store(path).close()
    release(monkeypatch, ADDS, CHANGES)
    Store(path).close()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["data.db", f"data.db.before-{NEXT:04}"]
    with closing(sqlite3.connect(tmp_path / f"data.db.before-{NEXT:04}")) as copy:
        assert copy.execute("SELECT name FROM sqlite_master WHERE name = 'of_later'").fetchall() == []


def test_every_new_migration_says_whether_it_only_adds() -> None:
    for number, script in KNOWN:
        if number > schema.LAST_UNDECLARED:
            assert script.startswith((schema.ADDS_ONLY, "-- Changes")), number
        if script.startswith(schema.ADDS_ONLY):
            # A trigger may react to changes, but makes some only in a table that comes with it.
            for made in re.findall(r"CREATE TABLE (\w+)", script):
                script = script.replace(f"DELETE FROM {made} ", "")
            assert not re.search(r"^\s*(UPDATE|DELETE)\b|\b(DROP|RENAME)\b", script.upper(), re.MULTILINE), number


def test_release_0_1_can_open_what_this_one_leaves_as_long_as_only_was_added(tmp_path: Path) -> None:
    Store(tmp_path / "data.db").close()
    with closing(sqlite3.connect(tmp_path / "data.db")) as database:
        (version,) = database.execute("PRAGMA user_version").fetchone()
    assert (version == 5) == all(script.startswith(schema.ADDS_ONLY) for number, script in KNOWN if number > 5)
