"""The findings are made once for all who ask, and again only after a change."""

from __future__ import annotations

import asyncio

import pytest

from minipanel.alerts.current import Current
from minipanel.models.alert_answers import Finding

pytestmark = pytest.mark.anyio


class Maker:
    """Takes its time, and counts."""

    def __init__(self) -> None:
        self.count = 0
        self.goes_on = asyncio.Event()

    async def __call__(self) -> list[Finding]:
        self.count += 1
        await self.goes_on.wait()
        return []


async def test_many_pages_that_ask_at_once_have_them_made_once() -> None:
    make = Maker()
    current = Current(make)
    asking = [asyncio.ensure_future(current.findings()) for _ in range(50)]
    await asyncio.sleep(0.01)
    make.goes_on.set()
    await asyncio.gather(*asking)
    assert make.count == 1
    await current.findings()
    assert make.count == 1


async def test_a_change_while_they_are_made_makes_them_again_for_those_who_ask_later() -> None:
    make = Maker()
    current = Current(make)
    early = asyncio.ensure_future(current.findings())
    await asyncio.sleep(0.01)
    current.touch()
    late = [asyncio.ensure_future(current.findings()) for _ in range(5)]
    make.goes_on.set()
    await asyncio.gather(early, *late)
    assert make.count == 2


async def test_one_who_no_longer_waits_keeps_nobody_waiting() -> None:
    make = Maker()
    current = Current(make)
    gone, other = (asyncio.ensure_future(current.findings()) for _ in range(2))
    await asyncio.sleep(0.01)
    gone.cancel()
    make.goes_on.set()
    assert await asyncio.wait_for(other, 5) == []
