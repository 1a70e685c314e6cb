"""All looks at once: one that hangs, fails or can't see is a line as well, and does not block the others."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from minipanel.doctor.looking import GRACE_SECONDS, look_at_all
from minipanel.doctor.looks import titles
from minipanel.doctor.subject import Subject
from minipanel.setup.look.check import Check
from tests.doctor.examined import OK, WARNING, chinese, english, subject_of
from tests.setup.machine import Machine

TITLES = {"munge": "MUNGE", "good": "good"}


@pytest.fixture
def subject(tmp_path: Path, machine: Machine) -> Subject:
    return subject_of(tmp_path, machine)


def good(subject: Subject) -> Iterator[Check]:
    yield Check("good", OK, "as it should be")


def test_a_look_that_hangs_is_reported_with_its_remedy_and_blocks_no_other(subject: Subject) -> None:
    let_go = threading.Event()

    def hangs(subject: Subject) -> Iterable[Check]:
        let_go.wait(30)
        return ()

    started = time.monotonic()
    found = look_at_all(
        {"munge": hangs, "good": good}, {"munge": "systemctl restart munge"}, TITLES, subject, seconds=0.2
    )
    let_go.set()
    assert time.monotonic() - started < 0.2 + GRACE_SECONDS + 1
    late = Check("MUNGE", WARNING, "there was no answer within 0.2 s", "systemctl restart munge")
    assert [finding.check for finding in found] == [late, Check("good", OK, "as it should be")]


def test_a_command_that_hangs_is_ended_at_the_deadline(subject: Subject, machine: Machine) -> None:
    machine.command("timedatectl", "exec sleep 30")

    def asks_twice(subject: Subject) -> Iterator[Check]:
        for _ in range(2):
            yield Check("clock", OK, subject.system.run("timedatectl", seconds=20).last_words)

    started = time.monotonic()
    found = look_at_all({"clock": asks_twice}, {}, {"clock": "clock"}, subject, seconds=0.3)
    assert time.monotonic() - started < 0.3 + GRACE_SECONDS
    assert ["timedatectl gave no answer" in finding.check.detail for finding in found] == [True, True]


def test_a_look_that_fails_takes_no_other_with_it(subject: Subject) -> None:
    def fails(subject: Subject) -> Iterable[Check]:
        raise RuntimeError("no such thing")

    found = look_at_all({"odd": fails, "good": good}, {}, {"odd": "odd", "good": "good"}, subject)
    assert [finding.check.verdict for finding in found] == [WARNING, OK]
    assert found[0].check.detail == "the check failed: RuntimeError: no such thing"


def test_what_can_not_be_checked_is_reported_with_how_to_check_it(subject: Subject) -> None:
    def is_refused(subject: Subject) -> Iterable[Check]:
        raise PermissionError(13, "Permission denied", "/var/lib/minipanel/data.db")

    (finding,) = look_at_all({"database": is_refused}, {}, titles(chinese), replace(subject, t=chinese))
    detail = "权限不足，无法查看 /var/lib/minipanel/data.db"
    assert (finding.look, finding.check) == ("database", Check("数据库", WARNING, detail, "sudo minipanel doctor"))


def test_nothing_that_comes_from_outside_reaches_the_terminal_as_it_is(subject: Subject) -> None:
    def forged(subject: Subject) -> Iterator[Check]:
        yield Check("panel", WARNING, "a\x1b[2J\nok  all is well" + "x" * 1000, "rm\r\n")

    (finding,) = look_at_all({"panel": forged}, {}, titles(english), subject)
    assert finding.check.detail.startswith("a\\x1b[2J\\nok  all is well")
    assert len(finding.check.detail) < 600
    assert finding.check.remedy == "rm\\r\\n"


def test_the_lines_come_in_the_order_of_the_looks(subject: Subject) -> None:
    def slow(subject: Subject) -> Iterator[Check]:
        time.sleep(0.1)
        yield Check("slow", OK, "")

    found = look_at_all({"slow": slow, "good": good}, {}, {"slow": "slow", "good": "good"}, replace(subject))
    assert [finding.look for finding in found] == ["slow", "good"]
