"""Newest samples, states and the last hour in memory."""

from __future__ import annotations

from dataclasses import replace

import pytest

from minipanel.models.node import Heard, Node
from minipanel.models.sample import Sample
from minipanel.services.lasthour import HOUR_SECONDS, LastHour
from minipanel.services.live import Live
from minipanel.services.trend import trend

NOW = 1_700_000_100
NEVER = Heard()
NODE = Node(1, "n1", "10.0.0.1", "n1", True)
OTHER = Node(2, "n2", "10.0.0.2", "n2", True)


class Clock:
    """The machine's clock, which may be set, and its uptime, which always advances."""

    now = float(NOW)
    up = 1000.0

    def __call__(self) -> float:
        return self.now

    def uptime(self) -> float:
        return self.up

    def pass_seconds(self, seconds: float) -> None:
        self.now += seconds
        self.up += seconds


def live_with(clock: Clock, heard: Heard = NEVER, interval_seconds: int = 5) -> Live:
    live = Live(interval_seconds, clock, clock.uptime)
    live.replace([NODE], {1: heard})
    return live


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def live(clock: Clock) -> Live:
    return live_with(clock)


def sample(timestamp: int, cpu: float = 50.0, temp: float | None = 40.25) -> Sample:
    return Sample("n1", timestamp, cpu, 8000, 2000, temp)


def state(live: Live) -> str:
    return str(live.realtime()[0].state)


def test_a_node_is_never_then_up_then_down_then_up(live: Live, clock: Clock) -> None:
    seen = [state(live)]
    live.take(NODE, [sample(NOW)])
    seen.append(state(live))
    clock.pass_seconds(15)
    seen.append(state(live))
    clock.pass_seconds(1)
    seen.append(state(live))
    live.take(NODE, [sample(NOW + 15)])
    seen.append(state(live))
    assert seen == ["never", "up", "up", "down", "up"]


def test_a_disabled_node_is_disabled_whatever_it_sent(live: Live) -> None:
    live.take(NODE, [sample(NOW)])
    live.replace([Node(1, "n1", "10.0.0.1", "n1", False)], {})
    assert state(live) == "disabled"


def test_after_a_restart_a_node_is_down_since_its_last_stored_sample(clock: Clock) -> None:
    live = live_with(clock, Heard(NOW - 600, 600))
    (node,) = live.realtime()
    assert (node.state, node.timestamp, node.cpu_percent) == ("down", NOW - 600, None)
    live.take(NODE, [sample(NOW)])
    (node,) = live.realtime()
    assert (node.state, node.timestamp, node.cpu_percent) == ("up", NOW, 50)


def test_after_a_restart_a_node_that_was_heard_of_just_now_is_up(clock: Clock) -> None:
    live = live_with(clock, Heard(NOW - 5, 6))
    assert state(live) == "up"
    clock.pass_seconds(10)
    assert state(live) == "down"


def test_back_filled_samples_do_not_replace_the_newest(live: Live) -> None:
    live.take(NODE, [sample(NOW, 10)])
    live.take(NODE, [sample(NOW - 300, 90), sample(NOW - 295, 90)])
    assert live.realtime()[0].cpu_percent == 10
    assert live.one(NODE).recent.timestamp == [NOW - 300, NOW - 295, NOW]


def test_back_filled_samples_alone_do_not_make_a_node_up(live: Live) -> None:
    live.take(NODE, [sample(NOW)])
    live.take(NODE, [sample(NOW - 900)])
    assert state(live) == "up"
    other = live_with(Clock(), Heard(NOW - 600, 600))
    for older, newer in ((NOW - 900, NOW - 895), (NOW - 300, NOW - 295)):
        other.take(NODE, [sample(older), sample(newer)])
        assert state(other) == "down"


@pytest.mark.parametrize("ahead", [-864_000, -120, -30, 0, 30, 60])
def test_a_node_whose_clock_is_off_is_up_while_it_reports_and_no_longer(live: Live, clock: Clock, ahead: int) -> None:
    for _ in range(10):
        clock.pass_seconds(5)
        live.note_agent(NODE, None, None, float(ahead))
        live.take(NODE, [sample(int(clock.now) + ahead)])
        assert state(live) == "up"
    clock.pass_seconds(15)
    assert state(live) == "up"
    clock.pass_seconds(1)
    assert state(live) == "down"


@pytest.mark.parametrize("step", [-3600, 3600])
def test_a_dead_node_is_down_in_time_whatever_the_panels_clock_is_set_to(live: Live, clock: Clock, step: int) -> None:
    live.take(NODE, [sample(NOW)])
    clock.pass_seconds(3)
    clock.now += step
    assert state(live) == "up"
    clock.pass_seconds(13)
    assert state(live) == "down"
    clock.now -= step
    assert state(live) == "down"


@pytest.mark.parametrize("step", [-3600, 3600])
def test_a_node_that_reports_stays_up_when_the_panels_clock_is_set(live: Live, clock: Clock, step: int) -> None:
    """If the clock is set back, the node gets 503, which other tests cover: here the sample is stored."""
    for change in (0, step, 0, -step, 0):
        clock.now += change
        clock.pass_seconds(5)
        true_time = NOW + int(clock.up) - 1000
        live.note_agent(NODE, None, None, true_time - clock.now)
        live.take(NODE, [sample(true_time)])
        assert state(live) == "up"


def test_a_clock_that_was_ahead_and_is_set_right_does_not_freeze_its_node(live: Live, clock: Clock) -> None:
    live.take(NODE, [sample(NOW + 60, 10)])
    clock.pass_seconds(5)
    live.take(NODE, [sample(NOW + 5, 20)])
    assert (live.realtime()[0].cpu_percent, state(live)) == (20, "up")


def test_a_sample_a_day_ahead_hides_nothing_that_is_measured_later(live: Live, clock: Clock) -> None:
    """Stored while the clocks of the panel and of a node are ahead."""
    live.take(NODE, [sample(NOW - 3500), sample(NOW - 5)])
    clock.now += 86_400
    live.take(NODE, [sample(NOW + 86_400)])
    clock.now -= 86_400
    later = [NOW + 5 * step for step in range(1, 121)]
    for timestamp in later:
        clock.now = timestamp
        live.take(NODE, [sample(timestamp)])
    assert live.one(NODE).recent.timestamp == [*range(NOW - 5, NOW, 5), *later]
    assert len(trend(live.hours(), clock.now, 5).timestamp) == 19


def test_memory_percent_is_of_the_total(live: Live) -> None:
    live.take(NODE, [sample(NOW)])
    assert live.realtime()[0].memory_percent == 25


def test_each_change_of_a_state_is_reported_once_with_what_was_before(live: Live, clock: Clock) -> None:
    told: list[list[tuple[int, str, str]]] = []
    live.listen(lambda changes: told.append([(change.node.id, change.before, change.state) for change in changes]))
    live.replace([NODE, OTHER], {2: Heard(NOW - 5, 5)})
    live.look()
    assert told == [], "at a start nothing changes"
    live.take(NODE, [sample(NOW)])
    live.look()
    clock.pass_seconds(15)
    live.look()
    live.look()
    clock.pass_seconds(1)
    live.look()
    live.replace([NODE, replace(OTHER, enabled=False)], {})
    live.look()
    assert told == [[(1, "never", "up")], [(2, "up", "down")], [(1, "up", "down")], [(2, "down", "disabled")]]


def test_a_listener_that_fails_keeps_no_other_from_hearing(live: Live, caplog: pytest.LogCaptureFixture) -> None:
    heard = []

    def fail(changes: object) -> None:
        raise ZeroDivisionError

    live.listen(fail)
    live.listen(lambda changes: heard.append(len(changes)))
    live.take(NODE, [sample(NOW)])
    live.look()
    assert heard == [1]
    assert "A listener failed at the new states of 1 nodes." in caplog.text


def test_a_longer_interval_gives_a_node_three_of_them(clock: Clock) -> None:
    live = live_with(clock, interval_seconds=60)
    live.take(NODE, [sample(NOW)])
    clock.pass_seconds(180)
    assert state(live) == "up"
    clock.pass_seconds(1)
    assert state(live) == "down"


def test_the_last_hour_keeps_720_samples_and_shows_missing_ones_as_jumps() -> None:
    hour = LastHour()
    for step in range(1000):
        if step % 10:
            hour.add(sample(NOW + 5 * step, cpu=step % 100, temp=None if step % 2 else -5.5), NOW + 5 * step)
    newest = NOW + 5 * 999
    columns = hour.columns(newest)
    expected = [NOW + 5 * step for step in range(1000) if step % 10 and NOW + 5 * step > newest - HOUR_SECONDS]
    assert columns.timestamp == expected
    assert columns.cpu_percent == [(t - NOW) // 5 % 100 for t in expected]
    assert columns.cpu_temp == [None if (t - NOW) // 5 % 2 else -5.5 for t in expected]
    assert columns.memory_used == [2000] * len(expected)


def test_the_last_hour_of_a_silent_node_runs_out() -> None:
    hour = LastHour()
    hour.add(sample(NOW), NOW)
    assert hour.columns(NOW + HOUR_SECONDS - 5).timestamp == [NOW]
    assert hour.columns(NOW + HOUR_SECONDS).timestamp == []


def test_late_samples_find_their_place_in_the_last_hour() -> None:
    hour = LastHour()
    for timestamp in (NOW, NOW - 100, NOW - 3595, NOW - 3600, NOW - 50):
        hour.add(sample(timestamp), NOW)
    assert hour.columns(NOW).timestamp == [NOW - 3595, NOW - 100, NOW - 50, NOW]


def test_another_boot_is_noticed_also_across_a_restart_of_the_panel() -> None:
    clock = Clock()
    live = live_with(clock, Heard(NOW - 5, 5, "aa"))
    (view,) = [view for view in live.views() if view.node.id == NODE.id]
    for boot_id in ("aa", None, "aa"):
        live.note_agent(NODE, None, None, 0.0, boot_id=boot_id)
    assert view.rebooted_at is None
    live.note_agent(NODE, None, None, 0.0, boot_id="bb")
    assert view.rebooted_at is not None
