"""How often heat slowed a CPU down: what is read from Intel's counters, and what is sent."""

import shutil
import unittest

from minipanel_agent.throttle import CPUS, LOOK_SECONDS, ThrottleMeter, find_counters

from tests.agent.clocks import FakeClock
from tests.agent.trees import Tree


class ThrottleTest(unittest.TestCase):
    def setUp(self):
        self.tree = Tree(self)
        self.clock = FakeClock(1000.0)
        self.told = []

    def add_cpus(self, *packages):
        """Make cpu0, cpu1 ... in these packages."""
        for number, package in enumerate(packages):
            self.tree.write(f"{CPUS}/cpu{number}/topology/physical_package_id", f"{package}\n")
            self.set_count(number, 7)
        self.tree.write(f"{CPUS}/cpufreq/policy0/x", "")

    def set_count(self, number, count):
        self.tree.write(f"{CPUS}/cpu{number}/thermal_throttle/package_throttle_count", f"{count}\n")

    def meter(self):
        return ThrottleMeter(self.tree.root, lambda *fact: self.told.append(fact), self.clock)

    def look(self, meter):
        """Pass a minute in ticks of five seconds."""
        for _ in range(int(LOOK_SECONDS) // 5):
            self.clock.now += 5
            self.assertEqual(meter.values(), [])

    def test_the_first_cpu_of_each_package_is_read(self):
        self.add_cpus(0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1)
        found = find_counters(self.tree.root)
        self.assertEqual([path.split("/")[-3] for path in found], ["cpu0", "cpu1"])

    def test_a_cpu_without_counters_has_none_and_is_never_looked_at_again(self):
        self.tree.write(f"{CPUS}/cpu0/topology/physical_package_id", "0\n")
        meter = self.meter()
        self.assertEqual(find_counters(self.tree.root), [])
        self.add_cpus(0)
        self.look(meter)
        self.assertEqual((self.told, meter.values()), ([], []))

    def test_what_was_counted_before_the_start_is_not_sent_and_a_rise_is_sent_for_a_minute(self):
        self.add_cpus(0, 1)
        meter = self.meter()
        self.look(meter)
        self.assertEqual(self.told, [])
        self.set_count(0, 9)
        self.set_count(1, 17)
        self.look(meter)
        self.assertEqual(self.told, [("Throttled", "12")])
        self.look(meter)
        self.look(meter)
        self.assertEqual(self.told, [("Throttled", "12"), ("Throttled", "")])

    def test_a_counter_that_restarts_or_disappears_is_not_a_rise(self):
        self.add_cpus(0, 1)
        meter = self.meter()
        self.look(meter)
        self.set_count(0, 1)
        shutil.rmtree(self.tree.path(f"{CPUS}/cpu1"))
        self.look(meter)
        self.assertEqual(self.told, [])
        self.set_count(0, 2)
        self.tree.write(f"{CPUS}/cpu1/thermal_throttle/package_throttle_count", "garbage\n")
        self.look(meter)
        self.assertEqual(self.told, [("Throttled", "1")])
