"""Runs a program of the site, which gets the message as JSON on its standard input."""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from minipanel.alerts.channels.webhook import document
from minipanel.alerts.outbox import Letter, NotSent
from minipanel.models.quote import escape

TOTAL_SECONDS = 10.0
OUTPUT_BYTES = 4096
SAID_CHARACTERS = 160
LOOK_SECONDS = 0.05

ENVIRONMENT: Mapping[str, str] = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": "/"}
"""The whole environment: the program must not see the panel's own."""


@dataclass(frozen=True, slots=True)
class Execute:
    """Runs `command`, whose first word is a path, without a shell."""

    name: str
    command: tuple[str, ...]
    total_seconds: float = TOTAL_SECONDS
    per_minute: int = 0

    def send(self, letter: Letter) -> str:
        """Run the program; return the beginning of its output. Raises NotSent unless it exits with 0 in time.

        All processes that it started in its process group end with it.
        """
        told = json.dumps(document(letter), ensure_ascii=False).encode()
        where = escape(self.command[0], 100)
        try:
            process = subprocess.Popen(
                self.command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=dict(ENVIRONMENT),
                cwd="/",
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            why = (error.strerror if isinstance(error, OSError) else None) or str(error)
            raise NotSent("{where} can't be run: {reason}.", where=where, reason=escape(why, 80)) from None
        try:
            output, is_over = _talk(process, told, time.monotonic() + self.total_seconds)
        finally:
            # Before its exit status is collected: until then no other process can get its pid.
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with suppress(OSError):
                        pipe.close()
            code = process.wait()
        said = escape(" ".join(output.decode("utf-8", "replace").split()), SAID_CHARACTERS)
        if not is_over:
            raise NotSent(
                "{name} did not finish within {seconds} seconds.", name=where, seconds=f"{self.total_seconds:g}"
            )
        if code != 0:
            how = "{where} exited with {code}" if code > 0 else "{where} was killed by signal {code}"
            raise NotSent(how + (": {said}" if said else "."), where=where, code=abs(code), said=said)
        return said


def _talk(process: subprocess.Popen[bytes], told: bytes, end: float) -> tuple[bytes, bool]:
    """Write the program's input and read its output until it exits, or until `end`.

    Only the program itself counts, even if a process it started keeps the pipe open. Returns the beginning of the
    output, and whether the program has exited.
    """
    assert process.stdin is not None
    assert process.stdout is not None
    output = b""
    with selectors.DefaultSelector() as selector:
        for pipe, event in ((process.stdin, selectors.EVENT_WRITE), (process.stdout, selectors.EVENT_READ)):
            os.set_blocking(pipe.fileno(), False)
            selector.register(pipe, event)
        while True:
            is_over = _has_ended(process)
            for key, _ in selector.select(0 if is_over else LOOK_SECONDS) if selector.get_map() else ():
                if key.fileobj is process.stdin:
                    told = _write(selector, process.stdin, told)
                elif read := os.read(key.fd, 65536):
                    output += read[: OUTPUT_BYTES - len(output)]
                else:
                    selector.unregister(process.stdout)
            if is_over or time.monotonic() >= end:
                return output, is_over
            if not selector.get_map():
                time.sleep(LOOK_SECONDS)


def _write(selector: selectors.BaseSelector, pipe: object, told: bytes) -> bytes:
    """Write a piece; return the rest. A program need not read all of it."""
    try:
        told = told[os.write(pipe.fileno(), told[:65536]) :]  # type: ignore[attr-defined]
    except BrokenPipeError:
        told = b""
    if not told:
        selector.unregister(pipe)  # type: ignore[arg-type]
        with suppress(OSError):
            pipe.close()  # type: ignore[attr-defined]
    return told


def _has_ended(process: subprocess.Popen[bytes]) -> bool:
    """Return whether it has exited, without collecting its exit status."""
    return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
