"""Commands as a person runs them: real processes and a real panel, in the test's folder."""

from __future__ import annotations

import contextlib
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx

from minipanel.config import Config
from minipanel.config.template import render_config
from tests.panel.example import config_in
from tests.ports import free_port

START_SECONDS = 60
"""Longer counts as hanging. With a dozen busy processes on two cores a panel takes 30 s to start (measured)."""
STOP_SECONDS = 5
"""A panel must stop within this, whatever is open."""

Process = subprocess.Popen[bytes]

NOT_PASSED_ON = ("MINIPANEL_CONFIG", "JOURNAL_STREAM", "NOTIFY_SOCKET")

ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if name not in NOT_PASSED_ON},
    "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    "COLUMNS": "120",
}


def command(*words: str | Path) -> list[str]:
    return [sys.executable, "-m", "minipanel", *map(str, words)]


def run(*words: str | Path, stdin: bytes = b"", **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end. It must not print a traceback."""
    done = subprocess.run(
        command(*words), input=stdin, capture_output=True, timeout=START_SECONDS, env={**ENVIRONMENT, **environment}
    )
    stdout, stderr = done.stdout.decode(), done.stderr.decode()
    assert "Traceback" not in stdout + stderr, stderr
    return subprocess.CompletedProcess(done.args, done.returncode, stdout, stderr)


def written_config(folder: Path, **server: object) -> Config:
    """Write a config.toml of three nodes and a free port; the agents use tokens."""
    port = free_port()
    config = config_in(folder)
    values = {"port": port, "url": f"http://127.0.0.1:{port}", **server}
    config = replace(config, server=replace(config.server, **values))  # type: ignore[arg-type]
    config.path.write_text(render_config(config))
    return config


class Running:
    """A process under test and what it has printed so far."""

    def __init__(self, *words: str | Path, log: Path, **environment: str) -> None:
        self.log = log
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                command(*words),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**ENVIRONMENT, **environment},
            )

    @property
    def output(self) -> str:
        return self.log.read_text()

    def wait_for(self, text: str, seconds: float = START_SECONDS) -> None:
        """Return once the process has printed this."""
        end = time.monotonic() + seconds
        while text not in self.output:
            assert self.process.poll() is None, f"ended with {self.process.returncode}: {self.output}"
            assert time.monotonic() < end, f"not said in {seconds} s: {text!r}; but: {self.output}"
            time.sleep(0.02)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> float:
        """Stop the process and return how many seconds that took. It must exit with 0 and without a traceback."""
        started = time.monotonic()
        self.process.send_signal(number)
        assert self.process.wait(STOP_SECONDS) == 0, self.output
        assert "Traceback" not in self.output
        return time.monotonic() - started


@contextlib.contextmanager
def running(*words: str | Path, log: Path, **environment: str) -> Iterator[Running]:
    """Run a command while the block runs. If it still runs then, it is killed."""
    started = Running(*words, log=log, **environment)
    try:
        yield started
    finally:
        if started.process.poll() is None:
            started.process.kill()
            started.process.wait()


@contextlib.contextmanager
def running_panel(config: Config, **environment: str) -> Iterator[Running]:
    """Run `minipanel serve` while the block runs."""
    log = config.path.parent / "serve.log"
    with running("serve", "--config", config.path, log=log, **environment) as panel:
        panel.wait_for(f"listens on {config.server.host} port {config.server.port}")
        yield panel


def log_in(url: str, password: str) -> httpx.Response:
    return httpx.post(f"{url}/api/auth/login", json={"username": "miniadmin", "password": password}, timeout=10)


def certificate(folder: Path, name: str, *options: str) -> tuple[Path, Path]:
    """Make a certificate and its key."""
    cert, key = folder / f"{name}.pem", folder / f"{name}.key"
    words = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-days", "2"]
    words += ["-subj", "/CN=localhost", "-out", str(cert), "-keyout", str(key), *(options or ["-nodes"])]
    subprocess.run(words, check=True, capture_output=True)
    return cert, key


def at_terminal(words: list[str], output: int | None = None) -> tuple[Process, int]:
    """Start a process at its own terminal, as a login does. Returns it and the terminal's other end.

    `output`: where it writes instead of to the terminal.
    """
    master, slave = pty.openpty()
    target = slave if output is None else output
    started = [sys.executable, "-c", TAKE_TERMINAL, *words]
    process = subprocess.Popen(
        started, stdin=slave, stdout=target, stderr=target, env=ENVIRONMENT, start_new_session=True
    )
    os.close(slave)
    return process, master


# Only the controlling terminal of a session turns Ctrl-C, or a hang-up, into a signal. Tests that run in the background
# or under nohup ignore these signals, and their children would inherit that; a login's children do not.
TAKE_TERMINAL = """
import fcntl, os, signal, sys, termios
for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
    signal.signal(number, signal.SIG_DFL)
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execvp(sys.argv[1], sys.argv[1:])
"""
