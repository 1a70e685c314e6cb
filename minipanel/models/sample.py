"""A sample: one reading of one node, and how samples are read from the body of a request."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from minipanel.errors import BadInput, TooLarge
from minipanel.models.faults import (
    MAX_AHEAD_SECONDS,
    MAX_CELSIUS,
    MAX_MEMORY_BYTES,
    MAX_SAMPLES,
    MIN_CELSIUS,
    NODE_ID_PATTERN,
    fault_in,
)
from minipanel.models.quote import escape
from minipanel.models.record import SLOT_SECONDS

MAX_BODY_BYTES = 1_000_000


class Sample(msgspec.Struct, frozen=True, gc=False):
    """One reading. `timestamp` in Unix seconds, a multiple of 5: it describes the 5 seconds that end there.

    `cpu_percent` 0 to 100, memory in bytes, `cpu_temp` in °C, None without a sensor.
    """

    node_id: Annotated[str, Meta(pattern=NODE_ID_PATTERN)]
    timestamp: Annotated[int, Meta(ge=0, multiple_of=SLOT_SECONDS)]
    cpu_percent: Annotated[float, Meta(ge=0, le=100)]
    memory_total: Annotated[int, Meta(ge=1, le=MAX_MEMORY_BYTES)]
    memory_used: Annotated[int, Meta(ge=0, le=MAX_MEMORY_BYTES)]
    cpu_temp: Annotated[float, Meta(ge=MIN_CELSIUS, le=MAX_CELSIUS)] | None


_DECODER = msgspec.json.Decoder(Sample | list[Sample])


def parse_samples(body: bytes, now: float) -> list[Sample]:
    """Return the body's samples, 1 to 1000 of one node, in the order in which they were sent.

    `now` is the panel's time in Unix seconds. Fields that are not known are passed over: agents may be newer.
    Raises BadInput, whose sentence names the field, the value and what is allowed, or TooLarge.
    """
    if len(body) > MAX_BODY_BYTES:
        raise TooLarge(f"The body has {len(body)} bytes; at most {MAX_BODY_BYTES} are allowed.")
    try:
        decoded = _DECODER.decode(body)
    except (ValueError, RecursionError) as error:
        raise BadInput(fault_in(body, now) or _unexplained(error)) from None
    samples = decoded if isinstance(decoded, list) else [decoded]
    if len(samples) > MAX_SAMPLES:
        raise TooLarge(f"The array holds {len(samples)} samples; at most {MAX_SAMPLES} are allowed.")
    if not _fit_together(samples, now):
        raise BadInput(fault_in(body, now) or "The samples don't fit together.")
    return samples


def _fit_together(samples: list[Sample], now: float) -> bool:
    """True where there are samples, all of one node, none ahead of time, none using more memory than there is."""
    latest = now + MAX_AHEAD_SECONDS
    return bool(samples) and all(
        sample.timestamp <= latest
        and sample.memory_used <= sample.memory_total
        and sample.node_id == samples[0].node_id
        for sample in samples
    )


def _unexplained(error: Exception) -> str:
    """Return the decoder's own words, for what only it minds: as a name twice in one object, once with a bad value."""
    return f"The body can't be read: {escape(str(error), 120)}."
