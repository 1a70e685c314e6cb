"""The agent's round, by the test's clock: what it sends, when, and what it logs."""

import json
import os
import unittest
from binascii import crc32

from minipanel_agent.agent import MARGIN_SECONDS, Agent, turn_seconds
from minipanel_agent.backfill import Backfill
from minipanel_agent.disk import Disk
from minipanel_agent.errors import MeasureError, SendError
from minipanel_agent.schedule import Ticks
from minipanel_agent.segments import Segments
from minipanel_agent.spool import Spool
from minipanel_agent.stop import Stopped

from tests.agent.clocks import FakeClock
from tests.agent.trees import Tree


class FakeCollector:
    """Gives samples that contain the time since the reading before."""

    def __init__(self, clock):
        self.clock = clock
        self.started = None
        self.failures = []

    def start(self):
        self.started = self.clock()

    def sample(self, timestamp):
        if self.failures:
            raise self.failures.pop(0)
        seconds, self.started = self.clock() - self.started, self.clock()
        return json.dumps({"timestamp": timestamp, "seconds": round(seconds, 1)}).encode()


class FakeClient:
    """Keeps what it is sent, and fails when a test says so."""

    def __init__(self, clock):
        self.clock = clock
        self.sent = []
        self.failures = []
        self.seconds = []
        self.moments = []
        self.batches = []

    def post(self, body, seconds):
        if body.startswith(b"["):
            self.batches.append([sample["timestamp"] for sample in json.loads(body.decode())])
            return
        self.seconds.append(seconds)
        self.moments.append(self.clock())
        failure = self.failures.pop(0) if self.failures else None
        if failure:
            raise failure
        self.sent.append(json.loads(body.decode()))


class RoundTest(unittest.TestCase):
    def setUp(self):
        self.lines = []
        self.clock = FakeClock(1640995202.0)
        self.collector = FakeCollector(self.clock)
        self.client = FakeClient(self.clock)
        self.folder = Tree(self).path("spool")
        self.make(turn=0)

    def make(self, turn):
        ticks = Ticks(5, self.clock, self.clock.sleep)
        log, clock = self.lines.append, self.clock
        self.spool = Spool(self.folder, Segments(self.folder, "node001", 1000), Disk(), log)
        backfill = Backfill(self.spool, self.client, 0, log, clock, clock, clock.sleep)
        self.agent = Agent(self.collector, self.client, self.spool, backfill, ticks, turn, log, clock)
        self.agent.start()

    def rounds(self, count):
        for _ in range(count):
            self.agent.round()

    def timestamps(self):
        return [sample["timestamp"] for sample in self.client.sent]

    def test_a_sample_is_sent_at_each_tick_from_the_first_on(self):
        self.rounds(3)
        self.assertEqual(self.timestamps(), [1640995205, 1640995210, 1640995215])
        self.assertEqual(self.lines, ["The panel stored the first sample."])

    def test_a_node_posts_at_its_turn_and_measures_at_the_tick(self):
        self.make(turn=2.5)
        self.rounds(2)
        self.assertEqual(self.client.moments, [1640995207.5, 1640995212.5])
        self.assertEqual([sample["seconds"] for sample in self.client.sent], [3.0, 5.0])

    def test_a_post_may_take_until_shortly_before_the_next_tick(self):
        self.make(turn=2.5)
        self.rounds(1)
        self.assertAlmostEqual(self.client.seconds[0], 2.5 - MARGIN_SECONDS, places=3)

    def test_a_missed_tick_is_not_sent_and_the_next_sample_counts_from_the_wake(self):
        self.rounds(1)
        self.clock.while_asleep = self.clock.jump(62)
        self.rounds(3)
        self.assertEqual(self.timestamps(), [1640995205, 1640995275, 1640995280])
        self.assertEqual([sample["seconds"] for sample in self.client.sent], [3.0, 3.0, 5.0])
        self.assertIn("A tick was missed: the node slept or stalled, or its clock was set.", self.lines)
        self.assertEqual(self.lines[-1], "Ticks are met again; 1 missed.")

    def test_a_failed_post_is_logged_once_and_its_sample_follows_the_next_one(self):
        self.rounds(1)
        self.client.failures = [SendError("Connection refused.")] * 3
        self.rounds(4)
        self.assertEqual(self.timestamps(), [1640995205, 1640995225])
        self.assertEqual(self.client.batches, [[1640995210, 1640995215, 1640995220, 1640995225]])
        self.assertEqual(
            self.lines[1:],
            [
                "Connection refused.",
                "The panel stores samples again; 3 were kept in the spool.",
                "The spool is delivered: 4 samples.",
            ],
        )

    def test_while_all_is_well_nothing_is_written_to_the_disk(self):
        self.rounds(3)
        self.agent.close()
        self.assertFalse(os.path.exists(self.folder))

    def test_while_the_panel_is_away_a_sample_is_on_the_disk_before_it_is_posted(self):
        self.client.failures = [SendError("Connection refused.")]
        self.rounds(1)
        kept = []
        self.client.post = lambda body, seconds: kept.append(self.spool.count)
        self.agent.round()
        self.assertEqual(kept, [2, 2])  # the live one and the batch

    def test_a_busy_panel_is_left_alone_as_long_as_it_asked_for(self):
        self.client.failures = [SendError("Busy.", 503, retry_after=12)]
        self.rounds(4)
        self.assertEqual(self.client.moments, [1640995205, 1640995220])
        self.assertEqual(self.lines[1], "The panel stores samples again; 3 were kept in the spool.")
        self.assertEqual(self.client.batches, [[1640995205, 1640995210, 1640995215, 1640995220]])

    def test_a_sample_that_the_panel_will_never_store_is_dropped_and_logged(self):
        for status in (400, 413):
            self.lines.clear()
            self.client.failures = [SendError("The timestamp is 61 s ahead.", status)] * 2
            self.rounds(3)
            self.assertEqual(self.lines[0], "The timestamp is 61 s ahead.")
            self.assertIn("The panel stores samples again; 2 were refused and dropped.", self.lines)
        self.assertEqual(self.spool.count, 0)
        self.assertEqual(self.client.batches, [])

    def test_a_panel_that_refuses_a_sample_is_there_for_those_of_the_spool(self):
        self.client.failures = [SendError("Connection refused."), SendError("Ahead.", 400)]
        self.rounds(3)
        self.assertEqual(self.client.batches, [[1640995205, 1640995210]])

    def test_what_was_measured_and_not_posted_when_it_is_stopped_is_kept(self):
        def stop(body, seconds):
            raise Stopped

        self.client.post = stop
        with self.assertRaises(Stopped):
            self.agent.run()
        self.assertEqual(self.spool.count, 1)

    def test_what_an_earlier_run_left_follows_the_first_sample(self):
        self.client.failures = [SendError("Connection refused.")]
        self.rounds(1)
        self.make(turn=0)
        self.spool.open(1)
        self.rounds(1)
        self.assertEqual((self.timestamps(), self.client.batches), ([1640995210], [[1640995205]]))

    def test_a_late_turn_leaves_the_time_before_it_to_the_spool(self):
        self.make(turn=4.0)
        self.client.failures = [SendError("Connection refused.")]
        self.rounds(3)
        self.assertEqual(self.client.moments, [1640995209.0, 1640995214.0, 1640995219.0])
        self.assertEqual(len(self.client.batches), 1)

    def test_a_failed_measurement_is_logged_once_and_tried_again(self):
        self.collector.failures = [MeasureError("/proc is gone."), MeasureError("/proc is gone.")]
        self.rounds(3)
        self.assertEqual(self.timestamps(), [1640995215])
        self.assertEqual(self.lines[:2], ["/proc is gone.", "Measuring works again; it failed 2 times."])

    def test_a_measurement_that_fails_at_the_start_is_logged(self):
        def fail():
            raise MeasureError("/proc is gone.")

        self.collector.start = fail
        self.agent.start()
        self.assertEqual(self.lines, ["/proc is gone."])

    def test_a_round_without_a_sample_sends_nothing(self):
        self.collector.sample = lambda timestamp: None
        self.rounds(1)
        self.assertEqual(self.client.moments, [])


class TurnTest(unittest.TestCase):
    def test_a_turn_is_the_nodes_own_share_of_the_spread(self):
        self.assertEqual(turn_seconds("node001", 2), crc32(b"node001") % 1000 / 1000 * 2)
        self.assertEqual(turn_seconds("node001", 0), 0)

    def test_a_thousand_nodes_are_spread_evenly(self):
        tenths = [0] * 10
        for number in range(1000):
            tenths[int(turn_seconds(f"node{number:04}", 2) / 0.2)] += 1
        self.assertGreater(min(tenths), 60)
        self.assertLess(max(tenths), 140)
