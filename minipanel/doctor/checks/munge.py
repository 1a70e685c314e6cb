"""MUNGE, with which agents authenticate, and the clock, which it depends on."""

from __future__ import annotations

from collections.abc import Iterator

from minipanel.doctor.subject import Subject
from minipanel.machine.health import munge_trouble
from minipanel.setup.look import clock, munge
from minipanel.setup.look.check import Check, Verdict


def look_at_munge(subject: Subject) -> Iterator[Check]:
    """Make a credential and decode it at the panel's own socket."""
    t, agents = subject.t, subject.config.agents
    if agents.auth != "munge":
        yield Check("MUNGE", Verdict.OK, t('not used: auth is "token"'))
        return
    check = munge.look_at_munge(subject.system, t, True, lambda _: munge_trouble(agents.munge_socket))
    if check is not None:
        yield check


def look_at_munge_version(subject: Subject) -> Iterator[Check]:
    """Warn about a munged with a known vulnerability, if agents use MUNGE."""
    check = munge.look_at_munge_version(subject.system, subject.t)
    if check is not None and subject.config.agents.auth == "munge":
        yield check


def look_at_clock(subject: Subject) -> Iterator[Check]:
    """Check whether the clock is synchronised."""
    yield clock.look_at_clock(subject.system, subject.t)
