"""The past of a set as one picture: what a cell means, how cells are merged, what is missing and why."""

from __future__ import annotations

import contextlib
import gzip
import itertools
import math
import sqlite3
import struct

import httpx
import msgspec
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st

from minipanel.database.evidence import put_agent_starts, put_panel_run
from minipanel.database.packing import NONE
from minipanel.models.answers import RasterHead
from minipanel.models.gap import AgentStart
from minipanel.models.group import Group, Groups
from minipanel.models.hour import DAY_SECONDS
from minipanel.models.node import Node
from minipanel.services import raster
from minipanel.services.absences import Absent
from minipanel.services.bands import bands_of
from minipanel.services.cells import WIDTHS, Cells, highest_of, mean_of, merged, run_around, runs_of
from minipanel.services.history import read_span
from minipanel.services.raster import METRIC, commonest, planned, read_metric
from tests.e2e.month import put_records, record

BOTH = "node001,node002.cluster.example"
SECOND = "node002.cluster.example"
HOUR = 3600


def unpacked(answer: bytes) -> tuple[RasterHead, list[list[bytes]]]:
    """Return an answer's head and the rows of each plane."""
    line, _, cells = answer.partition(b"\n")
    head = msgspec.json.decode(line, type=RasterHead)
    size = len(head.rows) * head.columns
    planes = [cells[place * size : (place + 1) * size] for place in range(len(head.planes))]
    return head, [
        [plane[row * head.columns : (row + 1) * head.columns] for row in range(len(head.rows))] for plane in planes
    ]


def value_of(cell: int, metric: str = "cpu_percent") -> float | None:
    low, high = METRIC[metric].comparable_limits
    return None if cell == 0 else low + (cell - 1) * (high - low) / 250


def put(app: FastAPI, *records: dict[str, object]) -> None:
    with contextlib.closing(sqlite3.connect(app.state.panel.store.path)) as connection:
        put_records(connection, records)
        connection.commit()


async def ask(client: httpx.AsyncClient, **query: object) -> tuple[RasterHead, list[list[bytes]]]:
    answer = await client.get("/api/metrics/raster", params={"nodes": BOTH, "metric": "cpu_percent", **query})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/octet-stream"
    head, planes = unpacked(answer.content)
    size = len(head.rows) * head.columns * len(head.planes)
    assert len(answer.content) == answer.content.index(b"\n") + 1 + size
    return head, [list(plane) for plane in planes]


_CELLS = st.lists(st.binary(min_size=12, max_size=12), min_size=1, max_size=7)


@given(_CELLS)
def test_a_band_is_the_mean_and_the_maximum_of_what_is_known(lines: list[bytes]) -> None:
    lines = [bytes(min(cell, 251) for cell in line) for line in lines]
    for column, mean, highest in zip(zip(*lines, strict=True), mean_of(lines), highest_of(lines), strict=True):
        known = [cell for cell in column if cell]
        assert mean == (math.floor(sum(known) / len(known) + 0.5) if known else 0)
        assert highest == (max(known) if known else 0)


@given(st.binary(max_size=40), st.integers(1, 9))
def test_columns_side_by_side_are_merged_and_the_last_may_be_fewer(line: bytes, count: int) -> None:
    line = bytes(min(cell, 251) for cell in line)
    parts = [line[place : place + count] for place in range(0, len(line), count)]
    assert merged(line, count) == bytes(mean_of([bytes([cell]) for cell in part])[0] for part in parts)


def test_nodes_of_two_groups_share_no_row() -> None:
    names = [f"r{rack}n{place:02}" for place in range(10) for rack in range(3)] + ["login", "store"]
    racks = [Group(f"r{rack}", "names", tuple(f"r{rack}n{place:02}" for place in range(10))) for rack in range(3)]
    homes = Groups([*racks, Group("all", "clustershell", tuple(names))]).homes()
    assert bands_of(names, homes, 32) == [[place] for place in range(32)]
    bands = bands_of(names, homes, 12)
    assert [[names[place] for place in band] for band in bands] == [
        *(
            [f"r{rack}n{place:02}" for place in places]
            for rack in range(3)
            for places in (range(4), range(4, 8), (8, 9))
        ),
        ["login", "store"],
    ]
    for rows in range(1, 33):
        bands = bands_of(names, homes, rows)
        assert len(bands) <= rows
        assert sorted(place for band in bands for place in band) == list(range(32))
        if rows >= 4:
            assert all(len({homes[names[place]].name for place in band}) == 1 for band in bands)


@given(st.binary(max_size=30))
def test_runs_are_where_nothing_is_known(line: bytes) -> None:
    line = line.replace(b"\x05", b"\0")
    runs = runs_of(line)
    inside = {place for begin, end in runs for place in range(begin, end)}
    assert inside == {place for place, cell in enumerate(line) if cell == 0}
    assert all(begin < end for begin, end in runs)
    assert all(earlier[1] < later[0] for earlier, later in itertools.pairwise(runs))


def cell(numbers: list[int], name: str) -> int:
    """Return the cell of the mean of the existing numbers; a half is rounded up."""
    low, high = METRIC[name].comparable_limits
    known = [number for number in numbers if number != NONE]
    return 1 + math.floor(250 * sum(known) / len(known) / (100 * (high - low)) + 0.5) if known else 0


@pytest.mark.parametrize("name", METRIC)
def test_a_number_comes_to_the_cell_of_its_value(name: str) -> None:
    limits = METRIC[name].comparable_limits
    numbers = [*range((limits[1] - limits[0]) * 100 + 1), NONE]
    cells = Cells(len(numbers) // 2, 2, limits).of(struct.pack(f"<{len(numbers)}H", *numbers))
    assert (cells[0], cells[-2], cells[-1]) == (1, 251, 0)
    assert list(cells) == [cell([number], name) for number in numbers]


_DAYS = st.lists(
    st.lists(st.integers(0, 10_000) | st.sampled_from([0, 10_000, NONE]), min_size=24, max_size=24),
    min_size=1,
    max_size=4,
)


@given(_DAYS, st.sampled_from(WIDTHS))
def test_hours_side_by_side_come_to_the_cell_of_their_mean(days: list[list[int]], merge: int) -> None:
    cells = Cells(len(days), 24, METRIC["cpu_percent"].comparable_limits, merge)
    parts = [day[place : place + merge] for day in days for place in range(0, 24, merge)]
    table = b"".join(struct.pack("<24H", *day) for day in days)
    assert list(cells.of(table)) == [cell(part, "cpu_percent") for part in parts]


@pytest.mark.parametrize("nodes", [1, 9, 1000, 5000, 20_000])
@pytest.mark.parametrize("period", ["1d", "7d", "1m", "1y"])
@pytest.mark.parametrize("most", [1, 288, 1000, 2000])
def test_no_picture_has_more_cells_than_asked_for(nodes: int, period: str, most: int) -> None:
    now = 1_700_000_123
    span = read_span(period, None, None, None, now)
    plan = planned(METRIC["cpu_percent"], nodes, span, now, most)
    assert 1 <= plan.columns <= most + 1  # the span may begin in the middle of a column
    assert plan.start <= span.start < plan.start + plan.width
    assert plan.width % plan.step == 0
    assert now - plan.width < plan.end
    if plan.step == 300:
        assert nodes * (span.end - span.start) // 300 <= raster.MAX_RECORDS


@pytest.mark.anyio
async def test_a_day_shows_each_record_and_distinguishes_missing_from_zero(
    app: FastAPI, client: httpx.AsyncClient
) -> None:
    last = int(app.state.panel.clock()) // 300 * 300
    idle, busy = {"cpu_percent": 0.0}, {"cpu_percent": 100.0}
    put(app, record(1, last) | idle, record(1, last - 300) | busy, record(2, last - 900) | {"cpu_percent": 42.0})
    head, (rows,) = await ask(client, period="1d")
    assert (head.step, head.width, head.planes, head.rows) == (300, 300, ["mean"], [[1], [2]])
    assert head.to == last
    assert [value_of(cell) for cell in rows[0][-3:]] == [None, 100, 0]
    assert value_of(rows[1][-4]) == pytest.approx(42, abs=0.2)
    assert rows[0].count(0) == head.columns - 2


@pytest.mark.anyio
async def test_each_metric_has_its_own_range(app: FastAPI, client: httpx.AsyncClient) -> None:
    last = int(app.state.panel.clock()) // 300 * 300
    put(app, record(1, last) | {"cpu_temp": -20.0, "memory_percent": 50.0}, record(2, last) | {"cpu_temp": None})
    head, (rows,) = await ask(client, period="1d", metric="cpu_temp")
    assert (head.low, head.high) == (-20, 150)
    assert (rows[0][-1], rows[1][-1]) == (1, 0)
    head, (rows,) = await ask(client, period="1d", metric="memory_percent")
    assert (head.low, head.high, value_of(rows[0][-1])) == (0, 100, 50)


@pytest.mark.anyio
async def test_what_still_fills_is_shown_once_its_time_has_passed(app: FastAPI, client: httpx.AsyncClient) -> None:
    panel = app.state.panel
    last = int(panel.clock()) // 300 * 300
    with contextlib.closing(sqlite3.connect(panel.store.path)) as connection:
        for at in (last, last + 300):
            row = record(1, at) | {"place": at}
            names = ", ".join(row)
            places = ", ".join(f":{name}" for name in row)
            connection.execute(f"INSERT INTO pending_metrics ({names}) VALUES ({places})", row)
        connection.commit()
    head, (rows,) = await ask(client, period="1d", nodes="node001")
    assert head.to == last
    assert rows[0][-1] > 0


@pytest.mark.anyio
@pytest.mark.parametrize("is_made", [True, False])
async def test_a_month_of_hours_shows_the_same_as_its_records(
    app: FastAPI, client: httpx.AsyncClient, is_made: bool
) -> None:
    panel = app.state.panel
    last = int(panel.clock()) // HOUR * HOUR
    first = last - DAY_SECONDS - 7 * HOUR
    put(app, *(record(node, t) for node in (1, 2) for t in range(first + 300, last + 1, 300)))
    if is_made:
        await panel.hours.make()
    by_hours, (rows,) = await ask(client, period="1m", step=3600)
    assert (by_hours.step, by_hours.width) == (HOUR, HOUR)
    of_records, (lines,) = await ask(client, **{"from": first, "to": last, "columns": 31})
    assert (of_records.step, of_records.width) == (300, HOUR)
    place = (first - by_hours.from_) // HOUR
    shown = rows[0][place : place + of_records.columns]
    assert len(shown) == 31
    # A record's mean is rounded to a cell before merging, an hour's after.
    assert all(abs(one - other) <= 1 for one, other in zip(shown, lines[0], strict=True))
    assert 0 not in shown
    assert rows[0][:place].strip(b"\0") == b""


@pytest.mark.anyio
async def test_many_nodes_become_bands_with_mean_and_maximum(app: FastAPI, client: httpx.AsyncClient) -> None:
    last = int(app.state.panel.clock()) // 300 * 300
    put(app, record(1, last) | {"cpu_percent": 20.0}, record(2, last) | {"cpu_percent": 60.0})
    head, (means, highest) = await ask(client, period="1d", rows=1)
    assert (head.rows, head.planes) == ([[1, 2]], ["mean", "max"])
    assert head.missing == [(0, 0, head.columns - 1, "new")]
    assert (value_of(means[0][-1]), value_of(highest[0][-1])) == (40, 60)


@pytest.mark.anyio
async def test_missing_values_have_their_reason(app: FastAPI, client: httpx.AsyncClient) -> None:
    last = int(app.state.panel.clock()) // 300 * 300
    gone = range(last - 3000, last - 1200, 300)
    put(app, *(record(1, t) for t in range(last - 86_100, last + 1, 300) if t not in gone))
    put(app, *(record(2, t) for t in range(last - 86_100, last - 2400, 300)))
    begin = last - 90_000
    starts = [AgentStart("a" * 8, begin, begin), AgentStart("b" * 8, last - 1500, last - 1495)]
    with contextlib.closing(sqlite3.connect(app.state.panel.store.path)) as connection:
        put_agent_starts(connection, [(1, start) for start in starts])
        put_panel_run(connection, (begin, last - 2700))
        put_panel_run(connection, (last, last))
        connection.commit()
    head, (rows,) = await ask(client, period="1d")
    missing = [run for run in head.missing if run[1] > 5]
    assert [(row, reason) for row, _, _, reason in missing] == [(0, "node_away"), (1, "panel_away")]
    for row, begin, end, _ in missing:
        assert rows[row][begin:end].strip(b"\0") == b""
        assert rows[row][begin - 1] > 0
    assert (missing[0][1], missing[0][2]) == (head.columns - 11, head.columns - 5)


@pytest.mark.anyio
async def test_of_countless_gaps_the_longest_are_listed(
    app: FastAPI, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(raster, "MAX_RUNS", 2)
    last = int(app.state.panel.clock()) // 300 * 300
    gone = {last - 600, last - 1500, last - 1800, last - 3000, last - 3300, last - 3600}
    put(app, *(record(1, t) for t in range(last - 86_700, last + 1, 300) if t not in gone))
    head, _ = await ask(client, period="1d", nodes="node001")
    assert [end - begin for _, begin, end, _ in head.missing] == [3, 2]


@given(_CELLS, st.integers(0, 11))
def test_the_run_around_a_part_is_one_of_the_rows_own(lines: list[bytes], at: int) -> None:
    line = lines[0][:at] + b"\0" + lines[0][at + 1 :]
    assert run_around(line, at, at + 1) in runs_of(line)


def test_a_band_has_the_reason_of_most_of_its_nodes() -> None:
    nodes: list[list[Absent]] = [
        [(0, 4, "node_away"), (4, 9, "silent")],
        [(2, 9, "node_away")],
        [(0, 9, "silent")],
    ]
    assert commonest(nodes, 2, 8) == [(2, 4, "node_away"), (4, 8, "silent")]
    assert commonest([[(0, 9, "new")]], 3, 5) == [(3, 5, "new")]
    assert commonest([[]], 3, 5) == []


@pytest.mark.anyio
async def test_a_band_bears_the_reason_of_its_nodes(app: FastAPI, client: httpx.AsyncClient) -> None:
    last = int(app.state.panel.clock()) // 300 * 300
    gone = range(last - 3000, last - 1200, 300)
    put(app, *(record(node, t) for node in (1, 2) for t in range(last - 86_100, last + 1, 300) if t not in gone))
    begin = last - 90_000
    # It started within the five minutes in which samples came again.
    starts = [AgentStart("a" * 8, begin, begin), AgentStart("b" * 8, last - 1400, last - 1395)]
    with contextlib.closing(sqlite3.connect(app.state.panel.store.path)) as connection:
        put_agent_starts(connection, [(node, start) for node in (1, 2) for start in starts])
        connection.commit()
    head, _ = await ask(client, period="1d", rows=1)
    assert (0, head.columns - 11, head.columns - 5, "node_away") in head.missing


@pytest.mark.anyio
async def test_hours_that_are_still_being_made_are_marked_as_such(app: FastAPI, client: httpx.AsyncClient) -> None:
    panel = app.state.panel
    last = int(panel.clock()) // HOUR * HOUR
    newest = int(panel.clock()) // 300 * 300
    put(app, *(record(node, t) for node in (1, 2) for t in range(last - 5 * DAY_SECONDS, newest + 1, 300)))
    head, (rows,) = await ask(client, period="1m", step=3600)
    (filling,) = [run[1:3] for run in head.missing if run[0] == 0 and run[3] == "filling"]
    assert head.from_ + filling[0] * HOUR <= last - 5 * DAY_SECONDS
    assert head.from_ + filling[1] * HOUR == pytest.approx(last - 2 * DAY_SECONDS, abs=HOUR)
    assert rows[0][filling[1]] > 0
    await panel.hours.make()
    head, (rows,) = await ask(client, period="1m", step=3600)
    assert {run[3] for run in head.missing} == {"new"}
    assert rows[0][filling[1] - 1] > 0


@pytest.mark.anyio
async def test_clients_that_accept_gzip_get_it(app: FastAPI, client: httpx.AsyncClient) -> None:
    query = {"nodes": BOTH, "metric": "cpu_percent", "period": "1d"}
    async with client.stream("GET", "/api/metrics/raster", params=query, headers={"Accept-Encoding": "gzip"}) as answer:
        packed = b"".join([piece async for piece in answer.aiter_raw()])
    plain = await client.get("/api/metrics/raster", params=query, headers={"Accept-Encoding": "identity"})
    assert answer.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert unpacked(gzip.decompress(packed))[0].rows == unpacked(plain.content)[0].rows


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("query", "status", "sentence"),
    [
        ({"metric": None}, 400, "metric is missing; it must be cpu_percent, memory_percent, cpu_temp."),
        ({"metric": "cpu"}, 400, "metric is 'cpu'; it must be cpu_percent, memory_percent, cpu_temp."),
        ({"nodes": None}, 400, "nodes is missing"),
        ({"nodes": "node999"}, 404, "There is no node 'node999'."),
        ({"period": "2w"}, 400, "period is '2w'; it must be 1d, 7d, 1m or 1y."),
        ({"columns": "0"}, 400, "columns is '0'; it must be a whole number from 1 to 2000."),
        ({"columns": "٣"}, 400, "columns is '٣'; it must be"),
        ({"rows": "1e3"}, 400, "rows is '1e3'; it must be a whole number from 1 to 2000."),
        ({"step": "5"}, 400, "step is '5'; it must be 300 or 3600."),
    ],
)
async def test_an_impossible_request_gets_a_sentence(
    client: httpx.AsyncClient, query: dict[str, str | None], status: int, sentence: str
) -> None:
    whole = {"nodes": "node001", "metric": "cpu_percent", "period": "1d"} | query
    answer = await client.get("/api/metrics/raster", params={name: text for name, text in whole.items() if text})
    assert answer.status_code == status
    assert sentence in answer.json()["error"]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("nodes", "sentence"),
    [
        (20_001, r"^nodes names 20001 nodes; at most 20000 can be drawn\.$"),
        (3_000, r"^nodes and time make 1098000 node-days; at most 800000 can be drawn: ask for fewer nodes or a "),
    ],
)
async def test_more_than_can_be_drawn_is_refused(app: FastAPI, nodes: int, sentence: str) -> None:
    panel = app.state.panel
    span = read_span("1y", None, None, None, 1_700_000_123)
    named = [Node(k, "n", "", "n", True) for k in range(nodes)]
    with pytest.raises(raster.BadInput, match=sentence):
        await panel.raster.of(named, read_metric("cpu_percent"), span, 1000, 1000)


@pytest.mark.anyio
async def test_a_set_without_any_record_is_an_empty_picture(client: httpx.AsyncClient) -> None:
    for query in (
        {"period": "1d"},
        {"period": "1y"},
        {"from": "100", "to": "200"},
        {"from": "4000000000", "to": "4000100000"},
    ):
        head, (rows,) = await ask(client, **query)
        assert all(row.strip(b"\0") == b"" for row in rows)
        assert head.columns == len(rows[0])
