"""When people are notified: together, once, and not too often."""

from __future__ import annotations

from minipanel.alerts.announce import BETWEEN_SECONDS, GATHER_SECONDS, due
from minipanel.models.alert import Alert, Bad

NOW = 1_790_000_000


def alert(opened_at: int = NOW, **more: object) -> Alert:
    return Alert("hot", 1, "critical", opened_at, opened_at, 300, Bad(), **more)  # type: ignore[arg-type]


def nobody(_: Alert) -> bool:
    return False


def test_the_first_is_reported_once_others_have_had_time_to_join() -> None:
    first, second = alert(), alert(NOW + 20)
    assert due([first, second], {}, nobody, NOW + GATHER_SECONDS - 1) == {}
    assert due([first, second], {}, nobody, NOW + GATHER_SECONDS)["hot"].begun == [first, second]


def test_the_next_waits_for_five_minutes() -> None:
    told = {"hot": NOW}
    assert due([alert()], told, nobody, NOW + BETWEEN_SECONDS - 1) == {}
    assert due([alert()], told, nobody, NOW + BETWEEN_SECONDS)


def test_what_was_reported_is_not_reported_again() -> None:
    assert due([alert(announced_at=NOW)], {}, nobody, NOW + 10_000) == {}


def test_the_end_of_what_was_reported_is_reported_once() -> None:
    over = alert(announced_at=NOW, closed_at=NOW + 600)
    assert due([over], {}, nobody, NOW + 600)["hot"].ended == [over]
    over.end_told_at = NOW + 600
    assert due([over], {}, nobody, NOW + 10_000) == {}


def test_what_ended_before_it_could_be_reported_is_reported_anyway() -> None:
    over = alert(closed_at=NOW + 60)
    assert due([over], {}, nobody, NOW + 60)["hot"].begun == [over]


def test_silenced_suspended_acknowledged_dropped_and_informational_alerts_are_not_reported() -> None:
    assert due([alert()], {}, lambda _: True, NOW + 60) == {}
    quiet = [alert(is_suspended=True), alert(acked_at=NOW), alert(is_dropped=True)]
    info = alert()
    info.severity = "info"
    assert due([*quiet, info], {}, nobody, NOW + 60) == {}


def test_the_end_of_what_was_reported_before_a_silence_is_reported_within_it() -> None:
    assert due([alert(announced_at=NOW, closed_at=NOW + 600)], {}, lambda _: True, NOW + 600)


def test_silences_are_not_asked_while_alerts_wait_for_others_or_for_the_time_between_two_messages() -> None:
    asked: list[Alert] = []

    def is_quiet(alert: Alert) -> bool:
        return asked.append(alert) is not None

    assert due([alert()], {}, is_quiet, NOW + GATHER_SECONDS - 1) == {}
    assert due([alert()], {"hot": NOW}, is_quiet, NOW + GATHER_SECONDS) == {}
    assert asked == []
    assert due([alert()], {}, is_quiet, NOW + GATHER_SECONDS)
    assert len(asked) == 1


def test_an_end_goes_out_at_once_if_all_that_opened_meanwhile_is_silenced() -> None:
    over, quiet = alert(NOW - 600, announced_at=NOW - 600, closed_at=NOW), alert()
    assert due([over, quiet], {}, nobody, NOW) == {}
    assert due([over, quiet], {}, lambda each: each is quiet, NOW)["hot"].ended == [over]


def test_a_clock_that_was_set_back_holds_nothing_back() -> None:
    assert due([alert()], {"hot": NOW + 86400}, nobody, NOW + GATHER_SECONDS)
    # Also what opened just before.
    assert due([alert(NOW + 86400)], {}, nobody, NOW)
