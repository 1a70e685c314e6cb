"""`minipanel try`: one command, and this machine's samples are on a page."""

from __future__ import annotations

import os
import re
import signal
import socket
import stat
import subprocess
import time
from contextlib import AbstractContextManager
from pathlib import Path

import httpx
import psutil
import pytest

from minipanel.config import load_config
from minipanel.config.editing import remove_nodes, set_values
from minipanel.config.values import SERVER
from tests.munged import missing_munged, running_munged
from tests.panel.commands import ENVIRONMENT, Running, command, log_in, run, running
from tests.ports import free_port

SAMPLE_SECONDS = 20
"""An agent measures for 5 whole seconds before its first sample."""

READY = "The page is up."


class Trial:
    """A folder and a port to try MiniPanel in, which a test may start several times."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "var"
        self.config_path = self.folder / "config.toml"
        self.log = folder / "terminal"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"

    def start(self, *options: str) -> AbstractContextManager[Running]:
        return running("try", "--dir", self.folder, *options, log=self.log)

    def sample_time(self, password: str, after: int = 0) -> int:
        """Return the timestamp of the only node's newest sample, once it is later than `after`."""
        token = log_in(self.url, password).json()["token"]
        end = time.monotonic() + SAMPLE_SECONDS
        while time.monotonic() < end:
            answer = httpx.get(f"{self.url}/api/metrics/realtime", headers={"Authorization": f"Bearer {token}"})
            (node,) = answer.json()["nodes"]
            if node["cpu_percent"] is not None and node["timestamp"] > after:
                assert node["hostname"] == socket.gethostname()
                return int(node["timestamp"])
            time.sleep(0.1)
        raise AssertionError(f"no sample came; the agent said: {(self.folder / 'agent.log').read_text()}")


@pytest.fixture
def trial(tmp_path: Path) -> Trial:
    return Trial(tmp_path)


def agent_of(panel: Running) -> psutil.Process:
    """Return the agent that runs beside the panel, once it does."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        for child in psutil.Process(panel.process.pid).children():
            return child
        time.sleep(0.05)
    raise AssertionError("there is no agent")


def told(panel: Running, what: str) -> str:
    """Return what the start printed about the page, the account, the password, ..."""
    found = re.search(rf"^  {what} +(.+)$", panel.output, re.MULTILINE)
    assert found, panel.output
    return found[1]


def test_one_command_brings_samples_and_the_next_start_keeps_them_and_the_password(
    trial: Trial, record_property: pytest.RecordProperty
) -> None:
    with trial.start("--port", str(trial.port), "--auth", "token") as panel:
        panel.wait_for(READY)
        assert told(panel, "page") == trial.url
        assert told(panel, "account") == "miniadmin"
        assert told(panel, "agent") == "token: chosen with --auth"
        password = told(panel, "password")
        assert re.fullmatch(r"[a-hjkmnp-z2-9]{8}", password)
        first = trial.sample_time(password)
        agent = agent_of(panel)
        panel.stop()
        assert not agent.is_running()
    assert {path.name for path in trial.folder.iterdir()} >= {"config.toml", "data.db", "agent.toml", "panel.log"}
    for name in ("config.toml", "agent.toml"):
        assert stat.S_IMODE((trial.folder / name).stat().st_mode) == 0o600
    assert password not in trial.config_path.read_text()

    started = time.monotonic()
    with trial.start() as panel:
        panel.wait_for(READY)
        record_property("second_start_seconds", round(time.monotonic() - started, 2))
        assert told(panel, "password") == "unchanged; --password-file sets another"
        assert password not in panel.output
        token = log_in(trial.url, password).json()["token"]
        nodes = httpx.get(f"{trial.url}/api/nodes", headers={"Authorization": f"Bearer {token}"}).json()
        assert nodes[0]["last_seen"] >= first
        panel.stop(signal.SIGINT)


def test_options_of_a_later_start_change_what_they_name(trial: Trial) -> None:
    with trial.start("--port", str(trial.port), "--password", "first-secret") as panel:
        panel.wait_for(READY)
        assert told(panel, "password") == "as given"
        panel.stop()
    trial.port = free_port()
    trial.url = f"http://127.0.0.1:{trial.port}"
    with trial.start("--port", str(trial.port), "--host", "0.0.0.0", "--password", "second-secret") as panel:
        panel.wait_for(READY)
        assert told(panel, "page") == f"{trial.url} and every other address of this machine"
        assert log_in(trial.url, "first-secret").status_code == 401
        assert log_in(trial.url, "second-secret").status_code == 200
        panel.stop()
    assert f"# {SERVER.keys['host'][0].english}\n" in trial.config_path.read_text()


def test_an_agent_that_dies_is_started_again(trial: Trial) -> None:
    with trial.start("--port", str(trial.port)) as panel:
        panel.wait_for(READY)
        agent = agent_of(panel)
        agent.kill()
        panel.wait_for("The agent ended with code -9")
        assert agent_of(panel).pid != agent.pid
        panel.stop()


def test_no_agent_outlives_a_panel_that_is_killed(trial: Trial) -> None:
    with trial.start("--port", str(trial.port)) as panel:
        panel.wait_for(READY)
        agent = agent_of(panel)
        panel.process.kill()
        panel.process.wait()
        agent.wait(5)
        assert not agent.is_running()


@pytest.mark.skipif(missing_munged() is not None, reason=str(missing_munged()))
def test_munge_is_taken_where_munged_answers_and_token_where_it_does_not(trial: Trial) -> None:
    with trial.start("--port", str(trial.port), "--auth", "token", "--password", "a-secret") as panel:
        panel.wait_for(READY)
        panel.stop()
    with running_munged() as munge_socket:
        set_values(trial.config_path, "agents", {"munge_socket": munge_socket})
        with trial.start() as panel:
            panel.wait_for(READY)
            assert told(panel, "agent") == "munge: munged answers"
            assert trial.sample_time("a-secret")
            assert run("status", "--config", trial.config_path).returncode == 0
            panel.stop()
        assert load_config(trial.config_path).agents.allowed_uids == (os.geteuid(),)
    refused = run("try", "--dir", trial.folder, "--auth", "munge")
    assert refused.returncode == 1
    assert refused.stderr.startswith("--auth munge can't be used: MUNGE made no credential: ")
    with trial.start() as panel:
        panel.wait_for(READY)
        assert told(panel, "agent").startswith("token: MUNGE made no credential: ")
        panel.stop()


def test_what_can_not_be_used_is_one_sentence_and_nothing_is_made(trial: Trial, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with socket.create_server(("127.0.0.1", trial.port)):
        refusals = {
            ("--dir", str(tmp_path / "file")): f"{tmp_path}/file is a file; name a folder with --dir.",
            (
                "--dir",
                "/proc/nowhere",
            ): "/proc/nowhere can't be written: No such file or directory; name another folder",
            ("--port", str(trial.port)): f"127.0.0.1 port {trial.port} is in use by another program",
            ("--port", "0"): "--port is 0; it must be a whole number from 1 to 65535.",
            ("--host", "head"): "--host is 'head'; it must be an IPv4 or IPv6 address.",
            ("--host", "192.0.2.1"): "192.0.2.1 is not an address of this machine, so port 8080 can't be opened there.",
            ("--password", "short"): "The password has 5 characters; it must have at least 8.",
            ("--password", "ä" * 40): "The password has 80 bytes in UTF-8; at most 72 are allowed.",
        }
        for options, sentence in refusals.items():
            done = run("try", "--dir", trial.folder, *options)
            assert (done.returncode, done.stdout) == (1, ""), options
            assert done.stderr.startswith(sentence), options
            assert done.stderr.count("\n") == 1
    assert not trial.config_path.exists()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--port", "80x"), "Error: Invalid value for '--port': it must be a whole number."),
        (("--demo", "many"), "Error: Invalid value for 'N': it must be a whole number."),
        (("--auth", "none"), "Error: Invalid value for '--auth': 'none' is not one of 'munge', 'token'."),
    ],
    ids=["port", "demo", "auth"],
)
def test_a_value_of_the_wrong_kind_is_refused_in_plain_words(options: tuple[str, str], sentence: str) -> None:
    done = run("try", *options)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == sentence


def test_a_second_try_in_the_same_folder_is_refused_and_changes_nothing(trial: Trial) -> None:
    with trial.start("--port", str(trial.port)) as panel:
        panel.wait_for(READY)
        before = trial.config_path.read_bytes()
        done = run("try", "--dir", trial.folder, "--port", str(free_port()), "--password", "another-one")
        assert (done.returncode, done.stderr) == (
            1,
            f"MiniPanel already runs in {trial.folder} (process {panel.process.pid}), at {trial.url}.\n",
        )
        assert trial.config_path.read_bytes() == before
        panel.stop()


def test_the_configuration_of_an_installed_panel_is_left_alone(trial: Trial) -> None:
    with trial.start("--port", str(trial.port)) as panel:
        panel.wait_for(READY)
        panel.stop()
    set_values(trial.config_path, "database", {"path": "/var/lib/minipanel/data.db"})
    before = trial.config_path.read_bytes()
    done = run("try", "--dir", trial.folder)
    assert done.returncode == 1
    assert "its database is elsewhere; name another folder with --dir." in done.stderr
    assert trial.config_path.read_bytes() == before


def test_a_folder_whose_node_was_taken_out_gets_it_back(trial: Trial) -> None:
    with trial.start("--port", str(trial.port)) as panel:
        panel.wait_for(READY)
        panel.stop()
    remove_nodes(trial.config_path, {node.hostname for node in load_config(trial.config_path).nodes})
    with trial.start() as panel:
        panel.wait_for(READY)
        panel.stop()
    assert [node.ip for node in load_config(trial.config_path).nodes] == ["127.0.0.1"]


def test_the_same_password_given_again_ends_no_session(trial: Trial) -> None:
    options = ("--port", str(trial.port), "--password", "first-secret")
    with trial.start(*options) as panel:
        panel.wait_for(READY)
        token = log_in(trial.url, "first-secret").json()["token"]
        panel.stop()
    with trial.start(*options) as panel:
        panel.wait_for(READY)
        answer = httpx.get(f"{trial.url}/api/auth/me", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 200
        panel.stop()


def test_a_password_from_a_file_is_in_no_command_line(trial: Trial, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("first-secret\nand more\n")
    with trial.start("--port", str(trial.port), "--password-file", str(tmp_path / "password")) as panel:
        panel.wait_for(READY)
        assert told(panel, "password") == "as given"
        assert "first-secret" not in Path(f"/proc/{panel.process.pid}/cmdline").read_text()
        assert log_in(trial.url, "first-secret").status_code == 200


@pytest.mark.parametrize(
    ("words", "typed", "sentence"),
    [
        (("--password-file", "-"), "short\n", "The password has 5 characters; it must have at least 8."),
        (("--password-file", "-"), "\udcff\n", "The password in standard input is not UTF-8 text."),
        (
            ("--password-file", "/nowhere/at all"),
            "",
            "The password can't be read from /nowhere/at all: No such file or directory.",
        ),
        (
            ("--password-file", "-", "--password", "secret-1"),
            "",
            "--password and --password-file can't be combined; give one of them.",
        ),
    ],
)
def test_a_password_that_can_not_be_one_is_one_sentence(
    trial: Trial, words: tuple[str, ...], typed: str, sentence: str
) -> None:
    tried = [*command("try", "--dir", trial.folder, "--port", str(trial.port)), *words]
    done = subprocess.run(tried, input=typed.encode(errors="surrogateescape"), capture_output=True, env=ENVIRONMENT)
    assert (done.returncode, done.stderr.decode()) == (1, f"{sentence}\n")
    assert not trial.config_path.exists()
