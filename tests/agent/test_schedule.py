"""Ticks: one at each multiple of the interval, whatever happens to the clock and to the node."""

import unittest

from minipanel_agent.schedule import Ticks

from tests.agent.clocks import FakeClock


class TicksTest(unittest.TestCase):
    def setUp(self):
        self.clock = FakeClock(1640995202.3)
        self.ticks = Ticks(5, self.clock, self.clock.sleep)

    def test_the_first_tick_is_the_next_multiple_of_the_interval(self):
        self.assertEqual(self.ticks.wait(), 1640995205)
        self.assertAlmostEqual(self.clock.slept[0], 2.7, places=3)

    def test_ticks_follow_each_other_whatever_the_rounds_take(self):
        ticks = []
        for work in (0.0, 4.9, 0.001, 3.3, 4.999):
            ticks.append(self.ticks.wait())
            self.clock.now += work
        self.assertEqual(ticks, [1640995205 + 5 * number for number in range(5)])

    def test_it_does_not_drift(self):
        for _ in range(1000):
            tick = self.ticks.wait()
            self.assertAlmostEqual(self.clock.now, tick, places=3)
            self.clock.now += 0.0123

    def test_a_start_right_on_a_tick_waits_for_the_next(self):
        clock = FakeClock(1640995205.0)
        self.assertEqual(Ticks(5, clock, clock.sleep).wait(), 1640995210)

    def test_a_minute_is_an_interval_too(self):
        self.assertEqual(Ticks(60, self.clock, self.clock.sleep).wait(), 1640995260)

    def test_waking_a_little_late_still_meets_the_tick(self):
        self.clock.while_asleep = self.clock.jump(0.9)
        self.assertEqual(self.ticks.wait(), 1640995205)

    def test_waking_over_a_second_late_misses_the_tick(self):
        self.clock.while_asleep = self.clock.jump(1.1)
        self.assertIsNone(self.ticks.wait())
        self.assertEqual(self.ticks.wait(), 1640995210)

    def test_waking_too_early_sleeps_on(self):
        self.clock.while_asleep = self.clock.jump(-0.4)
        self.assertEqual(self.ticks.wait(), 1640995205)
        self.assertEqual(len(self.clock.slept), 2)

    def test_a_suspended_node_skips_what_it_slept_through(self):
        self.clock.while_asleep = self.clock.jump(3600)
        self.assertIsNone(self.ticks.wait())
        self.assertEqual(self.ticks.wait(), 1640995205 + 3600 + 5)

    def test_a_round_that_reached_into_the_next_tick_skips_it(self):
        self.ticks.wait()
        self.clock.now += 7
        self.assertIsNone(self.ticks.wait())
        self.assertEqual(self.ticks.wait(), 1640995215)

    def test_a_round_that_ended_just_after_the_next_tick_meets_it(self):
        self.ticks.wait()
        self.clock.now += 5.2
        self.assertEqual(self.ticks.wait(), 1640995210)

    def test_a_clock_set_forward_skips_ticks(self):
        self.ticks.wait()
        self.clock.while_asleep = self.clock.jump(31)
        self.assertIsNone(self.ticks.wait())
        self.assertEqual(self.ticks.wait(), 1640995245)

    def test_a_clock_set_back_goes_on_from_the_new_time_at_once(self):
        self.ticks.wait()
        self.clock.while_asleep = self.clock.jump(-3600)
        self.assertIsNone(self.ticks.wait())
        self.assertEqual(self.ticks.wait(), 1640995210 - 3600 + 5)
        self.assertLessEqual(max(self.clock.slept), 5)

    def test_a_clock_set_back_during_a_round_misses_a_tick(self):
        self.ticks.wait()
        self.clock.now -= 4
        self.assertIsNone(self.ticks.wait())
        self.assertEqual(self.ticks.wait(), 1640995205)

    def test_the_time_left_ends_a_margin_before_the_next_tick(self):
        self.ticks.wait()
        self.clock.now += 1.5
        self.assertAlmostEqual(self.ticks.seconds_left(0.25), 3.25, places=3)

    def test_the_time_left_is_not_hours_after_the_clock_was_set_back(self):
        self.ticks.wait()
        self.clock.now -= 3600
        self.assertAlmostEqual(self.ticks.seconds_left(0.25), 4.75, places=3)

    def test_sleeping_until_a_moment_gone_by_does_not_sleep(self):
        self.ticks.wait()
        slept = len(self.clock.slept)
        self.assertTrue(self.ticks.sleep_until(self.clock.now - 0.5))
        self.assertEqual(len(self.clock.slept), slept)
