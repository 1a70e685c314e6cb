"""Refused posts in the log."""

import pytest

from minipanel.errors import BadInput, NotAllowed, NotAuthenticated
from minipanel.services.refusals import MAX_LINES, Refusals


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What was logged since the last call."""
    messages = [record.getMessage() for record in caplog.records]
    caplog.clear()
    return messages


def test_a_refusal_is_logged_with_address_status_and_sentence(caplog: pytest.LogCaptureFixture):
    Refusals(Clock()).note("10.0.0.2", NotAuthenticated("The token does not belong to 'node001'."))
    assert lines(caplog) == ["Refused samples from 10.0.0.2 (401): The token does not belong to 'node001'."]


def test_a_client_that_went_before_its_address_was_asked_for_is_logged_as_such(caplog: pytest.LogCaptureFixture):
    refusals = Refusals(Clock())
    refusals.note("", BadInput("The body ended too early."))
    refusals.note_connection("", "This is not an HTTP request.")
    assert lines(caplog) == [
        "Refused samples from an unknown address (400): The body ended too early.",
        "Closed a connection from an unknown address: This is not an HTTP request.",
    ]


def test_the_same_trouble_is_logged_once_a_minute_and_counted(caplog: pytest.LogCaptureFixture):
    clock = Clock()
    refusals = Refusals(clock)
    for index in range(12):
        clock.now = index * 5.0
        refusals.note("10.0.0.2", BadInput(f"timestamp is {index}."))
    assert lines(caplog) == ["Refused samples from 10.0.0.2 (400): timestamp is 0."]
    clock.now = 60.0
    refusals.note("10.0.0.2", BadInput("timestamp is 12."))
    assert lines(caplog) == [
        "Refused samples 11 more times in the minute of the last such lines.",
        "Refused samples from 10.0.0.2 (400): timestamp is 12.",
    ]


def test_another_address_or_another_trouble_is_logged_too(caplog: pytest.LogCaptureFixture):
    refusals = Refusals(Clock())
    refusals.note("10.0.0.2", BadInput("One."))
    refusals.note("10.0.0.3", BadInput("Two."))
    refusals.note("10.0.0.2", NotAllowed("Three."))
    refusals.note("10.0.0.2", BadInput("Four."))
    assert [line.split(": ")[1] for line in lines(caplog)] == ["One.", "Two.", "Three."]


def test_a_thousand_nodes_that_were_set_up_wrong_do_not_flood_the_journal(caplog: pytest.LogCaptureFixture):
    clock = Clock()
    refusals = Refusals(clock)
    for _ in range(12):
        for node in range(1000):
            refusals.note(f"10.0.{node // 250}.{node % 250}", NotAuthenticated("No."))
    assert len(lines(caplog)) == MAX_LINES
    clock.now = 61.0
    refusals.note("10.0.0.1", NotAuthenticated("No."))
    assert lines(caplog)[0] == f"Refused samples {12_000 - MAX_LINES} more times in the minute of the last such lines."


def test_each_kind_of_closed_connection_is_logged_once_and_counted(caplog: pytest.LogCaptureFixture):
    clock = Clock()
    refusals = Refusals(clock)
    for index in range(1000):
        refusals.note_connection(f"10.0.0.{index % 250}", "This is not an HTTP request.")
    refusals.note_connection("10.0.1.1", "The head is too large.")
    assert lines(caplog) == [
        "Closed a connection from 10.0.0.0: This is not an HTTP request.",
        "Closed a connection from 10.0.1.1: The head is too large.",
    ]
    clock.now = 60.0
    refusals.begin_window()
    assert lines(caplog) == ["Closed 999 more connections within a minute: This is not an HTTP request."]


def test_nothing_from_outside_can_add_a_line(caplog: pytest.LogCaptureFixture):
    Refusals(Clock()).note("::1\n", BadInput("x\n\x1b[31m\u2028" + "y" * 10_000))
    (line,) = lines(caplog)
    assert line.isprintable()
    assert len(line) < 600
