"""A resolver that hangs: what the agent does meanwhile, and when the answer comes late."""

import os
import socket
import threading
import time
import unittest
from unittest import mock

from minipanel_agent.agent import Agent
from minipanel_agent.backfill import Backfill
from minipanel_agent.client import Client
from minipanel_agent.collector import Collector
from minipanel_agent.credential import TokenCredential
from minipanel_agent.disk import Disk
from minipanel_agent.errors import SendError
from minipanel_agent.schedule import Ticks
from minipanel_agent.segments import Segments
from minipanel_agent.spool import Spool
from minipanel_agent.url import parse_url
from minipanel_agent.worker import Worker

from tests.agent.receiver import Receiver
from tests.agent.trees import Tree

LOOK_UP = socket.getaddrinfo


class LookupTest(unittest.TestCase):
    """Each look-up takes until may_answer is set."""

    def setUp(self):
        self.may_answer = threading.Event()
        self.addCleanup(self.may_answer.set)
        self.count = 0
        patched = mock.patch("socket.getaddrinfo", self.look_up)
        patched.start()
        self.addCleanup(patched.stop)
        receiver = Receiver()
        receiver.__enter__()
        self.addCleanup(receiver.__exit__)
        self.receiver = receiver
        url = parse_url(f"http://localhost:{receiver.port}")
        self.client = Client(url, TokenCredential("x"), Worker())
        self.addCleanup(self.client.close)

    def look_up(self, *where):
        self.count += 1
        self.may_answer.wait(30)
        return LOOK_UP(*where)

    def agent(self, lines):
        """Return an agent with a tick every second."""
        folder = Tree(self).path("spool")
        spool = Spool(folder, Segments(folder, "node001", 1000), Disk(), lines.append)
        collector = Collector("node001")
        self.addCleanup(collector.close)
        backfill = Backfill(spool, self.client, 0, lines.append)
        return Agent(collector, self.client, spool, backfill, Ticks(1), log=lines.append), spool

    def test_while_look_ups_hang_no_tick_is_late_and_the_samples_wait_in_the_spool(self):
        lines = []
        agent, spool = self.agent(lines)
        agent.start()
        while not spool.count:
            agent.round()
        kept = spool.count
        lines.clear()
        threads = len(os.listdir("/proc/self/task"))
        for _ in range(4):
            agent.round()
        self.assertEqual(len(os.listdir("/proc/self/task")), threads)
        self.assertEqual((self.count, spool.count), (1, kept + 4))
        self.may_answer.set()
        agent.round()
        agent.close()
        self.assertEqual([line for line in lines if "missed" in line], [])
        self.receiver.wait_for(1)

    def test_an_answer_that_comes_late_serves_the_next_post(self):
        with self.assertRaises(SendError):
            self.client.post(b"{}", 0.1)
        self.may_answer.set()
        time.sleep(0.1)
        self.client.post(b"{}", 5)
        self.assertEqual((self.count, len(self.receiver.requests)), (1, 1))
