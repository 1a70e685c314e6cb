"""What the ingest reports to its listeners after the commit."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from minipanel.database.store import Store
from minipanel.models.node import Node
from minipanel.models.sample import Sample
from minipanel.services.ingest import DAY_SECONDS, Ingest

pytestmark = pytest.mark.anyio

T = 1_700_000_100
NODE = Node(1, "n1", "10.0.0.1", "n1", True)


def sample(timestamp: int) -> Sample:
    return Sample("n1", timestamp, 50, 8000, 2000, None)


@pytest.fixture
async def ingest(tmp_path: Path) -> AsyncIterator[Ingest]:
    store = Store(tmp_path / "data.db")
    ingest = Ingest(store, 32, lambda: float(T))
    ingest.start()
    yield ingest
    await ingest.close()
    store.close()


async def test_a_listener_hears_of_what_was_stored_and_of_nothing_else(ingest: Ingest) -> None:
    heard: list[tuple[str, list[int]]] = []

    def listen(node: Node, samples: Sequence[Sample]) -> None:
        heard.append((node.hostname, [sample.timestamp for sample in samples]))

    ingest.listen(listen)
    await ingest.submit(NODE, [sample(T)])
    await ingest.submit(NODE, [sample(T), sample(T - 40 * DAY_SECONDS)])
    await ingest.submit(NODE, [sample(T - 5), sample(T), sample(T + 5), sample(T - 5)])
    assert heard == [("n1", [T]), ("n1", [T - 5, T + 5])]


async def test_a_listener_that_fails_keeps_no_agent_from_its_answer(
    ingest: Ingest, caplog: pytest.LogCaptureFixture
) -> None:
    heard = []

    def fail(node: Node, samples: Sequence[Sample]) -> None:
        raise ZeroDivisionError

    ingest.listen(fail)
    ingest.listen(lambda node, samples: heard.append(node.id))
    assert (await ingest.submit(NODE, [sample(T)])).stored == 1
    assert heard == [1]
    assert "A listener failed at samples of n1." in caplog.text
