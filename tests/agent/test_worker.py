"""Calls that may hang, on a thread that can be abandoned."""

import os
import threading
import time
import unittest

from minipanel_agent.deadline import Deadline
from minipanel_agent.worker import Worker

from tests.agent.clocks import FakeClock


class WorkerTest(unittest.TestCase):
    def setUp(self):
        self.worker = Worker()
        self.may_end = threading.Event()
        self.addCleanup(self.may_end.set)

    def hang(self):
        self.may_end.wait(10)
        return "late"

    def test_a_call_returns_what_the_function_returns(self):
        self.assertEqual(self.worker.call(Deadline(5), divmod, 17, 5), (3, 2))

    def test_a_call_raises_what_the_function_raises(self):
        with self.assertRaises(ZeroDivisionError):
            self.worker.call(Deadline(5), divmod, 17, 0)

    def test_calls_share_one_thread(self):
        threads = {self.worker.call(Deadline(5), threading.get_ident) for _ in range(10)}
        self.assertEqual(len(threads), 1)
        self.assertNotIn(threading.get_ident(), threads)

    def test_a_call_that_hangs_is_given_up_in_time(self):
        began = time.monotonic()
        with self.assertRaises(TimeoutError):
            self.worker.call(Deadline(0.05), self.hang)
        self.assertLess(time.monotonic() - began, 1)

    def test_calls_given_up_before_their_thread_began_disturb_nothing(self):
        for _ in range(300):
            try:
                self.worker.call(Deadline(0.00002), str.upper, "a")
            except TimeoutError:
                pass
        self.assertEqual(self.worker.call(Deadline(5), str.upper, "b"), "B")

    def test_the_call_after_one_that_hangs_waits_for_it_and_gets_its_own_result(self):
        with self.assertRaises(TimeoutError):
            self.worker.call(Deadline(0.05), self.hang)
        with self.assertRaises(TimeoutError):
            self.worker.call(Deadline(0.05), str.upper, "a")
        threading.Timer(0.05, self.may_end.set).start()
        self.assertEqual(self.worker.call(Deadline(5), str.upper, "b"), "B")

    def test_many_calls_that_hang_take_one_thread(self):
        before = set(os.listdir("/proc/self/task"))
        for number in range(20):
            began = time.monotonic()
            with self.assertRaises(TimeoutError):
                # The first has time to begin, even on a busy machine.
                self.worker.call(Deadline(0.02 if number else 0.5), self.hang)
            self.assertLess(time.monotonic() - began, 1)
            self.assertTrue(self.worker.is_busy)
        # Other tests' threads may end meanwhile.
        self.assertEqual(len(set(os.listdir("/proc/self/task")) - before), 1)
        self.may_end.set()
        self.assertEqual(self.worker.call(Deadline(5), str.upper, "a"), "A")
        self.assertFalse(self.worker.is_busy)

    def test_an_error_of_a_call_given_up_is_nobodys(self):
        def fail():
            self.hang()
            raise OSError("late")

        with self.assertRaises(TimeoutError):
            self.worker.call(Deadline(0.05), fail)
        self.may_end.set()
        self.assertEqual(self.worker.call(Deadline(5), str.upper, "a"), "A")


class DeadlineTest(unittest.TestCase):
    def test_the_time_left_goes_down_to_an_error(self):
        clock = FakeClock(10.0)
        deadline = Deadline(2, clock)
        clock.now += 1.5
        self.assertEqual(deadline.left(), 0.5)
        clock.now += 0.5
        with self.assertRaises(TimeoutError):
            deadline.left()
