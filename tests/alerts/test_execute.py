"""A site's own program as a channel: a real one each time."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from minipanel.alerts.channels.execute import Execute
from minipanel.alerts.channels.webhook import document
from minipanel.alerts.outbox import Letter, NotSent
from tests.alerts.hooks import LETTER, eventually


def program(folder: Path, body: str, *words: str, seconds: float = 10) -> Execute:
    path = folder / "page"
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return Execute("page", (str(path), *words), seconds)


def refusal(channel: Execute, letter: Letter = LETTER) -> str:
    with pytest.raises(NotSent) as caught:
        channel.send(letter)
    return str(caught.value)


def test_it_gets_the_message_as_json_and_its_words_as_they_are(tmp_path: Path) -> None:
    channel = program(tmp_path, f'cat > {tmp_path}/told; printf "%s|" "$@"', "-q", "a b; touch /tmp/x", "$(id)")
    assert channel.send(LETTER) == "-q|a b; touch /tmp/x|$(id)|"
    assert json.loads((tmp_path / "told").read_text("utf-8")) == document(LETTER)


def test_its_environment_is_clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINIPANEL_SECRET", "sesame")
    said = program(tmp_path, "/usr/bin/env; pwd").send(LETTER)
    assert "MINIPANEL_SECRET" not in said
    assert {"PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8", "HOME=/"} <= set(said.split())


def test_an_exit_other_than_0_is_a_failure_with_what_it_wrote(tmp_path: Path) -> None:
    said = refusal(program(tmp_path, 'printf "no \\033[1mmodem\\n" >&2; exit 3'))
    assert said == f"{tmp_path}/page exited with 3: no \\x1b[1mmodem"
    assert "was killed by signal 9" in refusal(program(tmp_path, "kill -9 $$"))


def test_what_it_writes_is_kept_in_part_and_not_waited_for(tmp_path: Path) -> None:
    assert len(program(tmp_path, "head -c 10000000 /dev/zero | tr '\\0' x").send(LETTER)) < 200


def test_a_program_that_does_not_read_is_none_the_worse(tmp_path: Path) -> None:
    long = Letter("k", "s", "x" * 1_000_000, "hot", 0)
    assert program(tmp_path, "echo fine").send(long) == "fine"


def test_one_that_hangs_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    channel = program(tmp_path, f"sleep 600 & echo $! > {tmp_path}/pid; sleep 600", seconds=1)
    assert refusal(channel) == f"{tmp_path}/page did not finish within 1 seconds."
    child = int((tmp_path / "pid").read_text())
    assert eventually(lambda: not _runs(child))


def test_one_that_leaves_something_behind_is_over_when_itself_is(tmp_path: Path) -> None:
    channel = program(tmp_path, f"sleep 600 & echo $! > {tmp_path}/pid; echo sent", seconds=60)
    assert channel.send(LETTER) == "sent"
    child = int((tmp_path / "pid").read_text())
    assert eventually(lambda: not _runs(child))


def test_one_that_is_not_there_or_may_not_be_run_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no program")
    assert refusal(Execute("x", (f"{tmp_path}/none",))) == f"{tmp_path}/none can't be run: No such file or directory."
    assert "can't be run: Permission denied" in refusal(Execute("x", (f"{tmp_path}/text",)))


def _runs(pid: int) -> bool:
    """Return whether a process exists and is not a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_the_test_of_whether_a_process_runs_can_say_yes() -> None:
    assert _runs(os.getpid())
