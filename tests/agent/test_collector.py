"""One sample: its fields, and when there is none."""

import json
import unittest

from minipanel_agent.collector import Collector
from minipanel_agent.errors import MeasureError

from tests.agent.clocks import FakeClock
from tests.agent.trees import Tree, xeon


class CollectorTest(unittest.TestCase):
    def setUp(self):
        self.tree = Tree(self).with_proc(stat="cpu  100 0 0 100 0 0 0 0 0 0\n")
        self.clock = FakeClock(1000.0)
        self.told = {}

    def collector(self):
        collector = Collector("node001", self.tree.root, self.clock, self.told.__setitem__)
        self.addCleanup(collector.close)
        return collector

    def busy_for(self, seconds):
        """Let time pass, a quarter of it busy."""
        self.clock.now += seconds
        self.tree.write("proc/stat", "cpu  125 0 0 175 0 0 0 0 0 0\n")

    def test_a_sample_has_the_fields_of_the_contract(self):
        xeon(self.tree, 1, [47000])
        collector = self.collector()
        collector.start()
        self.busy_for(5)
        expected = {
            "node_id": "node001",
            "timestamp": 1640995200,
            "cpu_percent": 25.0,
            "memory_total": 269759602688,
            "memory_used": 33093906432,
            "cpu_temp": 47.0,
        }
        text = collector.sample(1640995200)
        self.assertEqual(json.loads(text.decode()), expected)
        self.assertEqual(text.decode(), json.dumps(expected))
        self.assertEqual(self.told, {"Sensor": "coretemp Package id 0", "Limit": ""})

    def test_a_node_without_a_sensor_has_null_and_not_zero(self):
        collector = self.collector()
        collector.start()
        self.busy_for(5)
        self.assertIn(b'"cpu_temp": null}', collector.sample(1640995200))
        self.assertEqual(self.told, {"Sensor": "", "Limit": ""})

    def test_a_name_is_quoted_as_json_wants_it(self):
        for name in ('a"b\\c', "节点1", "a\n{}"):
            collector = Collector(name, self.tree.root, self.clock)
            self.addCleanup(collector.close)
            self.tree.write("proc/stat", "cpu  100 0 0 100 0 0 0 0 0 0\n")
            collector.start()
            self.busy_for(5)
            self.assertEqual(json.loads(collector.sample(1640995200).decode())["node_id"], name)

    def test_a_second_sample_counts_from_the_first(self):
        collector = self.collector()
        collector.start()
        self.busy_for(5)
        collector.sample(1640995200)
        self.clock.now += 5
        self.tree.write("proc/stat", "cpu  225 0 0 175 0 0 0 0 0 0\n")
        self.assertEqual(percent(collector.sample(1640995205)), 100.0)

    def test_without_a_start_the_first_sample_is_none(self):
        collector = self.collector()
        self.busy_for(5)
        self.assertIsNone(collector.sample(1640995200))

    def test_less_than_half_a_second_gives_no_sample_and_a_new_start(self):
        collector = self.collector()
        collector.start()
        self.busy_for(0.4)
        self.assertIsNone(collector.sample(1640995200))
        self.clock.now += 5
        self.tree.write("proc/stat", "cpu  175 0 0 225 0 0 0 0 0 0\n")
        self.assertEqual(percent(collector.sample(1640995205)), 50.0)

    def test_unchanged_counters_give_no_sample(self):
        collector = self.collector()
        collector.start()
        self.clock.now += 5
        self.assertIsNone(collector.sample(1640995200))

    def test_a_node_without_proc_is_reported_at_once(self):
        with self.assertRaises(MeasureError):
            Collector("node001", self.tree.path("nowhere"), self.clock)

    def test_this_machine_can_be_measured(self):
        collector = Collector("node001")
        self.addCleanup(collector.close)
        collector.start()
        self.assertIsNone(collector.sample(1640995200))  # too soon, but all of /proc was read


def percent(text):
    return json.loads(text.decode())["cpu_percent"]
