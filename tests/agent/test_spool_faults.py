"""No gaps: whatever fails, and in whatever order, each measured sample reaches the panel unchanged."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
import unittest

from minipanel_agent import backfill
from minipanel_agent.agent import Agent
from minipanel_agent.backfill import Backfill
from minipanel_agent.client import Client
from minipanel_agent.credential import TokenCredential
from minipanel_agent.disk import Disk
from minipanel_agent.schedule import Ticks
from minipanel_agent.segments import Segments, text_of
from minipanel_agent.spool import Spool
from minipanel_agent.stop import Stopped
from minipanel_agent.url import parse_url
from minipanel_agent.worker import Worker

from tests.agent.clocks import FakeClock
from tests.agent.measured import FIRST, measured
from tests.agent.receiver import Receiver, answer, raw, stored_and_closed
from tests.agent.test_command import ENVIRONMENT, needs_toml, start_agent
from tests.agent.trees import Tree

SEQUENCES = 30
ROUNDS = 40

STORED = {"status": "ok", "stored": 1, "ignored": 0}


def samples_in(body):
    """Return the texts of a body: one sample, or an array of them."""
    return [b"{" + text + b"}" for text in body.strip(b"[]")[1:-1].split(b"},{")]


class NumberedCollector:
    """Measures the values of tests.agent.measured at each tick."""

    def __init__(self):
        self.texts = []

    def start(self):
        pass

    def sample(self, timestamp):
        text = measured((timestamp - FIRST) // 5)
        self.texts.append(text)
        return text

    def close(self):
        pass


class Storm:
    """An agent with the test's clock, and a panel that comes and goes."""

    MOODS = ("well", "well", "refusing", "busy", "failing", "torn", "forgetful", "picky", "away", "away")

    def __init__(self, chances, receiver, folder):
        self.chances = chances
        self.receiver = receiver
        self.folder = folder
        self.clock = FakeClock(FIRST + 2.0)
        self.collector = NumberedCollector()
        self.lines = []
        self.stored = []
        self.mood = "well"
        self.url = receiver.url
        self.start()

    def start(self):
        clock, log = self.clock, self.lines.append
        self.segments = Segments(self.folder, "node001", 100000)
        spool = Spool(self.folder, self.segments, Disk(), log)
        spool.open(5)
        self.client = Client(parse_url(self.url), TokenCredential("x"), Worker())
        filler = Backfill(spool, self.client, self.chances.choice((0, 5, 20)), log, clock, clock, clock.sleep)
        turn = self.chances.choice((0, 0, 1.5, 4))
        ticks = Ticks(5, clock, clock.sleep)
        self.spool = spool
        self.agent = Agent(self.collector, self.client, spool, filler, ticks, turn, log, clock)
        self.agent.start()

    def answer(self, handler):
        """Answer as the panel's state says. Notes what was stored, also if the answer is lost."""
        texts = samples_in(self.receiver.requests[-1].body)
        actions = {
            "refusing": answer(self.chances.choice((401, 403)), {"error": "No."}),
            "busy": answer(self.chances.choice((429, 503)), {"error": "Busy."}, Retry_After=self.chances.choice("059")),
            "failing": answer(500, {}),
            "torn": raw(b"HTTP/1.1 200 OK\r\nContent-Le"),
            "away": raw(b""),
        }
        if self.mood in actions:
            actions[self.mood](handler)
            return
        if self.mood == "picky" and len(texts) > 7:
            answer(413, {})(handler)
            return
        self.stored.append(texts)
        if self.mood == "forgetful":
            raw(b"")(handler)  # stored, but the answer is lost
        else:
            self.chances.choice((answer(200, STORED), stored_and_closed))(handler)

    def round(self):
        self.mood = self.chances.choice(self.MOODS) if self.chances.random() < 0.3 else self.mood
        self.receiver.answers = [self.answer] * 200
        self.agent.round()
        if self.chances.random() < 0.1:
            self.restart()

    def restart(self):
        """Stop the agent or kill it, so that nothing of it still runs; sometimes a line is torn as well."""
        if self.chances.random() < 0.5:
            self.agent.close()
        self.client.close()
        self.segments.close()
        if self.chances.random() < 0.3 and os.path.isdir(self.folder):
            files = sorted(name for name in os.listdir(self.folder) if name.endswith(".samples"))
            for name in files[-1:]:
                with open(os.path.join(self.folder, name), "ab") as file:
                    file.write(b'5f3a2b1c {"node_id": "no')
        self.start()

    def settle(self):
        """Let the panel be away for a round, and then work until the spool is empty."""
        self.mood = "failing"
        self.receiver.answers = [self.answer] * 200
        self.agent.round()
        self.mood = "well"
        self.stored.append("settled")
        for _ in range(200):
            self.receiver.answers = [self.answer] * 200
            self.agent.round()
            if not self.spool.count:
                return
        raise AssertionError("the spool gets never empty")


class StormTest(unittest.TestCase):
    def setUp(self):
        self.receiver = Receiver()
        self.receiver.__enter__()
        self.addCleanup(self.receiver.__exit__)
        self.addCleanup(setattr, backfill, "chance", backfill.chance)

    def test_each_sample_arrives_as_it_was_measured_whatever_fails_and_the_newest_goes_first(self):
        for seed in range(SEQUENCES):
            chances = random.Random(seed)
            backfill.chance = chances.random
            storm = Storm(chances, self.receiver, Tree(self).path("spool"))
            try:
                for _ in range(ROUNDS):
                    storm.round()
                storm.settle()
            finally:
                storm.client.close()
                storm.segments.close()
            self.assert_complete(storm, seed)
            self.assert_newest_first(storm, seed)

    def assert_complete(self, storm, seed):
        stored = [text for texts in storm.stored if texts != "settled" for text in texts]
        self.assertEqual(set(storm.collector.texts) - set(stored), set(), f"lost, seed {seed}")
        self.assertEqual(set(stored) - set(storm.collector.texts), set(), f"changed, seed {seed}")

    def assert_newest_first(self, storm, seed):
        after = storm.stored[storm.stored.index("settled") + 1 :]
        self.assertEqual(len(after[0]), 1, f"seed {seed}")
        batches = [texts for texts in after if len(texts) > 1]
        for texts in batches:
            self.assertEqual(texts, sorted(texts, key=lambda text: json.loads(text.decode())["timestamp"]))


class FullDiskTest(unittest.TestCase):
    def run_full_disk(self, kind, *prefix):
        command = [*prefix, sys.executable, "-W", "error", "-m", "tests.agent.full_disk", Tree(self).root, kind]
        process = subprocess.Popen(command, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        output, errors = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 0, errors.decode())
        return json.loads(output.decode())

    def assert_nothing_lost(self, found):
        self.assertEqual(found["delivered"], list(range(170)))
        self.assertEqual(found["left"], [])
        self.assertTrue(0 < found["on_disk"] < 100, found["on_disk"])
        self.assertIn("cannot be used: No space left on device", found["lines"][0])
        self.assertRegex(found["lines"][1], r"^The spool waits for its disk no longer, which failed \d+ times\.$")
        self.assertEqual(len(found["lines"]), 4)

    def test_a_disk_that_gets_full_and_one_that_gets_read_only_cost_nothing(self):
        if os.geteuid() == 0 and can_unshare():
            found = self.run_full_disk("tmpfs", "unshare", "--mount")
            self.assert_nothing_lost(found)
            self.assertIn("Read-only file system", found["lines"][2])
        else:
            self.assert_nothing_lost(self.run_full_disk("limit"))

    def test_a_limit_of_the_files_size_costs_nothing(self):
        self.assert_nothing_lost(self.run_full_disk("limit"))


def can_unshare():
    """Return whether tests can mount: not every container allows it."""
    if shutil.which("unshare") is None:
        return False
    return subprocess.call(["unshare", "--mount", "true"], stderr=subprocess.DEVNULL) == 0


@needs_toml
class KillTest(unittest.TestCase):
    """A real agent with one tick per second, killed while the panel is away."""

    def setUp(self):
        self.tree = Tree(self)
        with Receiver() as unused:
            self.port = unused.port
        self.folder = self.tree.path("spool")
        self.tree.write(
            "config.toml",
            f'server_url = "http://127.0.0.1:{self.port}"\nnode_id = "node001"\nauth = "token"\ntoken = "x"\n'
            f'spool_path = "{self.folder}"\n',
        )

    def start(self):
        return start_agent(self, self.tree.path("config.toml"))

    def on_disk(self):
        """Return the samples in the spool's files."""
        texts = []
        for name in sorted(os.listdir(self.folder)) if os.path.isdir(self.folder) else []:
            if name != "lock":
                with open(os.path.join(self.folder, name), "rb") as file:
                    texts += [text_of(line) for line in file.read().split(b"\n")[1:-1]]
        return texts

    def wait_for(self, condition, seconds=15):
        end = time.monotonic() + seconds
        while not condition():
            self.assertLess(time.monotonic(), end, "it did not come")
            time.sleep(0.02)

    def test_spooled_samples_survive_repeated_kill_9(self):
        kept = []
        for count in (2, 3):
            process = self.start()
            self.wait_for(lambda count=count: len(self.on_disk()) >= count)
            process.send_signal(signal.SIGKILL)
            process.wait()
            kept = self.on_disk()
        with Receiver(port=self.port) as receiver:
            process = self.start()
            self.wait_for(lambda: receiver.requests and not self.on_disk())
            process.terminate()
            lines = process.communicate(timeout=5)[0].splitlines()
        bodies = [request.body for request in receiver.requests]
        self.assertFalse(bodies[0].startswith(b"["), "the newest goes first")
        sent = [text for body in bodies for text in samples_in(body)]
        self.assertEqual(set(kept) - set(sent), set())
        self.assertEqual([text for text in sent if text in kept], kept)
        self.assertIn(f"The spool holds {len(kept)} samples that the panel has not stored yet.", lines)
        self.assertIn("The panel stored the first sample.", lines)

    def test_a_stop_in_the_middle_of_a_post_keeps_its_sample(self):
        with Receiver(port=self.port) as receiver:
            receiver.answers = [lambda handler: time.sleep(3)]
            process = self.start()
            (request,) = receiver.wait_for(1)[:1]
            process.terminate()
            self.assertEqual(process.wait(5), 0)
        self.assertEqual(self.on_disk(), [request.body])

    def test_boot_and_start_are_sent_with_each_post(self):
        with Receiver(port=self.port) as receiver:
            began = time.time()
            process = self.start()
            requests = receiver.wait_for(2)
            process.terminate()
            process.wait(5)
        with open("/proc/sys/kernel/random/boot_id") as file:
            boot_id = file.read().strip()
        for request in requests:
            self.assertEqual(request.headers["X-MiniPanel-Boot"], boot_id)
            self.assertAlmostEqual(int(request.headers["X-MiniPanel-Started"]), began, delta=5)


class StopTest(unittest.TestCase):
    def test_the_spool_does_not_swallow_stopped(self):
        self.assertFalse(issubclass(Stopped, Exception))
