"""The boot id: as the kernel writes it, and such that it can't break a request."""

import unittest

from minipanel_agent.boot import parse_boot_id, read_boot_id, run_headers

from tests.agent.trees import Tree

BOOT_ID = "7a3e1c52-0b5f-4a50-9d5e-6a0f1f9d3c11"


class BootTest(unittest.TestCase):
    def setUp(self):
        self.tree = Tree(self)

    def test_the_boot_and_the_start_are_two_header_lines(self):
        self.tree.write("proc/sys/kernel/random/boot_id", BOOT_ID + "\n")
        expected = f"X-MiniPanel-Boot: {BOOT_ID}\r\nX-MiniPanel-Started: 1640995200\r\n"
        self.assertEqual(run_headers(1640995200, self.tree.root), expected)

    def test_a_node_without_a_boot_id_sends_only_its_start(self):
        self.assertEqual(run_headers(1640995200, self.tree.root), "X-MiniPanel-Started: 1640995200\r\n")

    def test_what_is_not_a_uuid_is_not_a_boot_id(self):
        for text in ("", "\n", "x" * 36, BOOT_ID[:-1], BOOT_ID + "\r\nA: b", BOOT_ID[:-2] + "\r\n" + "11"):
            self.assertIsNone(parse_boot_id(text), repr(text))
        self.assertEqual(parse_boot_id(BOOT_ID.upper() + "\n"), BOOT_ID)

    def test_this_machine_has_one(self):
        self.assertRegex(read_boot_id() or "", r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")

    def test_a_file_of_junk_gives_no_traceback(self):
        self.tree.write("proc/sys/kernel/random/boot_id", "é" * 36)
        self.assertIsNone(read_boot_id(self.tree.root))
