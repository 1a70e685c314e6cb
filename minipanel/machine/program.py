"""Runs other programs and reads their output: without a shell, with limits on time and size."""

from __future__ import annotations

import os
import selectors
import shutil
import subprocess
import time
from collections.abc import Sequence

from minipanel.errors import CommandError
from minipanel.models.quote import quote
from minipanel.translations.language import Translate

MAX_BYTES = 10_000_000


def output_of(words: Sequence[str], seconds: float, t: Translate) -> str:
    """Return what a program prints on stdout.

    Raises CommandError if it is not installed, takes longer than `seconds`, prints too much, or fails.
    """
    program = shutil.which(words[0])
    if program is None:
        raise CommandError(t("{program} is not installed on this machine.", program=words[0]))
    process = subprocess.Popen(
        [program, *words[1:]],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "LC_ALL": "C"},
        start_new_session=True,
    )
    with process:
        try:
            output, complaint = read_within(process, seconds)
            code = process.wait(timeout=seconds)
        except (TimeoutError, subprocess.TimeoutExpired):
            raise CommandError(
                t("{program} did not finish within {seconds} s.", program=words[0], seconds=f"{seconds:g}")
            ) from None
        except OverflowError:
            raise CommandError(
                t("{program} printed more than {bytes} bytes.", program=words[0], bytes=MAX_BYTES)
            ) from None
        finally:
            process.kill()
    if code != 0:
        words_of_it = complaint.strip() or output.strip() or str(code)
        raise CommandError(
            t("{program} failed: {reason}", program=words[0], reason=quote(words_of_it.splitlines()[0], 200))
        )
    return output


def read_within(process: subprocess.Popen[bytes], seconds: float, max_bytes: int = MAX_BYTES) -> tuple[str, str]:
    """Return a process's stdout and stderr, "" for one that is not a pipe.

    Raises TimeoutError after `seconds`, and OverflowError for more than `max_bytes`.
    """
    end = time.monotonic() + seconds
    read = {process.stdout: bytearray(), process.stderr: bytearray()}
    with selectors.DefaultSelector() as selector:
        for stream in read:
            if stream is not None:
                selector.register(stream, selectors.EVENT_READ)
        while selector.get_map():
            ready = selector.select(max(0.0, end - time.monotonic()))
            if not ready:
                raise TimeoutError
            for key, _ in ready:
                chunk = os.read(key.fd, 65536)
                if not chunk:
                    selector.unregister(key.fileobj)
                read[key.fileobj] += chunk  # type: ignore[index]
            if sum(map(len, read.values())) > max_bytes:
                raise OverflowError
    output, complaint = (
        bytes(text).decode("utf-8", "replace") for text in (read[process.stdout], read[process.stderr])
    )
    return output, complaint
