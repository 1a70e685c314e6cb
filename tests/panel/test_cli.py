"""The command line as a whole: its help, its exit codes, and that people never see a traceback."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from minipanel import __version__
from tests.panel.commands import ENVIRONMENT, command, run, written_config

COMMANDS = [
    ["panel", "serve"],
    ["serve"],
    ["nodes", "list"],
    ["nodes", "add", "n9", "10.0.0.99"],
    ["nodes", "remove", "n9"],
    ["access", "passwd", "--stdin"],
    ["passwd", "--stdin"],
    ["agents", "check"],
    ["agents", "remove", "n9"],
    ["status"],
]


def test_the_version_is_printed() -> None:
    done = run("--version")
    assert (done.returncode, done.stdout) == (0, f"minipanel {__version__}\n")


def test_help_names_a_dozen_commands_that_people_need() -> None:
    done = run("--help")
    assert done.returncode == 0
    names = re.findall(r"^  (\w+) ", done.stdout.partition("Commands:")[2], re.MULTILINE)
    assert {"setup", "rollout", "status", "nodes", "agents", "access", "panel", "backup", "try"} <= set(names)
    assert len(names) <= 16


@pytest.mark.parametrize(("old", "new"), [("serve", "panel serve"), ("passwd", "access passwd")])
def test_a_name_of_earlier_releases_works_and_is_in_no_help(old: str, new: str) -> None:
    told = run(old, "--help").stdout
    assert told
    assert told == run(*new.split(), "--help").stdout.replace(f"minipanel {new}", f"minipanel {old}")
    assert f"\n  {old} " not in run("--help").stdout


@pytest.mark.parametrize(
    "words", [["bogus"], ["nodes"], ["nodes", "add"], ["status", "--nope"], ["try", "--port", "x"]]
)
def test_a_command_line_that_can_not_be_understood_ends_with_2(words: list[str]) -> None:
    done = run(*words)
    assert done.returncode == 2
    assert "Usage: minipanel" in done.stdout + done.stderr


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_missing_configuration_is_one_sentence_and_exit_code_2(words: list[str], tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    done = run(*words, "--config", path)
    assert done.returncode == 2
    assert done.stderr == f"{path} is missing; name the configuration with --config or MINIPANEL_CONFIG.\n"
    assert done.stdout == ""


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_bad_configuration_is_one_sentence_and_exit_code_2(words: list[str], tmp_path: Path) -> None:
    path = written_config(tmp_path).path
    path.write_text(path.read_text().replace("interval = 5", "interval = 7"))
    done = run(*words, MINIPANEL_CONFIG=str(path))
    assert done.returncode == 2
    assert done.stderr == f"{path}: interval in [agents] is 7; it must be a multiple of 5 from 5 to 60.\n"


def test_the_option_goes_before_the_variable(tmp_path: Path) -> None:
    config = written_config(tmp_path)
    done = run("nodes", "list", "--config", config.path, MINIPANEL_CONFIG="/nowhere.toml")
    assert done.returncode == 0


def test_a_reader_that_stops_reading_does_no_harm(tmp_path: Path) -> None:
    path = written_config(tmp_path).path
    words = command("nodes", "list", "--config", path)
    # The reading end is closed before anything is written.
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENVIRONMENT)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    with process.stderr:
        assert process.stderr.read() == b""
    assert process.wait(20) == 1


def test_a_panel_does_not_load_what_only_commands_need() -> None:
    code = "import sys, minipanel.serving.__main__; print(*sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=ENVIRONMENT)
    modules = set(loaded.stdout.split())
    assert "minipanel.app" in modules
    assert not modules & {"typer", "rich", "tomlkit", "minipanel.cli"}


def test_a_command_loads_what_it_needs_and_nothing_of_the_others() -> None:
    code = "import sys, minipanel.cli; print(*sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=ENVIRONMENT)
    modules = set(loaded.stdout.split())
    assert "minipanel.cli.access" in modules
    assert not modules & {"sqlite3", "jwt", "msgspec", "rich", "tomlkit", "asyncio", "ssl"}
    rooms = ("access", "alerts", "commands", "database", "doctor", "rollout", "services", "serving", "trial")
    assert [name for name in modules if name.startswith(tuple(f"minipanel.{room}" for room in rooms))] == []
    assert {name for name in modules if name.startswith(("minipanel.setup.", "minipanel.top."))} == {
        "minipanel.setup.request",
        "minipanel.top.sorts",
    }


def test_the_panel_takes_nothing_from_the_folder_it_is_started_in(tmp_path: Path) -> None:
    (tmp_path / "uvicorn.py").write_text("raise SystemExit('taken from the current folder')")
    words = command("serve", "--config", "/nowhere.toml")
    # Started like the installed script, which does not have the current folder on its path.
    words[1:2] = ["-P", "-m"]
    done = subprocess.run(words, capture_output=True, text=True, cwd=tmp_path, env=ENVIRONMENT, timeout=30)
    assert "/nowhere.toml is missing" in done.stderr
