"""Long work on the event loop, in slices. Between two of them the loop does everything else."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Generator
from typing import TypeVar

SLICE_SECONDS = 0.005

PAUSE_SECONDS = 0.001
"""Everything else has the loop for this long between two slices. A bare turn is too short: a request takes several,
and each of them would wait for a slice."""

Result = TypeVar("Result")


async def in_slices(steps: Generator[None, None, Result]) -> Result:
    """Return what the steps return. A slice ends with the first step that ends after SLICE_SECONDS."""
    await asyncio.sleep(PAUSE_SECONDS)  # what came before took its time, too
    until = time.perf_counter() + SLICE_SECONDS
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: Result = end.value
            break
        if time.perf_counter() >= until:
            await asyncio.sleep(PAUSE_SECONDS)
            until = time.perf_counter() + SLICE_SECONDS
    await asyncio.sleep(PAUSE_SECONDS)  # what follows takes its time, too
    return result
