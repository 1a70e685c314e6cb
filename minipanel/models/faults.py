"""What a sample may hold, and the sentence about the first thing in a body that it may not."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass

from minipanel.models.metrics import METRICS, VALUES
from minipanel.models.quote import escape
from minipanel.models.record import SLOT_SECONDS

MAX_SAMPLES = 1000
MAX_AHEAD_SECONDS = 60

NODE_ID_PATTERN = r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,252}\Z"
"""A hostname: at most 253 characters (RFC 1035), and the underscore that clusters use anyway."""

_LONGEST_INTEGER = 20
"""Digits. Longer ones are beyond every limit here, and reading thousands of digits exactly takes long."""


def fault_in(body: bytes, now: float) -> str | None:
    """Return one sentence about the first fault of the body, None where there is none.

    Slow and thorough: asked only about bodies that the fast decoder refused. `now` in Unix seconds. An array's
    samples are named by their index, from 0: "[3].cpu_percent is 101; it must be a number from 0 to 100."
    """
    try:
        content = json.loads(body.decode("utf-8"), parse_int=_parse_integer)
    except UnicodeDecodeError as error:
        return f"The body is not UTF-8 text: byte {error.start} can't be read."
    except RecursionError:
        return "The body is nested too deeply; it must be one sample or an array of samples."
    except ValueError as error:
        return f"The body is not JSON: {escape(str(error))}."
    return _fault_in_content(content, now)


def _parse_integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= _LONGEST_INTEGER else float(digits)


def _fault_in_content(content: object, now: float) -> str | None:
    if isinstance(content, dict):
        return _fault_in_sample(content, "", now)
    if not isinstance(content, list):
        return f"The body is {_kind(content)}; it must be one sample (an object) or an array of samples."
    if not content:
        return f"The array is empty; it must hold 1 to {MAX_SAMPLES} samples."
    for index, sample in enumerate(content):
        fault = _fault_in_sample(sample, f"[{index}]", now) or _fault_in_company(sample, content[0], index)
        if fault:
            return fault
    return None


def _fault_in_sample(sample: object, place: str, now: float) -> str | None:
    if not isinstance(sample, dict):
        return f"{place} is {_kind(sample)}; it must be a sample (an object)."
    dot = "." if place else ""
    for field in FIELDS:
        fault = _fault_in_field(sample, field)
        if fault:
            return f"{place}{dot}{fault}"
    fault = _fault_in_time(sample["timestamp"], now) or _fault_in_parts(sample)
    return f"{place}{dot}{fault}" if fault else None


def _fault_in_field(sample: dict[str, object], field: Field) -> str | None:
    if field.name not in sample:
        return None if field.may_be_absent else f"{field.name} is missing; it must be {field.allowed}."
    value = sample[field.name]
    return None if field.accepts(value) else f"{field.name} is {show(value)}; it must be {field.allowed}."


def _fault_in_time(timestamp: int, now: float) -> str | None:
    ahead = timestamp - now
    if ahead <= MAX_AHEAD_SECONDS:
        return None
    return (
        f"timestamp is {timestamp}, {math.ceil(ahead)} seconds ahead of the panel's clock; "
        f"at most {MAX_AHEAD_SECONDS} are allowed. Check both clocks."
    )


def _fault_in_parts(sample: dict[str, int | None]) -> str | None:
    for metric in METRICS:
        if metric.of_total is None or (used := sample.get(metric.name)) is None:
            continue
        total = sample.get(metric.of_total)
        if total is None or used > total:
            return f"{metric.name} is {used}; it must be at most {metric.of_total}, which is {show(total)}."
    return None


def _fault_in_company(sample: dict[str, str], first: dict[str, str], index: int) -> str | None:
    node_id, expected = sample["node_id"], first["node_id"]
    if node_id == expected:
        return None
    return (
        f"[{index}].node_id is {show(node_id)}, but [0].node_id is {show(expected)}; an array holds one node's samples."
    )


def show(value: object) -> str:
    """Return a JSON value as it stood in the body, short and on one line; arrays and objects only by their kind."""
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
    """One field of a sample: what is allowed, in words and as a check."""

    name: str
    allowed: str
    accepts: Callable[[object], bool]
    may_be_absent: bool = False


FIELDS = (
    Field("node_id", "the node's hostname: 1 to 253 letters, digits, '.', '-' and '_'", _is_node_id),
    Field("timestamp", f"whole Unix seconds, a multiple of {SLOT_SECONDS}", _is_slot),
    *(Field(value.name, value.allowed, value.accepts, value.may_be_absent) for value in VALUES),
)
