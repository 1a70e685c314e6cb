"""Gaps: read from the records to 5 seconds, each with the reason that the evidence gives."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minipanel.database.evidence import Notes
from minipanel.database.schema import migrations
from minipanel.database.store import Store
from minipanel.models.gap import AgentStart, Evidence, Gap, explain, missing
from minipanel.models.record import RECORD_SECONDS, SLOT_SECONDS, record_timestamp, slot_bit
from minipanel.models.sample import Sample
from tests.panel.olddatabase import make_old

T = 1_700_000_100 // 300 * 300
FIRST_BOOT, SECOND_BOOT = "11111111-aaaa", "22222222-bbbb"


def records(samples: set[int]) -> list[tuple[int, int | None]]:
    """The records of these samples, as the database would have them."""
    bitmaps: dict[int, int] = {}
    for timestamp in samples:
        record = record_timestamp(timestamp)
        bitmaps[record] = bitmaps.get(record, 0) | slot_bit(timestamp)
    return [(record, None if seen == (1 << 60) - 1 else seen) for record, seen in sorted(bitmaps.items())]


def every(interval: int, start: int, end: int) -> set[int]:
    return set(range(start, end + 1, interval))


def test_samples_side_by_side_have_no_gap() -> None:
    assert missing(records(every(5, T - 600, T)), 5) == []


def test_a_gap_begins_with_the_sample_before_and_ends_before_the_interval_of_the_next() -> None:
    samples = every(5, T - 600, T - 300) | every(5, T - 195, T)
    assert missing(records(samples), 5) == [(T - 300, T - 200)]


def test_eleven_missing_samples_are_not_a_gap_but_twelve_are() -> None:
    assert missing(records({T, T + 60}), 5) == []
    assert missing(records({T, T + 65}), 5) == [(T, T + 60)]


@pytest.mark.parametrize("interval", [10, 30, 60])
def test_a_longer_interval_leaves_no_gaps_where_all_samples_are_there(interval: int) -> None:
    samples = every(interval, T, T + 1800)
    assert missing(records(samples), interval) == []
    assert missing(records(samples), 5) == []
    assert missing(records(samples - every(5, T + 605, T + 895)), interval) == [(T + 600, T + 900 - interval)]


@given(st.sets(st.integers(0, 400).map(lambda slot: T + 5 * slot), min_size=1))
def test_a_gap_is_just_where_twelve_or_more_samples_are_missing(samples: set[int]) -> None:
    ordered = sorted(samples)
    expected = [(a, b - 5) for a, b in pairwise(ordered) if b - a > 60]
    assert missing(records(samples), 5) == expected


GAP = (T, T + 600)


def starts(*started: tuple[str, int]) -> tuple[AgentStart, ...]:
    return tuple(AgentStart(boot, at, at + 8) for boot, at in started)


@pytest.mark.parametrize(
    ("evidence", "reason"),
    [
        (Evidence(), "unknown"),
        (Evidence(starts((FIRST_BOOT, T - 9000))), "unknown"),
        (Evidence(starts((FIRST_BOOT, T - 9000), (FIRST_BOOT, T + 590))), "agent_stopped"),
        (Evidence(starts((FIRST_BOOT, T - 9000), (SECOND_BOOT, T + 590))), "node_away"),
        (Evidence(starts((FIRST_BOOT, T - 9000), (SECOND_BOOT, T + 60), (SECOND_BOOT, T + 590))), "node_away"),
        # The previous agent did not report its boot.
        (Evidence(starts((FIRST_BOOT, T + 590))), "unknown"),
        (Evidence(panel_absences=((T + 10, T + 590),)), "panel_away"),
        (Evidence(panel_absences=((T + 10, T + 200), (T + 300, T + 420))), "panel_away"),
        (Evidence(panel_absences=((T - 900, T + 100),)), "unknown"),
        (Evidence(clock_troubles=((T - 900, T + 500),)), "clock_refused"),
        (Evidence(clock_troubles=((T, T + 310),), panel_absences=((T + 310, T + 600),)), "clock_refused"),
        # If only the panel had been away, the agent would have kept its samples: the reboot is why they are missing.
        (Evidence(starts((FIRST_BOOT, T - 900), (SECOND_BOOT, T + 590)), (), ((T, T + 600),)), "node_away"),
        # After the gap, and long before it.
        (Evidence(starts((FIRST_BOOT, T - 900), (SECOND_BOOT, T + 700))), "unknown"),
        (Evidence(starts((FIRST_BOOT, T - 900), (SECOND_BOOT, T - 10))), "unknown"),
    ],
)
def test_the_evidence_gives_a_gap_its_reason(evidence: Evidence, reason: str) -> None:
    assert explain(GAP, evidence, 5) == [Gap(*GAP, reason)]  # type: ignore[arg-type]


def test_samples_missing_after_the_agent_came_back_have_their_own_reason() -> None:
    evidence = Evidence(starts((FIRST_BOOT, T - 9000), (SECOND_BOOT, T + 200)), (), ((T + 190, T + 600),))
    assert explain(GAP, evidence, 5) == [Gap(T, T + 200, "node_away"), Gap(T + 200, T + 600, "panel_away")]


@pytest.mark.parametrize("started", [1234, T + 10**8])
def test_an_agent_that_started_under_a_wrong_clock_counts_from_when_it_was_first_heard(started: int) -> None:
    evidence = Evidence((AgentStart(FIRST_BOOT, T - 900, T - 890), AgentStart(SECOND_BOOT, started, T + 606)))
    assert explain(GAP, evidence, 5) == [Gap(*GAP, "node_away")]


# Through the API.


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "data.db")
    yield store
    store.close()


def test_records_still_filling_and_sealed_ones_are_one_row_of_time(store: Store) -> None:
    samples = [Sample("n1", T + 5 * k, 1, 8000, 4000, None) for k in range(1, 121)]
    store.run([store.write_samples(1, samples, 0)])
    store.run([store.seal(T + RECORD_SECONDS, 10)])
    seen = store.reader.seen(1, T, T + 600)
    assert seen.records == [(T + 300, None), (T + 600, None)]
    assert missing(seen.records, SLOT_SECONDS) == []


def test_evidence_of_records_that_are_gone_goes_with_them_but_the_last_start_stays(store: Store) -> None:
    begun = [(1, AgentStart(FIRST_BOOT, T - 900, T - 890)), (1, AgentStart(SECOND_BOOT, T - 300, T - 290))]
    store.run([store.note(Notes((T - 900, T - 600), False, (), begun, [(1, (T - 900, T - 800))], "a-boot", {}))])
    store.run(
        [store.note(Notes((T - 500, T + 600), False, (), begun, [(1, (T, T + 10)), (1, (T, T + 20))], "a-boot", {}))]
    )
    store.run([store.forget_hours(T, 10)])
    evidence = store.reader.seen(1, T - 900, T).evidence
    assert evidence.agent_starts == (begun[1][1],)
    assert evidence.clock_troubles == ((T, T + 20),)
    assert evidence.panel_absences == ()


def test_the_migration_leaves_records_and_a_copy(tmp_path: Path) -> None:
    path = tmp_path / "data.db"
    make_old(path, 1, [1], T)
    again = Store(path)
    assert again.version == migrations()[-1][0] >= 2
    assert again.reader.seen(1, T - 300, T).records == [(T, 1)]
    again.close()
    with closing(sqlite3.connect(path.with_name("data.db.before-0002"))) as copy:
        assert copy.execute("SELECT samples FROM pending_metrics").fetchall() == [(1,)]
