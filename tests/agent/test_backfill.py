"""Delivering the spool: real requests to a real HTTP server, paced by the test's clock."""

import json
import unittest

from minipanel_agent.backfill import BATCH_SAMPLES, LEAST_SECONDS, Backfill, chance, first_seconds
from minipanel_agent.client import Client
from minipanel_agent.credential import TokenCredential
from minipanel_agent.disk import Disk
from minipanel_agent.segments import Segments
from minipanel_agent.spool import Spool
from minipanel_agent.url import parse_url
from minipanel_agent.worker import Worker

from tests.agent.clocks import FakeClock
from tests.agent.measured import FIRST, measured, numbers, several
from tests.agent.receiver import Receiver, answer, silence
from tests.agent.trees import Tree

STORED = {"status": "ok", "stored": 1, "ignored": 0}


def texts_of(body):
    """Return the samples of an array as they are in it."""
    assert body[:1] == b"[" and body[-1:] == b"]", body[:50]
    return [b"{" + text + b"}" for text in body[2:-2].split(b"},{")]


class BackfillTest(unittest.TestCase):
    def setUp(self):
        self.lines = []
        self.clock = FakeClock(FIRST + 100000.0)
        folder = Tree(self).path("spool")
        segments = Segments(folder, "node001", 100000)
        self.addCleanup(segments.close)
        self.spool = Spool(folder, segments, Disk(), self.lines.append)
        self.receiver = Receiver()
        self.receiver.__enter__()
        self.addCleanup(self.receiver.__exit__)
        self.client = Client(parse_url(self.receiver.url), TokenCredential("x"), Worker())
        self.addCleanup(self.client.close)
        self.make(first=0)

    def make(self, first):
        log, clock = self.lines.append, self.clock
        self.backfill = Backfill(self.spool, self.client, first, log, clock, clock, clock.sleep)

    def keep(self, *texts):
        """Keep samples, many at a time, as if the disk had failed for the first ones."""
        for first in range(0, len(texts), 500):
            some = texts[first : first + 500]
            self.spool._queue += some[:-1]
            self.spool.keep(some[-1], 5)

    def batches(self):
        """Return which samples each request contained."""
        return [numbers(texts_of(request.body)) for request in self.receiver.requests]

    def sent(self):
        return [number for batch in self.batches() for number in batch]

    def run_until_empty(self, seconds=4.75):
        """Run between ticks until nothing waits; return how many rounds it took."""
        for count in range(1, 2000):
            tick = self.clock.now
            self.backfill.run(seconds)
            if not self.spool.count:
                return count
            self.assertLessEqual(self.clock.now, tick + seconds + 0.001)
            self.clock.now = tick + 5
        raise AssertionError("the spool gets never empty")


class OrderTest(BackfillTest):
    def test_an_empty_spool_sends_nothing(self):
        self.backfill.run(4)
        self.assertEqual((self.receiver.requests, self.lines), ([], []))

    def test_batches_of_500_go_the_oldest_first(self):
        self.keep(*several(0, 1100))
        self.run_until_empty()
        self.assertEqual([len(batch) for batch in self.batches()], [BATCH_SAMPLES, BATCH_SAMPLES, 100])
        self.assertEqual(self.sent(), list(range(1100)))
        self.assertEqual(self.lines, ["The spool is delivered: 1100 samples."])

    def test_it_begins_at_the_nodes_own_moment(self):
        moments = []
        for _ in range(20):
            self.make(first=40)
            self.backfill.begin()
            self.keep(measured(1))
            began = self.clock.now
            self.run_until_empty()
            moments.append(self.clock.now - began)
        self.assertTrue(all(moment <= 45 for moment in moments), moments)
        self.assertGreater(max(moments) - min(moments), 10)

    def test_the_time_to_begin_grows_with_the_cluster(self):
        self.assertEqual([first_seconds(spread) for spread in (0, 2, 4)], [5, 65, 245])


class TimeTest(BackfillTest):
    def test_without_time_before_the_next_tick_nothing_is_begun(self):
        self.keep(*several(0, 10))
        for seconds in (LEAST_SECONDS - 0.01, 0, -3):
            self.backfill.run(seconds)
        self.assertEqual((self.receiver.requests, self.clock.slept), ([], []))

    def test_a_slow_panel_is_given_up_before_the_next_tick_and_asked_for_less(self):
        self.keep(*several(0, 400))
        self.receiver.answers = [silence(0.8)]
        self.backfill.run(LEAST_SECONDS)
        self.assertEqual(len(self.receiver.requests), 1)
        self.assertRegex(self.lines[0], r"^Delivering the spool waits: The panel at .* did not answer within 0\.5 s\.$")
        self.run_until_empty()
        self.assertEqual([len(batch) for batch in self.batches()], [400, 200, 200])

    def test_a_pause_is_many_times_what_the_batch_took(self):
        self.keep(*several(0, 2000))
        post = self.client.post

        def slowly(body, seconds):
            self.clock.now += 0.3
            post(body, seconds)

        self.client.post = slowly
        self.assertGreaterEqual(self.run_until_empty(), 6)
        pauses = sum(self.clock.slept)
        self.assertLess(pauses, 4 * 5)  # within a round it sleeps no longer than the round is

    def test_pauses_differ_from_node_to_node(self):
        chances = [chance() for _ in range(300)]
        self.assertTrue(0 <= min(chances) < 0.2 and 0.8 < max(chances) <= 1)


class TroubleTest(BackfillTest):
    def test_a_busy_panel_is_left_alone_as_long_as_it_asked_for(self):
        self.keep(*several(0, 10))
        self.receiver.answers = [answer(503, {"error": "Busy."}, Retry_After="50")]
        self.backfill.run(4)
        before = self.clock.now
        self.run_until_empty()
        self.assertGreaterEqual(self.clock.now - before, 50)
        self.assertEqual(
            self.lines,
            [
                "Delivering the spool waits: The panel did not store the sample (503): Busy.",
                "Delivering the spool goes on; 1 batches had failed.",
                "The spool is delivered: 10 samples.",
            ],
        )

    def test_the_back_off_grows_and_ends_at_a_minute_and_a_half(self):
        self.keep(*several(0, 10))
        self.receiver.answers = [answer(500, {})] * 12
        moments = []
        post = self.client.post

        def noted(body, seconds):
            moments.append(self.clock.now)
            post(body, seconds)

        self.client.post = noted
        self.run_until_empty()
        waits = [moments[place + 1] - moments[place] for place in range(len(moments) - 1)]
        self.assertLess(waits[0], 15)
        self.assertGreaterEqual(min(waits[4:]), 30)
        self.assertLessEqual(max(waits), 95)

    def test_a_panel_that_is_back_is_not_kept_waiting_by_the_back_off_before(self):
        self.keep(*several(0, 10))
        self.receiver.answers = [answer(500, {})] * 6
        for _ in range(100):
            self.backfill.run(4)
            self.clock.now += 5
        self.keep(*several(10, 20))
        self.backfill.begin()
        self.backfill.run(4)
        self.assertEqual(self.spool.count, 0)

    def test_a_batch_that_was_sent_and_not_answered_is_sent_again(self):
        self.keep(*several(0, 10))
        self.receiver.answers = [answer(502, {}), answer(401, {}), answer(403, {}), answer(429, {})]
        self.run_until_empty()
        self.assertEqual(self.batches(), [list(range(10))] * 5)


class RefusalTest(BackfillTest):
    """A panel that refuses arrays with certain samples, or with too many."""

    def refuse(self, bad=(), most=1000):
        stored = []

        def act(handler):
            found = numbers(texts_of(self.receiver.requests[-1].body))
            if len(found) > most:
                answer(413, {"error": "Too large."})(handler)
            elif set(found) & set(bad):
                answer(400, {"error": "cpu_percent is 101; it must be 100 at most."})(handler)
            else:
                stored.extend(found)
                answer(200, STORED)(handler)

        self.receiver.answers = [act] * 3000
        return stored

    def test_a_bad_sample_is_found_by_halving_logged_and_dropped_and_all_others_are_stored(self):
        self.keep(*several(0, 600))
        stored = self.refuse(bad=[123])
        self.run_until_empty()
        self.assertEqual(stored, [number for number in range(600) if number != 123])
        self.assertLess(len(self.receiver.requests), 25)
        self.assertEqual(
            self.lines,
            [
                "The panel did not store the sample (400): cpu_percent is 101; it must be 100 at most.",
                "1 samples of the spool were refused and dropped.",
                "The spool is delivered: 599 samples.",
            ],
        )

    def test_bad_samples_anywhere_delay_no_others(self):
        bad = [0, 1, 37, 255, 256, 499]
        self.keep(*several(0, 500))
        stored = self.refuse(bad)
        self.run_until_empty()
        self.assertEqual(stored, [number for number in range(500) if number not in bad])

    def test_a_spool_of_bad_samples_alone_comes_to_its_end(self):
        self.keep(*several(0, 40))
        self.assertEqual(self.refuse(bad=range(40)), [])
        self.run_until_empty()
        self.assertEqual(
            self.lines[1:], ["40 samples of the spool were refused and dropped.", "The spool is delivered: 0 samples."]
        )

    def test_batches_too_large_are_halved_and_stay_small(self):
        self.keep(*several(0, 2000))
        stored = self.refuse(most=130)
        self.run_until_empty()
        self.assertEqual(stored, list(range(2000)))
        refused = [batch for batch in self.batches() if len(batch) > 130]
        self.assertEqual([len(batch) for batch in refused], [500, 250, 250])

    def at(self, number):
        """Set the node's clock to the time of one sample."""
        self.clock.now = FIRST + 5.0 * number
        self.make(first=0)

    def test_samples_from_a_time_to_come_are_dropped_together_once_the_panel_refuses_them(self):
        self.at(100)
        self.keep(*several(0, 200))
        stored = self.refuse(bad=range(113, 200))  # the panel itself allows 60 s
        self.run_until_empty()
        self.assertEqual((stored, len(self.receiver.requests)), (list(range(101)), 2))
        self.assertEqual(
            self.lines,
            [
                "The spool holds samples from the future: the clock was wrong then, and they are dropped.",
                "99 samples of the spool were refused and dropped.",
                "The spool is delivered: 101 samples.",
            ],
        )

    def test_a_spool_of_such_samples_alone_is_got_rid_of(self):
        self.at(-200)
        self.keep(*several(0, 300))
        self.refuse(bad=range(300))
        self.run_until_empty()
        self.assertEqual(len(self.receiver.requests), 1)

    def test_the_panel_decides_whether_they_are_because_the_nodes_clock_may_be_behind(self):
        self.at(-200)
        self.keep(*several(0, 300))
        stored = self.refuse()
        self.run_until_empty()
        self.assertEqual(stored, list(range(300)))


class ShapeTest(BackfillTest):
    def test_each_sample_goes_over_the_wire_as_it_was_measured(self):
        self.keep(*several(0, 30))
        self.run_until_empty()
        self.assertEqual(json.loads(self.receiver.requests[0].body.decode())[3], json.loads(measured(3).decode()))
        self.assertEqual(texts_of(self.receiver.requests[0].body), several(0, 30))
