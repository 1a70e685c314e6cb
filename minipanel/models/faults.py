"""What a sample may contain, and a sentence about the first fault of a body."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass

from minipanel.models.metrics import METRICS, VALUES
from minipanel.models.quote import escape
from minipanel.models.record import SLOT_SECONDS
from minipanel.sentence import Sentence

MAX_SAMPLES = 1000
MAX_AHEAD_SECONDS = 60

NODE_ID_PATTERN = r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,252}\Z"
"""A hostname: at most 253 characters (RFC 1035); underscores too, as clusters use them anyway."""

_LONGEST_INTEGER = 20
"""Digits. A longer integer is beyond every limit here, and parsing thousands of digits exactly is slow."""


def fault_in(body: bytes, now: float) -> Sentence | None:
    """Return a sentence about the first fault of the body, None if there is none. `now` in Unix seconds.

    Slow and thorough: called only for bodies that the fast decoder refused. The samples of an array are named by their
    index, from 0: "[3].cpu_percent is 101; it must be a number from 0 to 100."
    """
    try:
        content = json.loads(body.decode("utf-8"), parse_int=_parse_integer)
    except UnicodeDecodeError as error:
        return Sentence("The body is not UTF-8 text: byte {place} can't be read.", place=error.start)
    except RecursionError:
        return Sentence("The body is nested too deeply; it must be one sample or an array of samples.")
    except ValueError as error:
        return Sentence("The body is not JSON: {reason}.", reason=escape(str(error)))
    return _fault_in_content(content, now)


def _parse_integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= _LONGEST_INTEGER else float(digits)


def _fault_in_content(content: object, now: float) -> Sentence | None:
    if isinstance(content, dict):
        return _fault_in_sample(content, "", now)
    if not isinstance(content, list):
        return Sentence(
            "The body is {kind}; it must be one sample (an object) or an array of samples.", kind=_kind(content)
        )
    if not content:
        return Sentence("The array is empty; it must hold 1 to {most} samples.", most=MAX_SAMPLES)
    for index, sample in enumerate(content):
        fault = _fault_in_sample(sample, f"[{index}]", now) or _fault_in_company(sample, content[0], index)
        if fault:
            return fault
    return None


def _fault_in_sample(sample: object, place: str, now: float) -> Sentence | None:
    if not isinstance(sample, dict):
        return Sentence("{place} is {kind}; it must be a sample (an object).", place=place, kind=_kind(sample))
    before = f"{place}." if place else ""
    for field in FIELDS:
        fault = _fault_in_field(sample, field, before)
        if fault:
            return fault
    return _fault_in_time(sample["timestamp"], before, now) or _fault_in_parts(sample, before)


def _fault_in_field(sample: dict[str, object], field: Field, before: str) -> Sentence | None:
    name, allowed = f"{before}{field.name}", field.allowed
    if field.name not in sample:
        missing = Sentence("{field} is missing; it must be {allowed}.", field=name, allowed=allowed)
        return None if field.may_be_absent else missing
    value = sample[field.name]
    if field.accepts(value):
        return None
    return Sentence("{field} is {value}; it must be {allowed}.", field=name, value=show(value), allowed=allowed)


def _fault_in_time(timestamp: int, before: str, now: float) -> Sentence | None:
    ahead = timestamp - now
    if ahead <= MAX_AHEAD_SECONDS:
        return None
    return Sentence(
        "{field} is {value}, {ahead} seconds ahead of the panel's clock; at most {most} are allowed. "
        "Check both clocks.",
        field=f"{before}timestamp",
        value=timestamp,
        ahead=math.ceil(ahead),
        most=MAX_AHEAD_SECONDS,
    )


def _fault_in_parts(sample: dict[str, int | None], before: str) -> Sentence | None:
    for metric in METRICS:
        if metric.of_total is None or (used := sample.get(metric.name)) is None:
            continue
        total = sample.get(metric.of_total)
        if total is None or used > total:
            return Sentence(
                "{field} is {value}; it must be at most {total}, which is {limit}.",
                field=f"{before}{metric.name}",
                value=used,
                total=metric.of_total,
                limit=show(total),
            )
    return None


def _fault_in_company(sample: dict[str, str], first: dict[str, str], index: int) -> Sentence | None:
    node_id, expected = sample["node_id"], first["node_id"]
    if node_id == expected:
        return None
    return Sentence(
        "{field} is {value}, but [0].node_id is {first}; an array holds one node's samples.",
        field=f"[{index}].node_id",
        value=show(node_id),
        first=show(expected),
    )


def show(value: object) -> str:
    """Return a JSON value as the body has it, shortened, on one line; "an array" or "an object" for those."""
    if isinstance(value, str):
        return f'"{escape(value)}"'
    if isinstance(value, list | dict):
        return _kind(value)
    return escape(json.dumps(value))


def _kind(value: object) -> str:
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "an array"
    return show(value)


def _is_node_id(value: object) -> bool:
    return isinstance(value, str) and re.match(NODE_ID_PATTERN, value) is not None


def _is_slot(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0 and value % SLOT_SECONDS == 0


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a sample, and what it may contain: `allowed` in words, `accepts` as a check."""

    name: str
    allowed: str
    accepts: Callable[[object], bool]
    may_be_absent: bool = False


FIELDS = (
    Field("node_id", "the node's hostname: 1 to 253 letters, digits, '.', '-' and '_'", _is_node_id),
    Field("timestamp", f"whole Unix seconds, a multiple of {SLOT_SECONDS}", _is_slot),
    *(Field(value.name, value.allowed, value.accepts, value.may_be_absent) for value in VALUES),
)
