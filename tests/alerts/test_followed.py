"""What a page knows of alerts: findings after each snapshot, then those that the stream sends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from minipanel.alerts import silences
from minipanel.alerts.desk import Desk
from minipanel.models.alert_answers import Finding, Findings
from minipanel.models.nodeset import expand
from tests.alerts.running import Running, cluster_config, running

pytestmark = pytest.mark.anyio

Act = Callable[[], Awaitable[object]]

MOMENTS = (
    "just before the stream ends",
    "told to a stream that ends before it is read",
    "while no stream is open",
    "after the snapshot",
    "while the findings are read",
    "after the findings were read",
)


class Page:
    """An open page. A browser connects again on its own, after which a snapshot comes first."""

    def __init__(self, it: Running) -> None:
        self._it = it
        self._events: AsyncGenerator[bytes] | None = None
        self.known: Sequence[Finding] = ()

    @classmethod
    async def opened(cls, it: Running) -> Page:
        """Return a page that has connected and read the findings."""
        page = cls(it)
        await page.connect()
        await page.read()
        return page

    async def connect(self) -> None:
        """Open the stream and receive its snapshot."""
        self._events = self._it.panel.broadcast.events()  # type: ignore[assignment]
        assert (await self._next()).startswith(b"event: snapshot\n")

    async def read(self) -> None:
        """Read the findings, as a page does after a snapshot."""
        self.known = (await self._it.alerts.findings()).findings

    async def hear(self) -> None:
        """Take the next events."""
        for event in (await self._next()).split(b"\n\n"):
            name, _, data = event.partition(b"\ndata: ")
            if name == b"event: findings":
                self.known = msgspec.json.decode(data, type=Findings).findings

    async def disconnect(self) -> None:
        """Close the stream."""
        assert self._events is not None
        await self._events.aclose()

    async def _next(self) -> bytes:
        assert self._events is not None
        return await asyncio.wait_for(anext(self._events), 20)


@pytest.mark.parametrize("moment", MOMENTS)
async def test_a_page_that_connects_again_misses_no_acknowledgement(tmp_path: Path, moment: str) -> None:
    async with running(cluster_config(tmp_path, 3)) as it:
        it.odd = {3: {"cpu_temp": 99.0}}
        await it.pass_seconds(180)
        page = await Page.opened(it)
        (finding,) = page.known
        assert finding.acked_by is None

        async def acknowledge_at(now: str) -> None:
            if now == moment:
                assert await Desk(it.panel, it.alerts).acknowledge(finding.alerts, "alice", "") == 1

        await acknowledge_at(MOMENTS[0])
        await acknowledge_at(MOMENTS[1])
        if moment == MOMENTS[1]:
            await it.pass_seconds(5)
        await page.disconnect()
        await acknowledge_at(MOMENTS[2])
        await page.connect()
        await acknowledge_at(MOMENTS[3])
        reading = asyncio.ensure_future(page.read())
        await asyncio.sleep(0)
        await acknowledge_at(MOMENTS[4])
        await reading
        await acknowledge_at(MOMENTS[5])
        await it.pass_seconds(5)  # the stream has it after the next check
        await page.hear()
        assert [each.acked_by for each in page.known] == ["alice"]
        await page.disconnect()


async def test_a_finding_needs_attention_again_when_its_silence_has_ended(tmp_path: Path) -> None:
    async with running(cluster_config(tmp_path, 3)) as it:
        it.odd = {3: {"cpu_temp": 99.0}}
        await it.pass_seconds(60)
        kept = await Desk(it.panel, it.alerts).silence("cn0003", (), it.now + 300, "a new fan", "alice")
        await it.pass_seconds(180)
        page = await Page.opened(it)
        assert [each.silenced_until for each in page.known] == [kept.until_at]
        await it.pass_seconds(125)
        await page.hear()
        assert [each.silenced_until for each in page.known] == [None]
        await page.disconnect()


@pytest.mark.parametrize("said", ["cn0003", "cn[0001-0003]", "cn0003.cluster", "CN0003"])
async def test_a_silence_covers_a_node_by_each_name_that_it_is_accepted_with(tmp_path: Path, said: str) -> None:
    config = cluster_config(tmp_path, 3)
    nodes = [replace(each, hostname=f"{each.hostname}.cluster", name=f"{each.name}.cluster") for each in config.nodes]
    async with running(replace(config, nodes=tuple(nodes))) as it:
        it.odd = {3: {"cpu_temp": 99.0}}
        await it.pass_seconds(180)
        kept = await Desk(it.panel, it.alerts).silence(said, (), it.now + 300, "a new fan", "alice")
        (finding,) = (await it.alerts.findings()).findings
        assert finding.silenced_until == kept.until_at


async def test_one_more_silence_expands_no_other_node_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expanded: list[str] = []

    def counted(text: str) -> list[str]:
        expanded.append(text)
        return expand(text)

    monkeypatch.setattr(silences, "expand", counted)
    async with running(cluster_config(tmp_path, 9)) as it:
        desk = Desk(it.panel, it.alerts)
        for number in range(1, 6):
            await desk.silence(f"cn[0001-000{number}]", (), it.now + 300, "work", "alice")
        await desk.end_silence(1)
        assert expanded == [f"cn[0001-000{number}]" for number in range(1, 6)]
        it.panel.directory.replace(it.panel.directory.nodes[:4])
        await it.alerts.read_silences()
        # Other nodes may have these names. The silence of more than there are nodes is matched by its pattern.
        assert expanded[5:] == [f"cn[0001-000{number}]" for number in range(2, 5)]


async def test_a_finding_that_gets_worse_says_so_within_a_minute(tmp_path: Path) -> None:
    async with running(cluster_config(tmp_path, 3)) as it:
        it.odd = {3: {"cpu_temp": 99.0}}
        await it.pass_seconds(240)
        page = await Page.opened(it)
        assert [each.what.en for each in page.known] == ["hot: 99 °C, limit 95 °C"]
        it.odd = {3: {"cpu_temp": 105.0}}
        await it.pass_seconds(60)
        await page.hear()
        assert [each.what.en for each in page.known] == ["hot: 105 °C, limit 95 °C"]
        await page.disconnect()
