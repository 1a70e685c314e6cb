"""The database: created, migrated, refused, and what a failed write leaves."""

from __future__ import annotations

import contextlib
import json
import random
import sqlite3
from pathlib import Path

import pytest

from minipanel.config import NodeConfig, UserConfig
from minipanel.database import schema
from minipanel.database.connection import explain
from minipanel.database.store import Forgotten, Store, Written
from minipanel.errors import DatabaseError
from minipanel.models.sample import Sample
from tests.panel.olddatabase import make_old

ADMIN = [UserConfig("admin", "hash")]
SAMPLE = Sample("n1", 1_700_000_100, 50, 8000, 4000, None)


def test_a_text_file_is_not_taken_for_a_database(tmp_path: Path) -> None:
    path = tmp_path / "data.db"
    path.write_text("these are notes, not a database\n" * 100)
    with pytest.raises(DatabaseError, match=r"data\.db is not a SQLite database; move it away"):
        Store(path)
    assert path.read_text().startswith("these are notes")


def test_the_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE recipes (name)")
    other.commit()
    other.close()
    with pytest.raises(DatabaseError, match="database of another program"):
        Store(path)


def test_a_database_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "data.db"
    Store(path).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(DatabaseError, match="schema version 99, this MiniPanel knows up to"):
        Store(path)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match=r"check that .*nowhere exists"):
        Store(tmp_path / "nowhere" / "data.db")


def test_a_migration_keeps_a_copy_and_happens_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "data.db"
    store = Store(path)
    store.run([store.write_samples(1, [SAMPLE], 0)])
    store.close()
    known = schema.migrations()
    number = known[-1][0] + 1
    good = "ALTER TABLE nodes ADD COLUMN rack TEXT;"
    monkeypatch.setattr(schema, "migrations", lambda: [*known, (number, good + "INSERT INTO nowhere VALUES (1);")])
    with pytest.raises(DatabaseError, match="no such table: nowhere"):
        Store(path)
    monkeypatch.setattr(schema, "migrations", lambda: [*known, (number, good)])
    store = Store(path)
    assert store.version == number
    store.close()
    copy = sqlite3.connect(path.with_name(f"data.db.before-{number:04}"))
    assert copy.execute("SELECT count(*) FROM pending_metrics").fetchone() == (1,)
    assert copy.execute("SELECT name FROM pragma_table_info('nodes') WHERE name = 'rack'").fetchone() is None
    copy.close()


def test_a_node_taken_out_keeps_its_id_and_comes_back_with_it(tmp_path: Path) -> None:
    store = Store(tmp_path / "data.db")
    one, two = NodeConfig("n1", "10.0.0.1", "n1"), NodeConfig("n2", "10.0.0.2", "n2")
    first = store.run([store.follow(ADMIN, [one, two], 1)])[0]
    second = store.run([store.follow(ADMIN, [two], 2)])[0]
    third = store.run([store.follow(ADMIN, [two, NodeConfig("front", "10.0.0.9", "N1")], 3)])[0]
    store.close()
    assert [(node.id, node.enabled) for node in first] == [(1, True), (2, True)]
    assert [(node.id, node.enabled) for node in second] == [(1, False), (2, True)]
    assert [(node.id, node.name, node.ip, node.enabled) for node in third] == [
        (1, "front", "10.0.0.9", True),
        (2, "n2", "10.0.0.2", True),
    ]


def test_ids_go_up_by_one_however_often_the_configuration_is_read(tmp_path: Path) -> None:
    store = Store(tmp_path / "data.db")
    one, two = NodeConfig("n1", "10.0.0.1", "n1"), NodeConfig("n2", "10.0.0.2", "n2")
    for moment in range(5):
        store.run([store.follow(ADMIN, [one], moment)])
    nodes = store.run([store.follow(ADMIN, [one, two], 9)])[0]
    store.close()
    assert [node.id for node in nodes] == [1, 2]


def test_one_job_at_fault_does_not_take_the_others_with_it(tmp_path: Path) -> None:
    store = Store(tmp_path / "data.db")
    fault = ValueError("this one")

    def at_fault(connection: sqlite3.Connection) -> None:
        raise fault

    results = store.run([store.write_samples(1, [SAMPLE], 0), at_fault])
    assert results == [Written(1, 0), fault]
    assert store.reader.history(1, 0, SAMPLE.timestamp + 300, ["samples"], SAMPLE.timestamp + 300)[1] == b"[1]"
    store.close()


def test_one_job_that_sqlite_refuses_does_not_take_the_others_with_it(tmp_path: Path) -> None:
    store = Store(tmp_path / "data.db")

    def twice_the_same(connection: sqlite3.Connection) -> None:
        for _ in range(2):
            connection.execute("INSERT INTO users VALUES (1, 'admin', 'hash', 1, 1, 'admin')")

    def no_such_table(connection: sqlite3.Connection) -> None:
        connection.execute("DELETE FROM nowhere")

    first, second, *others = store.run([twice_the_same, no_such_table, store.write_samples(1, [SAMPLE], 0)])
    assert others == [Written(1, 0)]
    assert [str(error) for error in (first, second)] == [
        f"The database {store.path} can't be used: UNIQUE constraint failed: users.id.",
        f"The database {store.path} can't be used: no such table: nowhere.",
    ]
    assert {type(first), type(second)} == {DatabaseError}
    (users,) = store.run([lambda connection: connection.execute("SELECT count(*) FROM users").fetchone()])
    assert users == (0,)
    store.close()


def test_a_foreign_lock_gives_a_sentence_and_nothing_is_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("minipanel.database.connection.BUSY_SECONDS", 0.1)
    store = Store(tmp_path / "data.db")
    foreign = sqlite3.connect(tmp_path / "data.db", isolation_level=None)
    foreign.execute("BEGIN IMMEDIATE")
    job = store.write_samples(1, [SAMPLE], 0)
    (refused,) = store.run([job])
    assert isinstance(refused, DatabaseError)
    assert "locked by another program" in str(refused)
    foreign.execute("ROLLBACK")
    foreign.close()
    assert store.run([job]) == [Written(1, 0)]
    store.close()


def test_a_full_disk_gives_a_sentence_and_the_next_write_works(tmp_path: Path) -> None:
    store = Store(tmp_path / "data.db")

    def fill(connection: sqlite3.Connection) -> None:
        connection.execute("CREATE TABLE ballast (bytes)")
        connection.execute("INSERT INTO ballast VALUES (zeroblob(10000000))")

    # SQLite's page limit gives the same error as a full disk.
    (pages,) = store.run([lambda connection: connection.execute("PRAGMA page_count").fetchone()[0]])
    store.run([lambda connection: connection.execute(f"PRAGMA max_page_count = {pages + 10}")])
    first, second = store.run([store.write_samples(1, [SAMPLE], 0), fill])
    assert isinstance(first, DatabaseError)
    assert str(first) == f"The database {store.path} can't grow: the disk of {tmp_path} is full."
    assert isinstance(second, DatabaseError)
    assert store.run([store.write_samples(1, [SAMPLE], 0)]) == [Written(1, 0)]
    store.close()


def test_old_records_go_in_steps_node_after_node(tmp_path: Path) -> None:
    store = Store(tmp_path / "data.db")
    store.run([store.follow(ADMIN, [NodeConfig(f"n{k}", f"10.0.0.{k}", f"n{k}") for k in (1, 2)], 1)])
    for node in (1, 2):
        samples = [Sample(f"n{node}", 300 * k, 1, 8000, 4000, None) for k in range(1000, 1010)]
        store.run([store.write_samples(node, samples, 0)])
    store.run([store.seal(300 * 2000, 100)])
    before = 300 * 1006
    assert store.run([store.has_older(before - 300), store.has_older(300 * 1000)]) == [True, False]
    assert [store.run([store.forget(before, node, 8)])[0] for node in (0, 2)] == [Forgotten(8, 2), Forgotten(4, None)]
    assert store.run([store.has_older(before)]) == [False]
    for node in (1, 2):
        (times,) = store.reader.history(node, 0, 300 * 2000, [], 300 * 2000)
        assert json.loads(times) == [300 * k for k in range(1006, 1010)]
    store.close()


def test_filling_records_of_one_commit_are_on_neighbouring_pages(tmp_path: Path) -> None:
    """Agents keep their order from tick to tick, so records that are written together began together."""
    nodes = random.Random(7).sample(range(1, 1001), 1000)
    store = Store(tmp_path / "data.db")
    for tick in (305, 310):
        for start in range(0, 1000, 25):
            jobs = [store.write_samples(node, [filling(node, tick)], 0) for node in nodes[start : start + 25]]
            assert store.run(jobs) == [Written(1, 0)] * 25
    store.close()
    with contextlib.closing(sqlite3.connect(store.path)) as connection:
        assert [row[0] for row in connection.execute("SELECT node_id FROM pending_metrics ORDER BY place")] == nodes


def filling(node: int, tick: int) -> Sample:
    return Sample(f"n{node}", tick, 1, 8000, 4000, None)


def test_the_newest_schema_takes_over_what_filled_and_drops_what_the_row_id_says(tmp_path: Path) -> None:
    path = tmp_path / "data.db"
    make_old(path, 2, (9, 4), SAMPLE.timestamp)
    store = Store(path)
    assert store.run([store.write_samples(4, [SAMPLE], 0), store.seal(SAMPLE.timestamp, 10)]) == [Written(1, 0), 2]
    for node, expected in ((4, b"[28.5]"), (9, b"[7.0]")):
        assert store.reader.history(node, 0, 1 << 31, ["cpu_percent"], 1 << 31)[1] == expected
    store.close()
    with contextlib.closing(sqlite3.connect(path)) as connection:
        indexes = [row[1] for row in connection.execute("PRAGMA index_list(system_metrics)")]
    assert indexes == ["idx_system_metrics_timestamp"]


def test_a_read_only_database_is_named(tmp_path: Path) -> None:
    Store(tmp_path / "data.db").close()
    connection = sqlite3.connect(f"file:{tmp_path / 'data.db'}?mode=ro", uri=True)
    with pytest.raises(sqlite3.OperationalError) as caught:
        connection.execute("DELETE FROM nodes")
    connection.close()
    assert "read-only" in str(explain(caught.value, tmp_path / "data.db"))
