"""The stream's events: a snapshot first, then only what changed, and a sign of life."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from minipanel.models.node import Node
from minipanel.models.sample import Sample
from minipanel.services import broadcast
from minipanel.services.broadcast import QUEUED_EVENTS, Broadcast
from minipanel.services.live import Live

pytestmark = pytest.mark.anyio

NOW = 1_700_000_100
NODE = Node(1, "n1", "10.0.0.1", "n1", True)
OTHER = Node(2, "n2", "10.0.0.2", "n2", True)


class Clock:
    now = float(NOW)

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def stage(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Live, Broadcast, Clock]]:
    monkeypatch.setattr(broadcast, "EVENT_SECONDS", 0.01)
    clock = Clock()
    live = Live(5, clock, clock)
    live.replace([NODE, OTHER], {})
    events = Broadcast(live, clock)
    live.listen(events.note_states)
    yield live, events, clock
    events.close()


def sample(timestamp: int) -> Sample:
    return Sample("n1", timestamp, 50, 8000, 2000, None)


def store(live: Live, events: Broadcast, node: Node, *samples: Sample) -> None:
    """Does what the ingest does after a commit."""
    live.take(node, samples)
    events.note_samples(node, samples)


def parse(text: bytes) -> list[tuple[str, list[int]]]:
    """Return each event's name and the ids of its nodes."""
    found = []
    for event in text.decode().strip().split("\n\n"):
        name, data = event.split("\n")
        nodes = json.loads(data.removeprefix("data: "))["nodes"]
        found.append((name.removeprefix("event: "), [node["id"] for node in nodes]))
    return found


async def test_a_snapshot_comes_first_then_only_what_changed(stage: tuple[Live, Broadcast, Clock]) -> None:
    live, events, _ = stage
    viewer = events.events()
    assert parse(await anext(viewer)) == [("snapshot", [1, 2])]
    store(live, events, OTHER, sample(NOW))
    assert parse(await asyncio.wait_for(anext(viewer), 2)) == [("samples", [2])]


async def test_what_comes_at_once_goes_out_at_once_in_events_of_a_bounded_size(
    stage: tuple[Live, Broadcast, Clock], monkeypatch: pytest.MonkeyPatch
) -> None:
    live, events, _ = stage
    nodes = [Node(number, f"n{number}", "10.0.0.1", f"n{number}", True) for number in range(1, 11)]
    live.replace(nodes, {})
    monkeypatch.setattr(broadcast, "EVENT_NODES", 1)
    viewer = events.events()
    assert parse(await anext(viewer)) == [("snapshot", list(range(1, 11)))]
    for node in nodes[:5]:
        store(live, events, node, sample(NOW))
    # A quarter of ten nodes is more than one.
    assert parse(await asyncio.wait_for(anext(viewer), 20)) == [
        ("samples", [1, 2]),
        ("samples", [3, 4]),
        ("samples", [5]),
    ]


async def test_each_viewer_gets_the_form_that_it_asks_for(stage: tuple[Live, Broadcast, Clock]) -> None:
    live, events, _ = stage
    plain, columns = events.events(), events.events("columns")
    assert parse(await anext(plain)) == [("snapshot", [1, 2])]
    head, data = (await anext(columns)).decode().strip().split("\n")
    assert head == "event: snapshot"
    assert json.loads(data.removeprefix("data: "))["columns"]["name"] == ["n1", "n2"]
    store(live, events, OTHER, sample(NOW))
    events.put("findings", b"{}")
    for viewer in (plain, columns):
        assert await asyncio.wait_for(anext(viewer), 2) == b"event: findings\ndata: {}\n\n"
    assert parse(await asyncio.wait_for(anext(plain), 2)) == [("samples", [2])]
    told = json.loads((await asyncio.wait_for(anext(columns), 2)).decode().strip().split("data: ")[1])
    assert (told["count"], told["columns"]["id"], told["columns"]["cpu_percent"]) == (1, 2, 50)
    assert "name" not in told["columns"]


async def test_what_is_back_filled_is_not_sent(stage: tuple[Live, Broadcast, Clock]) -> None:
    live, events, clock = stage
    store(live, events, NODE, sample(NOW))
    viewer = events.events()
    await anext(viewer)
    store(live, events, NODE, sample(NOW - 300), sample(NOW - 295))
    await asyncio.sleep(0.05)
    clock.now += 5
    assert parse(await asyncio.wait_for(anext(viewer), 2)) == [("samples", [])]


async def test_a_node_that_falls_silent_is_reported_as_down(stage: tuple[Live, Broadcast, Clock]) -> None:
    live, events, clock = stage
    store(live, events, NODE, sample(NOW))
    viewer = events.events()
    await anext(viewer)
    clock.now += 4
    await asyncio.sleep(0.05)
    clock.now += 12
    live.look()
    text = await asyncio.wait_for(anext(viewer), 2)
    assert parse(text)[-1] == ("samples", [1])
    assert b'"state":"down"' in text


async def test_a_sign_of_life_comes_when_nothing_changes(stage: tuple[Live, Broadcast, Clock]) -> None:
    _, events, clock = stage
    viewer = events.events()
    await anext(viewer)
    await asyncio.sleep(0.02)
    clock.now += 5
    assert parse(await asyncio.wait_for(anext(viewer), 2)) == [("samples", [])]


async def test_a_viewer_far_behind_gets_one_snapshot_instead(stage: tuple[Live, Broadcast, Clock]) -> None:
    live, events, clock = stage
    slow = events.events()
    await anext(slow)
    for step in range(QUEUED_EVENTS + 10):
        clock.now += 5
        store(live, events, NODE, sample(NOW + 5 * step))
        await asyncio.sleep(0.03)
    names = [name for name, _ in parse(await anext(slow))]
    assert names[0] == "snapshot"
    assert len(names) <= QUEUED_EVENTS


async def test_a_changed_list_of_nodes_gives_everyone_a_new_snapshot(stage: tuple[Live, Broadcast, Clock]) -> None:
    live, events, _ = stage
    viewer = events.events()
    await anext(viewer)
    live.replace([Node(3, "n3", "10.0.0.3", "n3", True)], {})
    events.restart()
    assert parse(await asyncio.wait_for(anext(viewer), 2)) == [("snapshot", [3])]


async def test_closing_ends_every_stream(stage: tuple[Live, Broadcast, Clock]) -> None:
    _, events, _ = stage
    viewer = events.events()
    await anext(viewer)
    events.close()
    with pytest.raises(StopAsyncIteration):
        await asyncio.wait_for(anext(viewer), 2)


async def test_without_viewers_it_costs_nothing(stage: tuple[Live, Broadcast, Clock]) -> None:
    _, events, _ = stage
    viewer = events.events()
    await anext(viewer)
    await viewer.aclose()
    await asyncio.sleep(0.05)
    assert events._task is not None
    assert events._task.done()
