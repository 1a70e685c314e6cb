"""The command itself, as a process: options, bad configs, a receiver in place of a panel, and the stop on a signal."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import unittest

from minipanel_agent import __version__, config, munge
from minipanel_agent.config import DEFAULT_PATH

try:
    import ssl
except ImportError:  # built without it
    ssl = None

from tests.agent.receiver import Receiver, answer, silence
from tests.agent.trees import Tree, xeon
from tests.munged import missing_munged, running_munged

COMMAND = [sys.executable, "-m", "minipanel_agent"]
FAST_AGENT = [sys.executable, "-m", "tests.agent.fast_agent"]

ENVIRONMENT = dict(os.environ, PYTHONPATH=os.pathsep.join(path or os.getcwd() for path in sys.path))

STOP_SECONDS = 2
"""One second is promised; one more is for a machine that is busy with other tests."""

needs_toml = unittest.skipIf(config.toml is None, "this Python has no TOML reader; the built agent brings one")


def start_agent(test, *arguments):
    """Start an agent, which the test's end stops at the latest. Its lines can be read from stdout."""
    process = subprocess.Popen(
        [*FAST_AGENT, *arguments],
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        universal_newlines=True,
    )
    test.addCleanup(process.stdout.close)
    test.addCleanup(process.wait)
    test.addCleanup(process.kill)
    return process


def run(*words, environment=ENVIRONMENT):
    """Return exit code, standard output and standard error of the command."""
    process = subprocess.Popen(
        COMMAND + list(words), env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True
    )
    output, errors = process.communicate(timeout=20)
    return process.returncode, output, errors


class OptionsTest(unittest.TestCase):
    def test_the_version_is_the_packages(self):
        self.assertEqual(run("--version"), (0, f"minipanel-agent {__version__}\n", ""))

    def test_the_help_names_each_option(self):
        code, output, errors = run("--help")
        self.assertEqual((code, errors), (0, ""))
        for option in ("--config FILE", "--once", "--root DIR", "--version"):
            self.assertIn(option, output)

    def test_an_unknown_option_ends_with_2_and_one_sentence(self):
        expected = "minipanel-agent: --onse is no option of minipanel-agent; --help shows them.\n"
        self.assertEqual(run("--onse"), (2, "", expected))

    @unittest.skipIf(os.path.exists(DEFAULT_PATH), "this node has a config")
    def test_one_sample_is_printed_under_the_hostname_where_there_is_no_config(self):
        code, output, errors = run("--once")
        sample = json.loads(output)
        self.assertEqual((code, errors), (0, ""))
        self.assertEqual(sample["node_id"], os.uname().nodename)
        self.assertAlmostEqual(sample["timestamp"], time.time(), delta=10)
        self.assertTrue(0 <= sample["cpu_percent"] <= 100)
        self.assertTrue(0 < sample["memory_used"] < sample["memory_total"])
        self.assertIn("cpu_temp", sample)

    def test_a_root_without_proc_ends_with_1_and_one_sentence(self):
        root = Tree(self).root
        code, output, errors = run("--once", "--root", root)
        self.assertEqual((code, output), (1, ""))
        self.assertEqual(errors, f"minipanel-agent: {root}/proc/stat cannot be read: No such file or directory.\n")

    def test_a_root_with_unchanging_counters_exits_with_1_and_one_sentence(self):
        tree = Tree(self).with_proc()
        expected = "minipanel-agent: /proc/stat did not change in one second.\n"
        self.assertEqual(run("--once", "--root", tree.root), (1, "", expected))

    @needs_toml
    def test_one_sample_below_another_root_has_that_nodes_values_and_name(self):
        tree = Tree(self).with_proc()
        xeon(tree, 2, [47000, 61000])
        tree.write("config.toml", 'server_url = "http://127.0.0.1:1"\nnode_id = "node001"\n')
        process = subprocess.Popen(
            [*COMMAND, "--once", "--root", tree.root, "--config", tree.path("config.toml")],
            env=ENVIRONMENT,
            stdout=subprocess.PIPE,
        )
        busy = 90345672
        while process.poll() is None:
            busy += 1
            tree.write("proc/stat", f"cpu  {busy} 0 8834102 1219384410 120334 455120 301177 0 0 0\n")
            time.sleep(0.05)
        sample = json.loads(process.communicate(timeout=20)[0].decode())
        self.assertEqual((sample["node_id"], sample["cpu_percent"], sample["cpu_temp"]), ("node001", 100.0, 61.0))
        self.assertEqual((sample["memory_total"], sample["memory_used"]), (269759602688, 33093906432))


@needs_toml
class BadConfigTest(unittest.TestCase):
    def test_each_exits_with_2_and_one_sentence_with_file_key_and_what_is_allowed(self):
        tree = Tree(self)
        path = tree.path("config.toml")
        cases = {
            'node_id = "node001"\n': "server_url is missing",
            'server_url = "http://h"\ninterval = 0\n': "interval is 0; it must be a multiple of 5 from 5 to 60",
            'server_url = "http://h"\nspool_hours = 0\n': "spool_hours is 0; it must be a whole number of hours from 1",
            "= 1\n": "this is not TOML",
        }
        for text, sentence in cases.items():
            tree.write("config.toml", text)
            code, output, errors = run("--config", path)
            self.assertEqual((code, output, errors.count("\n")), (2, "", 1), errors)
            self.assertIn(f"minipanel-agent: {path}: {sentence}", errors)

    def test_a_missing_certificate_or_a_python_without_tls_is_reported(self):
        tree = Tree(self)
        path = tree.path("config.toml")
        tree.write("config.toml", 'server_url = "https://h"\nca_file = "/nowhere"\n')
        tree.write("without/ssl.py", "raise ImportError\n")
        without_ssl = dict(ENVIRONMENT, PYTHONPATH=tree.path("without") + os.pathsep + ENVIRONMENT["PYTHONPATH"])
        cases = [(without_ssl, "server_url is https, which needs Python's ssl, and this Python lacks it; use http.\n")]
        if ssl:
            cases.append((ENVIRONMENT, "ca_file is '/nowhere', which holds no usable certificate: No such file or"))
        for environment, sentence in cases:
            code, output, errors = run("--config", path, environment=environment)
            self.assertEqual((code, output, errors.count("\n")), (2, "", 1), errors)
            self.assertIn(f"minipanel-agent: {path}: {sentence}", errors)

    def test_a_missing_file_ends_with_2_and_one_sentence(self):
        expected = "minipanel-agent: /nowhere/config.toml cannot be read: No such file or directory.\n"
        self.assertEqual(run("--config", "/nowhere/config.toml"), (2, "", expected))


@needs_toml
class RunningTest(unittest.TestCase):
    """Here each agent ticks once a second."""

    def setUp(self):
        self.tree = Tree(self)
        self.receiver = Receiver()
        self.receiver.__enter__()
        self.addCleanup(self.receiver.__exit__)

    def start(self, url="", root="/", **keys):
        """Start an agent; its lines can be read from stdout."""
        keys = {**(keys or {"auth": "token", "token": "dGVzdA"}), "spool_path": self.tree.path("spool")}
        lines = [f'{key} = "{value}"\n' for key, value in keys.items()]
        address = url or self.receiver.url
        self.tree.write("config.toml", f'server_url = "{address}"\nnode_id = "node001"\n' + "".join(lines))
        return start_agent(self, self.tree.path("config.toml"), root)

    def assert_stops(self, process, number=signal.SIGTERM):
        """Send a signal; the process must end soon, with 0 and a last line."""
        began = time.monotonic()
        process.send_signal(number)
        self.assertEqual(process.wait(5), 0)
        self.assertLess(time.monotonic() - began, STOP_SECONDS)
        lines = process.stdout.read().splitlines()
        self.assertEqual(lines[-1], "Stopped.")
        return lines

    def test_samples_come_at_each_tick_and_it_stops_in_its_sleep(self):
        process = self.start()
        samples = [json.loads(request.body.decode()) for request in self.receiver.wait_for(2)]
        lines = self.assert_stops(process)
        timestamps = [sample["timestamp"] for sample in samples]
        self.assertEqual(timestamps, sorted(set(timestamps)))  # a busy machine may miss one
        for place, sample in enumerate(samples):
            self.assertAlmostEqual(self.receiver.requests[place].time, sample["timestamp"], delta=0.9)
            self.assertEqual(sample["node_id"], "node001")
        expected = f"minipanel-agent {__version__} reports node001 to {self.receiver.url} every 1 s, auth token."
        self.assertEqual(lines, [expected, "The panel stored the first sample.", "Stopped."])

    def test_a_post_names_the_sensor_of_its_temperature(self):
        os.symlink("/proc", self.tree.path("proc"))
        folder = self.tree.add_chip(0, "k10temp", [("Tctl", 51000)])
        self.tree.write(folder + "/temp1_crit", "95500\n")
        process = self.start(root=self.tree.root)
        self.receiver.wait_for(1)
        self.tree.write(folder + "/temp1_input", "")
        self.tree.remove(folder)
        self.receiver.wait_for(len(self.receiver.requests) + 2)
        self.assert_stops(process)
        told = [
            (request.headers["X-MiniPanel-Sensor"], json.loads(request.body.decode())["cpu_temp"])
            for request in self.receiver.requests
        ]
        self.assertEqual((told[0], told[-1]), (("k10temp Tctl", 51.0), (None, None)))
        limits = [request.headers["X-MiniPanel-Limit"] for request in self.receiver.requests]
        self.assertEqual((limits[0], limits[-1]), ("95.5", None))

    def test_it_stops_in_the_middle_of_a_post(self):
        self.receiver.answers = [silence(3)]
        process = self.start()
        self.receiver.wait_for(1)
        self.assert_stops(process, signal.SIGINT)

    def test_it_stops_while_a_connection_is_being_made(self):
        with socket.socket() as full:
            full.bind(("127.0.0.1", 0))
            full.listen(0)
            port = full.getsockname()[1]
            waiting = [socket.create_connection(("127.0.0.1", port))]
            self.addCleanup(waiting[0].close)
            process = self.start(f"http://127.0.0.1:{port}")
            process.stdout.readline()  # it has started
            time.sleep(1.2)  # and past its first tick
            self.assert_stops(process)

    def test_a_panel_that_refuses_is_logged_once_and_its_words_are_escaped(self):
        self.receiver.answers = [answer(403, {"error": "node001 is unknown.\n\x1b[31m"})] * 2
        process = self.start()
        self.receiver.wait_for(3)
        time.sleep(0.1)  # until the agent has read the answer
        lines = self.assert_stops(process)
        self.assertEqual(lines[1], "The panel did not store the sample (403): node001 is unknown.\\n\\x1b[31m")
        self.assertEqual(lines[2], "The panel stores samples again; 2 were kept in the spool.")
        self.assertEqual(lines[3], "The panel stored the first sample.")

    @unittest.skipIf(munge.ctypes is None or missing_munged(), "needs ctypes and munged")
    def test_a_munged_that_goes_and_comes_back_costs_nothing(self):
        with running_munged() as path:
            process = self.start(munge_socket=path)
            request = self.receiver.wait_for(1)[0]
            scheme, _, credential = request.headers["Authorization"].partition(" ")
            got = munge.decode(credential, path)
            self.assertEqual((scheme, got.status, got.payload), ("MUNGE", munge.OK, munge.payload_of(request.body)))
            os.rename(path, path + ".away")
            time.sleep(1.2)
            os.rename(path + ".away", path)
            self.receiver.wait_for(len(self.receiver.requests) + 1)
            time.sleep(0.1)  # until the agent has read the answer
            lines = self.assert_stops(process)
        self.assertIn("MUNGE made no credential: ", lines[2])
        self.assertRegex(lines[3], r"^The panel stores samples again; \d+ were kept in the spool\.$")
