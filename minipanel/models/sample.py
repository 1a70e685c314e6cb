"""Samples, and how they are read from the body of a request. A sample is one reading of one node."""

from __future__ import annotations

from operator import attrgetter
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from minipanel.errors import BadInput, TooLarge
from minipanel.models.faults import (
    MAX_AHEAD_SECONDS,
    MAX_SAMPLES,
    NODE_ID_PATTERN,
    fault_in,
)
from minipanel.models.metrics import METRICS, READINGS, VALUES, Value
from minipanel.models.quote import escape
from minipanel.models.record import SLOT_SECONDS
from minipanel.models.shape import Field, with_fields
from minipanel.sentence import Sentence

MAX_BODY_BYTES = 1_000_000

# JSON Schema writes Python's \\Z as $ in a regular expression.
_PATTERN_OF_JSON = NODE_ID_PATTERN.replace(r"\Z", "$")


def _field(value: Value) -> Field:
    """Return a field of Sample: its name, its type with its limits, and None as its default if it may be absent."""
    words = [value.unit, value.meaning, "" if value.null is None else f"null {value.null}"]
    about = Meta(ge=value.low, le=value.high, description=", ".join(word for word in words if word))
    kind: Any = Annotated[float if value.digits else int, about]
    if value.null is not None:
        kind = kind | None
    return (value.name, kind, None) if value.may_be_absent else (value.name, kind)


@with_fields("timestamp", map(_field, VALUES))
class Sample(msgspec.Struct, frozen=True, gc=False):
    """One reading. It describes the 5 seconds that end at its timestamp."""

    node_id: Annotated[
        str,
        Meta(
            pattern=NODE_ID_PATTERN, description="the node's hostname", extra_json_schema={"pattern": _PATTERN_OF_JSON}
        ),
    ]
    timestamp: Annotated[
        int, Meta(ge=0, multiple_of=SLOT_SECONDS, description="Unix seconds; the 5 seconds that end here")
    ]


_DECODER = msgspec.json.Decoder(Sample | list[Sample])


def parse_samples(body: bytes, now: float) -> list[Sample]:
    """Return the body's samples, 1 to 1000 of one node, in the order in which they were sent.

    `now`: the panel's time, Unix seconds. Unknown fields are ignored, because agents may be newer than the panel.
    Raises BadInput, with a sentence that names the field, its value and what is allowed, and TooLarge.
    """
    if len(body) > MAX_BODY_BYTES:
        raise TooLarge("The body has {count} bytes; at most {most} are allowed.", count=len(body), most=MAX_BODY_BYTES)
    try:
        decoded = _DECODER.decode(body)
    except (ValueError, RecursionError) as error:
        raise BadInput(fault_in(body, now) or _unexplained(error)) from None
    samples = decoded if isinstance(decoded, list) else [decoded]
    if len(samples) > MAX_SAMPLES:
        raise TooLarge(
            "The array holds {count} samples; at most {most} are allowed.", count=len(samples), most=MAX_SAMPLES
        )
    if not _fit_together(samples, now):
        raise BadInput(fault_in(body, now) or "The samples don't fit together.")
    return samples


_PARTS: Final = tuple(
    (attrgetter(metric.name), attrgetter(metric.of_total)) for metric in METRICS if metric.of_total is not None
)


def _fit_together(samples: list[Sample], now: float) -> bool:
    """Return whether there are samples, all of one node, none ahead of time and no part larger than its total."""
    latest = now + MAX_AHEAD_SECONDS
    for sample in samples:
        if sample.timestamp > latest or sample.node_id != samples[0].node_id:
            return False
        for part_of, total_of in _PARTS:
            part = part_of(sample)
            if part is not None and part > (total_of(sample) or 0):
                return False
    return bool(samples)


_READ: Final = [(metric, column) for metric in METRICS for column in metric.columns() if column in READINGS]
# For a share this reads the value that the share is computed from.
_read: Final = attrgetter(*(metric.name if column.kind == "share" else column.name for metric, column in _READ))
_SHARES: Final = tuple(
    (place, attrgetter(metric.of_total or "")) for place, (metric, column) in enumerate(_READ) if column.kind == "share"
)


def readings_of(sample: Sample) -> list[float | None]:
    """Return a sample's values, in the order of READINGS."""
    readings: list[float | None] = [*_read(sample)]
    for place, total_of in _SHARES:
        part = readings[place]
        readings[place] = None if part is None else round(100 * part / total_of(sample), 2)
    return readings


def _unexplained(error: Exception) -> Sentence:
    """Return the decoder's own words, for what only it finds: a name twice in one object, once with a bad value."""
    return Sentence("The body can't be read: {reason}.", reason=escape(str(error), 120))
