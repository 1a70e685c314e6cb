"""CPU use: what counts as busy, and how misbehaving counters are handled."""

import unittest

from minipanel_agent.cpu import CpuMeter, busy_percent, parse_stat
from minipanel_agent.errors import MeasureError

from tests.agent.captures import STAT
from tests.agent.trees import Tree

IDLE = (100, 0, 50, 1000, 20, 1, 2, 0)


def after(user=0, nice=0, system=0, idle=0, iowait=0, irq=0, softirq=0, steal=0):
    """Return counters that have advanced from IDLE."""
    passed = (user, nice, system, idle, iowait, irq, softirq, steal)
    return tuple(old + passed[place] for place, old in enumerate(IDLE))


class BusyTest(unittest.TestCase):
    def test_all_but_idle_and_iowait_is_busy(self):
        for name in ("user", "nice", "system", "irq", "softirq", "steal"):
            self.assertEqual(busy_percent(IDLE, after(idle=75, **{name: 25})), 25.0, name)

    def test_waiting_for_a_disk_is_not_busy(self):
        self.assertEqual(busy_percent(IDLE, after(idle=50, iowait=50)), 0.0)

    def test_a_node_at_work_on_all_cpus_is_at_100(self):
        self.assertEqual(busy_percent(IDLE, after(user=900, system=100)), 100.0)

    def test_a_share_has_two_decimals(self):
        self.assertEqual(busy_percent(IDLE, after(user=1, idle=2)), 33.33)

    def test_no_time_has_no_share(self):
        self.assertIsNone(busy_percent(IDLE, IDLE))

    def test_iowait_that_went_backwards_counts_as_none(self):
        self.assertEqual(busy_percent(IDLE, after(user=50, idle=50, iowait=-15)), 50.0)

    def test_counters_that_all_went_backwards_have_no_share(self):
        self.assertIsNone(busy_percent(after(user=50, idle=50), IDLE))

    def test_idle_that_went_backwards_leaves_a_share_within_0_to_100(self):
        self.assertEqual(busy_percent(IDLE, after(user=10, idle=-500)), 100.0)


class ParseTest(unittest.TestCase):
    def test_each_kernel_gives_eight_counters(self):
        for kernel, text in STAT.items():
            self.assertEqual(len(parse_stat(text.encode())), 8, kernel)

    def test_guest_time_is_counted_once(self):
        counters = parse_stat(STAT["a KVM host with guests"].encode())
        self.assertEqual(sum(counters), 601445 + 2290 + 190022 + 11900455 + 8120 + 4011)

    def test_a_kernel_of_few_fields_has_zeros_for_the_rest(self):
        self.assertEqual(parse_stat(b"cpu  1 2 3 4\n"), (1, 2, 3, 4, 0, 0, 0, 0))

    def test_counters_of_64_bits_are_kept(self):
        self.assertEqual(parse_stat(b"cpu  18446744073709551615 0 0 1\n")[0], 2**64 - 1)

    def test_a_file_that_is_not_proc_stat_is_reported(self):
        for text in (b"", b"intr 1 2 3\n", b"cpu0 1 2 3 4\n", b"cpu  1 2 3\n", b"cpu  a b c d e\n"):
            with self.assertRaisesRegex(MeasureError, "/proc/stat does not begin with"):
                parse_stat(text)


class MeterTest(unittest.TestCase):
    def setUp(self):
        self.tree = Tree(self)
        self.tree.write("proc/stat", "cpu  100 0 0 100 0 0 0 0 0 0\n")
        self.meter = CpuMeter(self.tree.root)
        self.addCleanup(self.meter.close)

    def test_the_first_call_has_nothing_to_compare_with(self):
        self.assertIsNone(self.meter.percent())

    def test_each_call_counts_from_the_one_before(self):
        self.meter.start()
        self.tree.write("proc/stat", "cpu  130 0 0 170 0 0 0 0 0 0\n")
        self.assertEqual(self.meter.percent(), 30.0)
        self.tree.write("proc/stat", "cpu  190 0 0 210 0 0 0 0 0 0\n")
        self.assertEqual(self.meter.percent(), 60.0)

    def test_a_new_start_forgets_what_was_before(self):
        self.meter.start()
        self.tree.write("proc/stat", "cpu  500 0 0 100 0 0 0 0 0 0\n")
        self.meter.start()
        self.tree.write("proc/stat", "cpu  510 0 0 190 0 0 0 0 0 0\n")
        self.assertEqual(self.meter.percent(), 10.0)

    def test_no_share_is_counted_across_a_failed_reading(self):
        self.meter.start()
        self.tree.write("proc/stat", "")
        with self.assertRaises(MeasureError):
            self.meter.percent()
        self.tree.write("proc/stat", "cpu  130 0 0 170 0 0 0 0 0 0\n")
        self.assertIsNone(self.meter.percent())

    def test_a_node_without_proc_is_reported(self):
        with self.assertRaisesRegex(MeasureError, "proc/stat cannot be read: No such file"):
            CpuMeter(self.tree.path("nowhere"))
