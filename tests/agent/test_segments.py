"""The spool's files: what was written is read back in order and unchanged, whatever happened to them meanwhile."""

import os
import subprocess
import sys
import unittest

from minipanel_agent.segments import LARGEST_BYTES, SEGMENT_SAMPLES, Segments, line_of, text_of

from tests.agent.measured import measured, numbers, several
from tests.agent.trees import Tree

HEADER = b"minipanel-spool 1 node001\n"


class SegmentsTest(unittest.TestCase):
    def setUp(self):
        self.tree = Tree(self)
        self.folder = self.tree.path("state/spool")
        self.segments = self.opened()

    def opened(self, node_id="node001", capacity=10000):
        segments = Segments(self.folder, node_id, capacity)
        segments.open(creates=False)
        self.addCleanup(segments.close)
        return segments

    def append(self, texts, segments=None):
        rest = list(texts)
        while rest:
            del rest[: (segments or self.segments).append(rest)]

    def waiting(self, segments=None, limit=10000):
        """Return which samples are read."""
        return numbers((segments or self.segments).read(limit)[0])

    def files(self):
        return sorted(name for name in os.listdir(self.folder) if name != "lock")

    def path(self, number=1):
        return os.path.join(self.folder, f"{number:08}.samples")

    def content(self, number=1):
        with open(self.path(number), "rb") as file:
            return file.read()

    def write(self, content, number=1):
        os.makedirs(self.folder, exist_ok=True)
        with open(self.path(number), "wb") as file:
            file.write(content)


class OrderTest(SegmentsTest):
    def test_what_was_written_is_read_back_in_order_and_unchanged(self):
        self.append(several(0, 250))
        self.assertEqual(self.waiting(), list(range(250)))
        self.assertEqual(self.segments.count, 250)
        self.assertEqual(self.files(), ["00000001.samples", "00000002.samples", "00000003.samples"])

    def test_a_later_run_finds_it_and_goes_on_behind_it(self):
        self.append(several(0, 150))
        self.segments.close()
        again = self.opened()
        self.assertEqual(again.count, 150)
        self.append(several(150, 170), again)
        self.assertEqual(self.waiting(again), list(range(170)))
        self.assertEqual(len(self.files()), 2)

    def test_delivered_samples_are_skipped_and_finished_files_are_deleted(self):
        self.append(several(0, 250))
        texts, marks = self.segments.read(120)
        self.assertEqual(numbers(texts), list(range(120)))
        self.segments.forget(marks)
        self.assertEqual((self.segments.count, self.waiting()), (130, list(range(120, 250))))
        self.assertEqual(self.files(), ["00000002.samples", "00000003.samples"])
        self.segments.forget(self.segments.read(1000)[1])
        self.assertEqual((self.segments.count, self.files()), (0, []))

    def test_a_restart_sends_again_no_more_than_one_file(self):
        self.append(several(0, 500))
        self.segments.forget(self.segments.read(399)[1])
        self.segments.close()
        self.assertEqual(self.waiting(self.opened())[0], 399 - 399 % SEGMENT_SAMPLES)

    def test_after_everything_is_delivered_it_starts_again(self):
        for first in (0, 10, 20):
            self.append(several(first, first + 10))
            self.assertEqual(self.waiting(), list(range(first, first + 10)))
            self.segments.forget(self.segments.read(100)[1])

    def test_what_was_appended_since_it_was_read_stays(self):
        self.append(several(0, 10))
        _, marks = self.segments.read(100)
        self.append(several(10, 15))
        self.segments.forget(marks)
        self.assertEqual((self.segments.count, self.waiting()), (5, [10, 11, 12, 13, 14]))

    def test_a_folder_that_is_removed_meanwhile_is_made_again(self):
        self.append(several(0, 10))
        self.tree.remove("state")
        self.append(several(10, 12))
        self.assertEqual(self.waiting(), [10, 11])
        self.segments.forget(self.segments.read(100)[1])
        self.assertEqual(self.segments.count, 0)

    def test_folder_and_files_are_the_owners_alone(self):
        self.append(several(0, 1))
        self.assertEqual(os.stat(self.folder).st_mode & 0o777, 0o700)
        self.assertEqual(os.stat(self.path()).st_mode & 0o777, 0o600)

    def test_where_nothing_waits_nothing_is_made(self):
        self.assertFalse(os.path.exists(self.tree.path("state")))
        os.makedirs(self.folder)
        self.opened()
        self.assertEqual(os.listdir(self.folder), [])


class BoundTest(SegmentsTest):
    def test_beyond_its_hours_the_oldest_are_dropped_and_counted(self):
        segments = self.opened(capacity=720)
        self.append(several(0, 3000), segments)
        self.assertEqual(self.waiting(segments), list(range(3000 - segments.count, 3000)))
        self.assertTrue(720 <= segments.count <= 720 + SEGMENT_SAMPLES, segments.count)
        self.assertEqual(segments.dropped, 3000 - segments.count)
        self.assertLessEqual(len(self.files()), 9)

    def test_dropping_samples_while_they_are_sent_does_no_harm(self):
        segments = self.opened(capacity=200)
        self.append(several(0, 250), segments)
        _, marks = segments.read(150)
        self.append(several(250, 600), segments)
        segments.forget(marks)
        self.assertEqual(self.waiting(segments), list(range(400, 600)))


class DamageTest(SegmentsTest):
    def test_a_line_torn_at_any_place_costs_that_line_alone(self):
        self.append(several(0, 3))
        whole = self.content()
        begin = len(HEADER) + len(line_of(measured(0))) + len(line_of(measured(1)))
        for length in range(begin, len(whole)):
            self.segments.close()
            self.write(whole[:length])
            again = self.opened()
            self.append([measured(9)], again)
            # A line that lacks only its line end is complete.
            expected = [0, 1, 2, 9] if length == len(whole) - 1 else [0, 1, 9]
            self.assertEqual(self.waiting(again), expected, length)
            again.forget(again.read(10)[1])
            self.assertEqual((again.count, self.files()), (0, []), length)
            again.close()

    def test_a_file_torn_in_its_first_line_is_started_again(self):
        for length in range(len(HEADER)):
            self.segments.close()
            self.write(HEADER[:length])
            again = self.opened()
            self.assertEqual((again.count, again.strange), (0, 0))
            self.append([measured(1)], again)
            self.assertEqual(self.waiting(again), [1])
            again.close()

    def test_lines_cut_out_or_joined_by_hand_are_passed_over(self):
        self.append(several(0, 20))
        content = self.content()
        self.segments.close()
        # From inside sample 4 to the same place inside sample 12: the joined text looks like a sample.
        places = [content.index(line_of(measured(number))) + 60 for number in (4, 12)]
        self.write(content[: places[0]] + content[places[1] :])
        again = self.opened()
        self.assertEqual(self.waiting(again), [0, 1, 2, 3, *range(13, 20)])
        self.assertEqual(again.damaged, 1)

    def test_one_changed_bit_is_noticed(self):
        self.append(several(0, 3))
        content = bytearray(self.content())
        content[content.index(b"33093906433") + 10] ^= 1
        self.write(bytes(content))
        self.assertEqual((self.waiting(), self.segments.damaged), ([0, 2], 1))

    def test_binary_junk_between_the_lines_is_passed_over(self):
        self.append(several(0, 3))
        self.write(self.content() + bytes(range(256)) * 20)
        self.segments.close()
        again = self.opened()
        self.append(several(3, 5), again)
        self.assertEqual(self.waiting(again), [0, 1, 2, 3, 4])
        again.forget(again.read(1000)[1])
        self.assertEqual(self.files(), [])

    def test_files_that_are_not_this_agents_are_left_alone(self):
        strange = {
            3: bytes(range(256)),
            4: b"minipanel-spool 2 node001\n" + line_of(measured(1)),
            5: b"minipanel-spool 1 node002\n" + line_of(measured(1)),
            6: HEADER + b"x" * LARGEST_BYTES,
            7: b"\0" * 100,
        }
        for number, content in strange.items():
            self.write(content, number)
        os.mkdir(self.path(8))
        os.mkfifo(self.path(9))
        os.symlink("/etc/passwd", self.path(10))
        again = self.opened()
        self.assertEqual((again.count, again.strange), (0, 8))
        self.append(several(0, 2), again)
        self.assertEqual(self.waiting(again), [0, 1])
        again.forget(again.read(10)[1])
        self.assertEqual(self.files(), [f"{number:08}.samples" for number in range(3, 11)])
        for number, content in strange.items():
            self.assertEqual(self.content(number), content)

    def test_files_with_other_names_are_not_segments(self):
        self.write(HEADER + line_of(measured(1)))
        for name in ("x.samples", "1.samples", "00000001.samples.bak", "-0000001.samples", "notes"):
            os.link(self.path(), os.path.join(self.folder, name))
        again = self.opened()
        self.assertEqual((again.count, again.strange), (1, 0))

    def test_an_unreadable_file_does_not_block_the_others(self):
        self.append(several(0, 300))
        self.write(b"\0" * 5000, 2)
        os.unlink(self.path(1))
        self.assertEqual(self.waiting(), list(range(200, 300)))
        self.assertEqual((self.segments.count, self.segments.damaged), (100, 200))


class LineTest(unittest.TestCase):
    def test_a_line_is_read_as_it_was_written_and_else_not_at_all(self):
        line = line_of(measured(3))
        self.assertEqual(text_of(line[:-1]), measured(3))
        for place in range(len(line) - 1):
            self.assertIsNone(text_of(line[:place]), place)
            self.assertIsNone(text_of(line[:place] + b"\xff" + line[place + 1 : -1]), place)
        for text in (b"", b"\0" * 50, b"00000000 ", b"{}"):
            self.assertIsNone(text_of(text))


class LockTest(SegmentsTest):
    HOLD = "import os, sys; f = os.open(sys.argv[1], os.O_RDWR); os.lockf(f, os.F_LOCK, 0); print(flush=True); input()"

    def test_a_second_agent_does_not_touch_the_first_ones_spool(self):
        self.append(several(0, 2))
        self.segments.close()
        command = [sys.executable, "-c", self.HOLD, os.path.join(self.folder, "lock")]
        holder = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.addCleanup(holder.stdout.close)
        self.addCleanup(holder.wait)
        self.addCleanup(holder.stdin.close)
        holder.stdout.readline()
        second = Segments(self.folder, "node001", 100)
        for method in (lambda: second.open(False), lambda: second.append(several(2, 3))):
            with self.assertRaisesRegex(OSError, "another agent uses it"):
                method()
        holder.stdin.write(b"\n")
        holder.stdin.flush()
        holder.wait()
        self.append(several(2, 3), second)
        self.assertEqual(self.waiting(second), [0, 1, 2])
        second.close()
