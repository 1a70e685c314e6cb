"""`minipanel top` at a real terminal, beside a real panel whose nodes report."""

from __future__ import annotations

import os
import re
import shlex
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from minipanel.demo.nodes import racks
from tests.e2e.fleet import Fleet, running_fleet
from tests.panel.commands import run
from tests.top.session import Session

NAMES = racks(4, 16)


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """64 nodes in four racks. One never reports; the newest ten minutes are known."""
    with running_fleet(tmp_path_factory.mktemp("fleet"), NAMES, minutes=10, silent=["r02n03"]) as fleet:
        while '"up": 63' not in run("top", "--json", "--config", fleet.config.path).stdout:
            time.sleep(0.2)
        yield fleet


def top(fleet: Fleet, *words: str, **more: str) -> Session:
    return Session("--config", fleet.config.path, *words, **more)


def test_it_shows_the_cluster_and_what_the_keys_ask_for(fleet: Fleet) -> None:
    with top(fleet) as session:
        session.wait_for("64 nodes  63 up  1 never")
        session.wait_for("r01n[01-16]")
        session.wait_for("> r02n03   never")
        session.press("m")
        session.wait_for("memory  0123456789 x10%")
        session.press("s")
        session.wait_for("by name")
        session.press("/r03n[01-02]")
        session.wait_for("2 of 64 nodes  2 up")
        session.press("\r")
        session.wait_for("filter: r03n[01-02]")
        session.press("\x1b[B\r")
        session.wait_for("r03n02  up")
        session.wait_for("an hour ago")
        assert re.search(r"last hour, 1[12]\d of 720 samples", session.shown), session.shown
        session.press("\x1b")
        session.wait_for("filter: r03n[01-02]")
        session.press("?")
        session.wait_for("Any key closes this.")
        session.press("x")
        session.wait_for("filter: r03n[01-02]")
        session.press("q")
        assert session.end() == 0
        assert session.is_as_it_was


def test_it_begins_with_what_the_command_line_asks_for(fleet: Fleet) -> None:
    with top(fleet, "--nodes", "r04", "--sort", "temperature", "--reverse") as session:
        session.wait_for("16 of 64 nodes  16 up")
        session.wait_for("by temperature, reversed")
        session.wait_for("temperature  0123456789 x10°C")


def test_values_come_as_they_are_stored(fleet: Fleet) -> None:
    with top(fleet) as session:
        session.wait_for("63 up")
        first = session.screen.display[0]
        time.sleep(1.1)
        session.wait_without(first, seconds=12)


def test_it_follows_the_size_of_the_terminal(fleet: Fleet) -> None:
    with top(fleet) as session:
        session.wait_for("63 up")
        session.resize(120, 40)
        session.wait_for("CLOCK")
        session.wait_for("q quit")
        assert session.screen.display[-1].startswith("? help")
        session.resize(30, 8)
        session.wait_for("The terminal is too small")
        session.resize(80, 24)
        session.wait_for("> r02n03   never")


def test_a_key_that_comes_with_a_signal_is_not_lost(fleet: Fleet) -> None:
    with top(fleet) as session:
        session.wait_for("63 up")
        session.process.send_signal(signal.SIGSTOP)
        session.resize(100, 30)
        session.press("q")
        session.process.send_signal(signal.SIGCONT)
        assert session.end() == 0


def test_it_says_that_the_panel_is_away_keeps_the_values_and_goes_on_when_it_is_back(fleet: Fleet) -> None:
    with top(fleet) as session:
        session.wait_for("63 up")
        fleet.stop_panel()
        try:
            session.wait_for("no connection for ")
            session.wait_for("can't be reached: Connection refused.")
            assert "r01n[01-16]" in session.shown
            assert "63 up" in session.shown
        finally:
            fleet.start_panel()
        session.wait_without("no connection for ")
        session.wait_for("63 up")
        session.press("q")
        assert session.end() == 0


@pytest.mark.parametrize(
    ("key", "code"), [("q", 0), ("\x1b", 0), ("\x03", 0), ("\x1c", -signal.SIGQUIT)], ids=["q", "esc", "ctrl-c", "quit"]
)
def test_a_key_that_ends_it_leaves_the_terminal_as_it_was(fleet: Fleet, key: str, code: int) -> None:
    with top(fleet) as session:
        session.wait_for("63 up")
        assert not session.is_as_it_was
        session.press(key)
        assert session.end() == code
        assert session.is_as_it_was


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_that_ends_it_leaves_the_terminal_as_it_was(fleet: Fleet, number: signal.Signals) -> None:
    with top(fleet) as session:
        session.wait_for("63 up")
        session.process.send_signal(number)
        assert session.end() == (0 if number == signal.SIGINT else -number)
        assert session.is_as_it_was


def words_of_top(fleet: Fleet) -> str:
    return shlex.join([sys.executable, "-m", "minipanel", "top", "--config", str(fleet.config.path)])


def only_child_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/task/{pid}/children").read_text())


def test_one_that_is_killed_leaves_the_terminal_as_it_was_too(fleet: Fleet) -> None:
    # Started by a program that does not restore the terminal itself.
    with Session(command=["bash", "-c", f"{words_of_top(fleet)}; sleep 60"]) as session:
        session.wait_for("63 up")
        os.kill(only_child_of(session.process.pid), signal.SIGKILL)
        session.wait_until_it_is_as_it_was()


def test_a_shell_that_reads_a_line_again_keeps_its_modes_when_top_is_killed(fleet: Fleet) -> None:
    folder = fleet.database.parent
    with Session(command=["bash", "--norc", "--noprofile", "-i"], PS1="ready> ", HISTFILE="/dev/null") as session:
        session.wait_for("ready> ")
        session.press(f"stty -g > {folder}/before; {words_of_top(fleet)}\n")
        session.wait_for("63 up")
        os.kill(only_child_of(session.process.pid), signal.SIGKILL)
        # It does not matter which comes first, the shell's message or the screen.
        session.wait_until_sent(b"\x1b[?1049l", b"Killed")
        session.press(f"{words_of_top(fleet)}\n")
        session.wait_for("63 up")
        session.press("\x1a")
        session.wait_for("Stopped")
        child = only_child_of(session.process.pid)
        os.kill(child, signal.SIGKILL)
        session.wait_for("ready> ")
        while Path(f"/proc/{child}").exists():
            session.read(0.05)
        session.press(f"stty -g > {folder}/after; echo left\n")
        session.wait_for("\nleft")
        assert (folder / "before").read_text() == (folder / "after").read_text()
        assert session.sent.count(b"\x1b[?1049l") == 2, "stopped, it had given the terminal back"
        session.press("exit\n")
        session.end()


def test_a_terminal_stopped_with_ctrl_s_blocks_no_signal(fleet: Fleet) -> None:
    with top(fleet) as session:
        session.wait_for("63 up")
        session.press("\x13")
        time.sleep(2.5)  # by then a picture waits to be written
        session.process.send_signal(signal.SIGTERM)
        assert session.end(seconds=8) == -signal.SIGTERM
        assert session.is_as_it_was


def test_ctrl_s_and_ctrl_q_leave_a_whole_picture(fleet: Fleet) -> None:
    with top(fleet) as session:
        session.wait_for("63 up")
        session.press("\x13")
        time.sleep(2.5)
        session.press("s")
        session.press("\x11")
        session.wait_for("by name")
        session.wait_for("q quit")


def test_ctrl_z_gives_the_terminal_back_and_fg_takes_it_again(fleet: Fleet) -> None:
    folder = fleet.database.parent
    with Session(command=["bash", "--norc", "--noprofile", "-i"], PS1="ready> ", HISTFILE="/dev/null") as session:
        session.wait_for("ready> ")
        session.press(f"stty -g > {folder}/before; {words_of_top(fleet)}\n")
        session.wait_for("63 up")
        session.press("\x1a")
        session.wait_for("Stopped")
        session.press(f"stty -g > {folder}/stopped; echo given back\n")
        session.wait_for("\ngiven back")
        session.press("fg\n")
        session.wait_for("64 nodes  63 up")
        session.press("q")
        session.wait_without("64 nodes  63 up")
        session.press(f"stty -g > {folder}/after; echo left\n")
        session.wait_for("\nleft")
        before, stopped, after = ((folder / name).read_text() for name in ("before", "stopped", "after"))
        assert before == stopped == after
        session.press("exit\n")
        session.end()


def test_a_terminal_that_goes_away_ends_it(fleet: Fleet) -> None:
    session = top(fleet)
    session.wait_for("63 up")
    os.close(session.slave)
    os.close(session.master)
    # Because of the signal, or because nobody can type any more, whichever comes first.
    assert session.process.wait(10) in (-signal.SIGHUP, 0)


def test_it_starts_with_one_sentence_where_the_panel_is_down(fleet: Fleet) -> None:
    fleet.stop_panel()
    try:
        with top(fleet) as session:
            assert session.end() == 1
            assert (
                "can't be reached: Connection refused. Start the panel" in re.sub(rb"\s+", b" ", session.sent).decode()
            )
            assert b"\x1b" not in session.sent
    finally:
        fleet.start_panel()


def test_a_terminal_that_can_not_move_its_cursor_gets_the_list_once(fleet: Fleet) -> None:
    with top(fleet, TERM="dumb") as session:
        assert session.end() == 0
        assert session.sent.count(b"\r\n") > 64
        assert b"\x1b" not in session.sent


def test_without_colours_and_without_utf_8_it_is_all_ascii(fleet: Fleet) -> None:
    with top(fleet, NO_COLOR="1", LC_ALL="C", PYTHONUTF8="0") as session:
        session.wait_for("63 up")
        session.wait_for("####")
        assert session.sent.isascii()
        assert not re.search(rb"\x1b\[[0-9;]*(?:3|4)[0-8]", session.sent)


def test_it_costs_little(fleet: Fleet) -> None:
    with top(fleet) as session:
        session.wait_for("63 up")
        before = processor_seconds(session.process.pid)
        end = time.monotonic() + 5
        while time.monotonic() < end:
            session.read(0.2)
        # Measured with 1,000 nodes: under 1 % of a core.
        assert (processor_seconds(session.process.pid) - before) / 5 < 0.05


def processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
