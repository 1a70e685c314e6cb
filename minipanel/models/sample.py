"""A sample: one reading of one node, and how samples are read from the body of a request."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Annotated, Any, Final

import msgspec
from msgspec import Meta

from minipanel.errors import BadInput, TooLarge
from minipanel.models.faults import (
    MAX_AHEAD_SECONDS,
    MAX_SAMPLES,
    NODE_ID_PATTERN,
    fault_in,
)
from minipanel.models.metrics import METRICS, VALUES, Value
from minipanel.models.quote import escape
from minipanel.models.record import SLOT_SECONDS

MAX_BODY_BYTES = 1_000_000


def _field(value: Value) -> tuple[str, Any] | tuple[str, Any, Any]:
    """Return a field of Sample: its name, its type with its limits, and null for what older agents don't send."""
    kind: Any = Annotated[float if value.digits else int, Meta(ge=value.low, le=value.high)]
    if value.null is not None:
        kind = kind | None
    return (value.name, kind, None) if value.may_be_absent else (value.name, kind)


class Reading(msgspec.Struct, frozen=True, gc=False):
    """What a sample says besides its numbers."""

    node_id: Annotated[str, Meta(pattern=NODE_ID_PATTERN)]
    timestamp: Annotated[int, Meta(ge=0, multiple_of=SLOT_SECONDS)]


if TYPE_CHECKING:

    class Sample(Reading, frozen=True):
        """One reading. `timestamp` in Unix seconds, a multiple of 5: it describes the 5 seconds that end there.

        Beside it stand the numbers of VALUES by their names, in their order.
        """

        def __init__(self, node_id: str, timestamp: int, *values: float | None, **named: float | None) -> None: ...
        def __getattr__(self, name: str) -> Any: ...

else:
    Sample = msgspec.defstruct(
        "Sample", [_field(value) for value in VALUES], bases=(Reading,), frozen=True, gc=False, module=__name__
    )


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


_PARTS: Final = tuple(
    (attrgetter(metric.name), attrgetter(metric.of_total)) for metric in METRICS if metric.of_total is not None
)


def _fit_together(samples: list[Sample], now: float) -> bool:
    """True where there are samples, all of one node, none ahead of time, no part larger than its whole."""
    latest = now + MAX_AHEAD_SECONDS
    for sample in samples:
        if sample.timestamp > latest or sample.node_id != samples[0].node_id:
            return False
        for part_of, total_of in _PARTS:
            part = part_of(sample)
            if part is not None and part > (total_of(sample) or 0):
                return False
    return bool(samples)


def _unexplained(error: Exception) -> str:
    """Return the decoder's own words, for what only it minds: as a name twice in one object, once with a bad value."""
    return f"The body can't be read: {escape(str(error), 120)}."
