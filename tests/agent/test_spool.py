"""The spool while the disk fails: samples wait in memory, the disk's trouble is logged once, and no call takes long."""

import errno
import os
import shutil
import threading
import time
import unittest
from unittest import mock

from minipanel_agent import spool as module
from minipanel_agent.disk import Disk
from minipanel_agent.segments import Segments
from minipanel_agent.spool import MEMORY_SAMPLES, Spool

from tests.agent.measured import measured, numbers, several
from tests.agent.trees import Tree


class SpoolTest(unittest.TestCase):
    def setUp(self):
        self.folder = Tree(self).path("spool")
        self.lines = []
        self.spool = self.made()

    def made(self, capacity=10000):
        segments = Segments(self.folder, "node001", capacity)
        self.addCleanup(segments.close)
        spool = Spool(self.folder, segments, Disk(), self.lines.append)
        spool.open(5)
        return spool

    def keep(self, texts, seconds=5):
        for text in texts:
            self.spool.keep(text, seconds)

    def delivered(self, spool=None, limit=500):
        """Remove everything as the back-fill does; return which samples came."""
        spool, found = spool or self.spool, []
        for _ in range(1000):
            if not spool.count:
                return found
            batch = spool.batch(limit, 5)
            found += numbers(batch.texts)
            spool.forget(batch, 5)
        raise AssertionError("the spool gets never empty")

    def spoil(self):
        """Put a file where the folder should be: no mode would stop root from writing there."""
        with open(self.folder, "w") as file:
            file.write("in the way")


class KeepTest(SpoolTest):
    def test_what_is_kept_is_delivered_in_order_and_then_nothing_is_left(self):
        self.keep(several(0, 130))
        self.assertEqual(self.delivered(limit=50), list(range(130)))
        self.assertEqual([name for name in os.listdir(self.folder) if name != "lock"], [])
        self.assertEqual(self.lines, [])

    def test_it_outlives_the_agent(self):
        self.keep(several(0, 3))
        self.spool.close(5)
        self.assertEqual(self.delivered(self.made()), [0, 1, 2])

    def test_what_a_disk_had_no_room_for_leaves_nothing_behind_when_it_is_delivered(self):
        full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        with mock.patch("minipanel_agent.segments.os.fdatasync", side_effect=full):
            self.keep(several(0, 3))
        self.assertEqual(self.delivered(), [0, 1, 2])
        self.assertEqual(os.listdir(self.folder), ["lock"])
        self.made()  # another agent can have the folder
        self.assertEqual(len(self.lines), 2, self.lines)
        self.assertIn("No space left on device", self.lines[0])
        self.assertIn("waits for its disk no longer", self.lines[1])

    def test_dropping_the_oldest_is_logged_once_and_counted(self):
        self.spool = self.made(capacity=150)
        self.keep(several(0, 600), seconds=5)
        self.assertEqual(self.lines, ["The spool is full (spool_hours): its oldest samples are dropped."])
        self.assertEqual(self.delivered(), list(range(400, 600)))
        self.assertEqual(self.lines[1:], ["The spool has room again; it dropped 400 samples."])

    def test_damage_is_logged_once_and_counted(self):
        self.keep(several(0, 250))
        for number in (1, 2, 3):
            with open(f"{self.folder}/{number:08}.samples", "ab") as file:
                file.write(b"junk\njunk\n")
        self.assertEqual(self.delivered(limit=60), list(range(250)))
        self.assertEqual(
            self.lines,
            [
                f"The spool {self.folder} has damaged lines: they are skipped.",
                "The spool's damaged part is behind; 6 lines of it could not be read.",
            ],
        )

    def test_a_file_of_damaged_lines_alone_is_got_rid_of(self):
        os.mkdir(self.folder)
        with open(f"{self.folder}/00000007.samples", "wb") as file:
            file.write(b"minipanel-spool 1 node001\n" + b"junk\n" * 30)
        self.assertEqual(self.delivered(self.made()), [])
        self.assertEqual(os.listdir(self.folder), ["lock"])

    def test_files_of_another_version_are_logged(self):
        os.mkdir(self.folder)
        with open(f"{self.folder}/00000007.samples", "wb") as file:
            file.write(b"minipanel-spool 2 node001\n")
        self.made()
        self.assertEqual(
            self.lines,
            [
                f"The spool {self.folder} holds 1 files of another version or node, or damaged ones; "
                "they are left alone."
            ],
        )


class FailingDiskTest(SpoolTest):
    def test_samples_wait_in_memory_and_are_written_once_the_disk_works(self):
        self.spoil()
        self.keep(several(0, 5))
        self.assertEqual((self.spool.count, len(self.lines)), (5, 1))
        self.assertRegex(
            self.lines[0],
            r"^The spool /.* cannot be used: File exists\. The last 720 samples are kept in memory meanwhile\.$",
        )
        os.unlink(self.folder)
        self.keep(several(5, 7))
        self.assertEqual(self.lines[1:], ["The spool waits for its disk no longer, which failed 5 times."])
        self.spool.close(5)
        self.assertEqual(self.delivered(self.made()), list(range(7)))

    def test_samples_only_in_memory_are_delivered_too(self):
        self.spoil()
        self.keep(several(0, 60))
        self.assertEqual(self.delivered(limit=25), list(range(60)))

    def test_samples_on_the_disk_are_sent_before_those_in_memory(self):
        self.keep(several(0, 3))
        shutil.move(self.folder, self.folder + ".away")
        self.spoil()
        self.keep(several(3, 6))
        os.unlink(self.folder)
        shutil.move(self.folder + ".away", self.folder)
        again = self.made()
        self.assertEqual(self.delivered(again), [0, 1, 2])
        self.assertEqual(self.delivered(), [3, 4, 5])

    def test_memory_is_bounded_and_dropping_is_logged(self):
        self.spoil()
        self.keep(several(0, MEMORY_SAMPLES + 30))
        self.assertEqual(self.lines[1:], ["More than 720 samples wait in memory: the oldest are dropped."])
        self.assertEqual(self.delivered(), list(range(30, MEMORY_SAMPLES + 30)))
        self.assertEqual(
            self.lines[2:],
            [
                "The spool waits for its disk no longer, which failed 750 times.",
                "The spool has room again; it dropped 30 samples.",
            ],
        )


class HangingSegments(Segments):
    """A disk whose writes take as long as a test wants."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.goes_on = threading.Event()

    def append(self, texts):
        self.goes_on.wait(10)
        return super().append(texts)


class HangingDiskTest(SpoolTest):
    def setUp(self):
        super().setUp()
        self.segments = HangingSegments(self.folder, "node001", 10000)
        self.spool = Spool(self.folder, self.segments, Disk(), self.lines.append)
        self.addCleanup(self.let_go)

    def let_go(self):
        """Let the disk's thread end before the folder is removed."""
        self.segments.goes_on.set()
        self.spool.close(10)

    def test_a_disk_that_hangs_is_given_up_in_time_and_logged_once(self):
        began = time.monotonic()
        self.keep(several(0, 20), seconds=0.1)
        self.assertLess(time.monotonic() - began, 1)
        self.assertEqual(self.spool.count, 20)
        self.assertRegex(self.lines[0], "cannot be used: the disk did not answer in time")
        self.assertRegex(self.lines[1], "cannot be used: the disk has not answered yet")
        self.assertEqual(len(self.lines), 2)

    def test_when_it_goes_on_each_sample_is_written_once(self):
        self.keep(several(0, 5), seconds=0.05)
        self.segments.goes_on.set()
        self.keep(several(5, 6))
        self.spool.close(5)
        self.assertEqual(self.delivered(self.made()), list(range(6)))

    def test_memory_is_bounded_meanwhile(self):
        self.keep(several(0, 1000), seconds=0.01)
        self.assertLessEqual(self.spool.count, 2 * MEMORY_SAMPLES)

    def test_a_stop_does_not_wait_for_it(self):
        self.keep(several(0, 2), seconds=0.05)
        began = time.monotonic()
        self.spool.close(0.3)
        self.assertLess(time.monotonic() - began, 1)


class DurableTest(SpoolTest):
    def test_a_sample_is_synced_when_it_is_kept(self):
        synced = []
        real = os.fdatasync

        def counted(descriptor):
            synced.append(os.fstat(descriptor).st_size)
            real(descriptor)

        os.fdatasync = counted
        self.addCleanup(setattr, os, "fdatasync", real)
        self.keep(several(0, 3))
        self.assertEqual(len(synced), 3)
        self.assertEqual(synced[-1], os.stat(self.folder + "/00000001.samples").st_size)

    def test_a_sync_that_fails_leaves_the_sample_in_memory(self):
        def broken(descriptor):
            raise OSError(5, "Input/output error")

        real, os.fdatasync = os.fdatasync, broken
        try:
            self.keep(several(0, 3))
        finally:
            os.fdatasync = real
        self.assertIn("Input/output error", self.lines[0])
        self.keep([measured(3)])
        self.assertEqual(self.delivered(), [0, 1, 2, 3])

    def test_memory_holds_the_documented_hour(self):
        self.assertEqual(module.MEMORY_SAMPLES * 5, 3600)
