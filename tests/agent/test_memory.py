"""Memory total and use."""

import unittest

from minipanel_agent.errors import MeasureError
from minipanel_agent.memory import MemoryMeter, parse_meminfo

from tests.agent.captures import MEMINFO
from tests.agent.trees import Tree


class ParseTest(unittest.TestCase):
    def test_used_is_total_without_available_in_bytes(self):
        expected = {
            "RHEL 8, 4.18, 512 GB": (540625862656, 27369816064),
            "RHEL 9, 5.14, 256 GB": (269759602688, 33093906432),
            "Raspberry Pi OS, 6.6, 4 GB": (3977547776, 1304866816),
        }
        for kernel, values in expected.items():
            self.assertEqual(parse_meminfo(MEMINFO[kernel].encode()), values, kernel)

    def test_on_a_kernel_without_available_memory_the_error_says_which_is_needed(self):
        text = MEMINFO["RHEL 6, 2.6.32, without MemAvailable"].encode()
        with self.assertRaisesRegex(MeasureError, "/proc/meminfo has no MemAvailable; the agent needs Linux 3.14"):
            parse_meminfo(text)

    def test_a_file_that_is_not_meminfo_is_reported(self):
        for text in (b"", b"MemTotal:\n", b"MemTotal: many kB\nMemAvailable: 1 kB\n"):
            with self.assertRaisesRegex(MeasureError, "/proc/meminfo has no MemTotal"):
                parse_meminfo(text)

    def test_more_available_than_there_is_leaves_none_used(self):
        self.assertEqual(parse_meminfo(b"MemTotal: 100 kB\nMemFree: 1 kB\nMemAvailable: 120 kB\n"), (102400, 0))


class MeterTest(unittest.TestCase):
    def test_each_reading_is_new(self):
        tree = Tree(self).with_proc()
        meter = MemoryMeter(tree.root)
        self.addCleanup(meter.close)
        self.assertEqual(meter.total_and_used(), (269759602688, 33093906432))
        tree.write("proc/meminfo", "MemTotal: 100 kB\nMemFree: 1 kB\nMemAvailable: 25 kB\n")
        self.assertEqual(meter.total_and_used(), (100 * 1024, 75 * 1024))

    def test_a_node_without_proc_is_reported(self):
        with self.assertRaisesRegex(MeasureError, "proc/meminfo cannot be read: No such file"):
            MemoryMeter(Tree(self).root)
