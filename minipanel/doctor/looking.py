"""Runs all looks at once, each with a time limit. A look that hangs, fails or lacks rights becomes a line as well."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from minipanel.doctor.subject import Subject
from minipanel.models.quote import escape
from minipanel.setup.look.check import Check, Verdict

LOOK_SECONDS = 5.0
GRACE_SECONDS = 1.0
"""A command that is ended at the deadline still has to be reported."""

SHOWN_CHARACTERS = 500

Look = Callable[[Subject], Iterable[Check]]
"""Looks at one subject and changes nothing. Returns its lines; none if there is nothing to say."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A check, and the name of the look that made it. Programs use the name: it is the same in every language."""

    look: str
    check: Check


def look_at_all(
    looks: Mapping[str, Look],
    remedies: Mapping[str, str],
    titles: Mapping[str, str],
    subject: Subject,
    seconds: float = LOOK_SECONDS,
) -> list[Finding]:
    """Return the findings of all looks, in their order, after at most these seconds and GRACE_SECONDS.

    remedies: what helps if a look hangs, by its name. titles: the title of its line then, by its name.
    """
    deadline = time.monotonic() + seconds
    bounded = replace(subject, system=replace(subject.system, deadline=deadline))
    results: queue.SimpleQueue[tuple[str, list[Check]]] = queue.SimpleQueue()
    for name, look in looks.items():
        work = partial(lambda name, look: results.put((name, _ended(titles[name], look, bounded))), name, look)
        # A daemon thread: a look that hangs must not keep the command from ending.
        threading.Thread(target=work, daemon=True).start()
    found: dict[str, list[Check]] = {}
    while len(found) < len(looks):
        try:
            name, checks = results.get(timeout=max(0.0, deadline + GRACE_SECONDS - time.monotonic()))
        except queue.Empty:
            break
        found[name] = checks
    late = subject.t("there was no answer within {seconds} s", seconds=f"{seconds:g}")
    return [
        Finding(name, _escaped(replace(check, detail=subject.t(check.detail))))
        for name in looks
        for check in found.get(name, [Check(titles[name], Verdict.WARNING, late, remedies.get(name, ""))])
    ]


def _ended(title: str, look: Look, subject: Subject) -> list[Check]:
    t = subject.t
    try:
        return list(look(subject))
    except PermissionError as error:
        detail = t("{place} can't be read with these rights", place=error.filename or "")
        return [Check(title, Verdict.WARNING, detail, "sudo minipanel doctor")]
    except Exception as error:  # one failed look must not stop the others
        detail = t("the check failed: {reason}", reason=f"{type(error).__name__}: {error}")
        return [Check(title, Verdict.WARNING, detail)]


def _escaped(check: Check) -> Check:
    """Return the check with its control characters escaped: much of its text comes from outside."""
    detail, remedy = (escape(text, SHOWN_CHARACTERS) for text in (check.detail, check.remedy))
    return replace(check, detail=detail, remedy=remedy)
