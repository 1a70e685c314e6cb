"""Log messages: each is one line and safe to show, and the same trouble is not logged repeatedly."""

import os
import unittest

from minipanel_agent.log import LONGEST_LINE, Trouble, printable, write_line


class PrintableTest(unittest.TestCase):
    def test_terminal_control_characters_are_escaped(self):
        self.assertEqual(printable("a\nb\x1b[31m\r\0\x7f\u202e"), "a\\nb\\x1b[31m\\r\\x00\\x7f\\u202e")

    def test_text_of_any_language_stays(self):
        self.assertEqual(printable("node001 °C 节点"), "node001 °C 节点")

    def test_a_long_text_is_cut(self):
        self.assertEqual(printable("x" * 10000), "x" * LONGEST_LINE + "...")


class WriteLineTest(unittest.TestCase):
    def with_stdout(self, descriptor):
        """Replace standard output by another file for this test."""
        kept = os.dup(1)
        self.addCleanup(os.close, kept)
        self.addCleanup(os.dup2, kept, 1)
        os.dup2(descriptor, 1)

    def test_a_line_is_there_at_once_in_utf_8(self):
        reader, writer = os.pipe()
        self.addCleanup(os.close, reader)
        self.addCleanup(os.close, writer)
        self.with_stdout(writer)
        write_line("节点\udc80")
        self.assertEqual(os.read(reader, 100), "节点\\udc80\n".encode("utf-8"))

    def test_a_missing_reader_is_not_a_failure(self):
        reader, writer = os.pipe()
        os.close(reader)
        self.addCleanup(os.close, writer)
        self.with_stdout(writer)
        self.assertIsNone(write_line("nobody reads this"))


class TroubleTest(unittest.TestCase):
    def setUp(self):
        self.lines = []
        self.trouble = Trouble("It works again; {count} failed.", self.lines.append)

    def test_the_same_trouble_is_logged_once_and_its_end_with_the_count(self):
        for _ in range(5):
            self.trouble.happened("Connection refused.")
        self.trouble.ended()
        self.assertEqual(self.lines, ["Connection refused.", "It works again; 5 failed."])

    def test_another_trouble_is_logged_too(self):
        for sentence in ("Connection refused.", "Timed out.", "Timed out.", "Connection refused."):
            self.trouble.happened(sentence)
        self.assertEqual(self.lines, ["Connection refused.", "Timed out.", "Connection refused."])

    def test_the_same_trouble_with_other_figures_is_the_same(self):
        self.trouble.happened("The timestamp is 61.2 s ahead.")
        self.trouble.happened("The timestamp is 66.3 s ahead.")
        self.assertEqual(self.lines, ["The timestamp is 61.2 s ahead."])

    def test_failures_without_words_are_in_the_count(self):
        self.trouble.happened("Busy.")
        self.trouble.counted()
        self.trouble.ended()
        self.assertEqual(self.lines[-1], "It works again; 2 failed.")

    def test_without_trouble_no_end_is_logged(self):
        self.trouble.ended()
        self.assertEqual(self.lines, [])

    def test_after_its_end_the_same_trouble_is_new(self):
        for _ in range(2):
            self.trouble.happened("Timed out.")
            self.trouble.ended()
        self.assertEqual(self.lines, ["Timed out.", "It works again; 1 failed."] * 2)
