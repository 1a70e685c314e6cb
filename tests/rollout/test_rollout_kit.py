"""What is copied to a node: a configuration that the agent itself reads, and files that arrive whole or not at all."""

from __future__ import annotations

import dataclasses
import fcntl
import os
import subprocess
from pathlib import Path

import pytest
from minipanel_agent.config import parse_config

from minipanel import __version__
from minipanel.errors import CommandError
from minipanel.rollout.facts import UNIT
from minipanel.rollout.kit import AGENT as AGENT_FILE
from minipanel.rollout.kit import (
    CA,
    LOCK_SECONDS,
    SCRIPT,
    Kit,
    agent_config,
    gather_kit,
    install_command,
    install_input,
    needed_kib,
)
from minipanel.rollout.options import RolloutOptions
from minipanel.rollout.plan import spread_seconds
from minipanel.services.agent_config import AgentsNodeConfig
from minipanel.services.tokens import agent_token
from tests.rollout.example import config

SECRET = "s" * 40
AGENT = f'#!/bin/sh\necho "minipanel-agent {__version__}"\n'


@pytest.fixture
def agent(tmp_path: Path) -> Path:
    path = tmp_path / "minipanel-agent"
    path.write_text(AGENT)
    return path


def test_the_agent_reads_the_configuration_it_gets() -> None:
    read = parse_config(agent_config(config(), "node001", Kit({})))
    assert (read.server_url.text, read.node_id, read.interval) == ("http://10.0.0.1:8080", "node001", 5)
    assert (read.auth, read.spread_seconds, read.ca_file) == ("munge", spread_seconds(config()), "")


def test_with_tokens_each_node_gets_its_own() -> None:
    one, two = (
        parse_config(agent_config(config(auth="token", secret=SECRET), name, Kit({}))).token
        for name in ("node001", "node002")
    )
    assert one == agent_token(SECRET, "node001")
    assert one != two


def test_what_all_agents_shall_have_comes_with_every_roll_out() -> None:
    common = AgentsNodeConfig("/run/m y/munge.socket", 48, "/scratch/spool")
    for name in ("node001", "node002", None):
        read = parse_config(agent_config(config(agents_node=common), name, Kit({})))
        assert (read.munge_socket, read.spool_hours, read.spool_path) == ("/run/m y/munge.socket", 48, "/scratch/spool")
    left_out = agent_config(config(agents_node=AgentsNodeConfig(spool_hours=48)), "node001", Kit({}))
    assert "munge_socket" not in left_out
    assert "spool_path" not in left_out


def test_the_socket_of_munged_is_for_agents_that_use_munge() -> None:
    common = AgentsNodeConfig("/run/munge.socket", 48)
    read = parse_config(agent_config(config(auth="token", secret=SECRET, agents_node=common), "node001", Kit({})))
    assert (read.auth, read.munge_socket, read.spool_hours) == ("token", "", 48)


def test_the_panels_own_socket_of_munged_stays_its_own() -> None:
    assert "munge_socket" not in agent_config(config(munge_socket="/run/panels.socket"), "node001", Kit({}))


def test_with_https_the_agent_gets_the_ca_to_trust() -> None:
    text = agent_config(config(url="https://head:8080"), "node001", Kit({CA: b"PEM"}))
    assert parse_config(text).ca_file == "/opt/minipanel-agent/ca.pem"


def test_an_image_for_several_nodes_names_none() -> None:
    assert "node_id" not in agent_config(config(), None, Kit({}))


def test_the_kit_has_agent_unit_and_script(agent: Path) -> None:
    kit = gather_kit(config(), RolloutOptions(agent=agent))
    assert set(kit.files) == {"minipanel-agent", UNIT, SCRIPT}
    assert kit.for_node("x = 1")["config.toml"] == b"x = 1"


def test_the_certificate_beside_the_configuration_goes_along(agent: Path, tmp_path: Path) -> None:
    secure = dataclasses.replace(config(url="https://head:8080"), path=tmp_path / "config.toml")
    assert CA not in gather_kit(secure, RolloutOptions(agent=agent)).files
    (tmp_path / CA).write_text("the authority")
    assert gather_kit(secure, RolloutOptions(agent=agent)).files[CA] == b"the authority"
    other = tmp_path / "other.pem"
    other.write_text("another")
    assert gather_kit(secure, RolloutOptions(agent=agent, ca_file=other)).files[CA] == b"another"


def test_a_certificate_without_https_is_refused(agent: Path, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="--ca-file is for a panel with https"):
        gather_kit(config(), RolloutOptions(agent=agent, ca_file=tmp_path / CA))


def test_an_agent_of_another_version_is_refused(agent: Path) -> None:
    agent.write_text(AGENT.replace(__version__, "9.9.9"))
    with pytest.raises(CommandError, match=r"reports the version 'minipanel-agent 9.9.9'"):
        gather_kit(config(), RolloutOptions(agent=agent))


def test_an_agent_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="must be 'minipanel-agent"):
        gather_kit(config(), RolloutOptions(agent=tmp_path / "none"))


def test_the_space_that_is_needed_depends_on_what_is_written() -> None:
    files = {AGENT_FILE: b"a" * 140_000, "config.toml": b"c" * 300, UNIT: b"u" * 2000, SCRIPT: b"s" * 8000}
    # What arrives, its copy, and the old files; and a day of samples only if there is no agent yet.
    assert needed_kib(files, is_installed=False) == {"opt": 2 * 156 + 64, "var": 8192, "etc": 16}
    assert needed_kib(files, is_installed=True) == {"opt": 3 * 156 + 64, "var": 0, "etc": 16}


@pytest.mark.parametrize("missing", [0, 1, 1000, 250_000])
def test_files_come_whole_or_nothing_is_run_and_nothing_stays(tmp_path: Path, missing: int) -> None:
    files = {
        "minipanel-agent": bytes(range(256)) * 1000,
        SCRIPT: b'cp "$2/minipanel-agent" "$(dirname "$2")/arrived"\n',
    }
    command = install_command(files).replace("/opt", str(tmp_path))
    sent = install_input(files)
    done = subprocess.run(
        ["/bin/sh", "-c", command], input=sent[: len(sent) - missing], capture_output=True, check=False
    )
    arrived = tmp_path / "arrived"
    assert (done.returncode == 0) == (missing == 0)
    assert arrived.exists() == (missing == 0)
    assert missing or arrived.read_bytes() == files["minipanel-agent"]
    assert [path.name for path in tmp_path.iterdir()] == ([] if missing else ["arrived"])


def test_the_command_is_one_line_that_any_login_shell_passes_on() -> None:
    command = install_command({SCRIPT: b"exit 0"})
    assert command.startswith("exec /bin/sh -c '")
    assert "\n" not in command
    assert "!" not in command
    assert command.count("'") == 2


def test_what_an_earlier_copy_left_goes_and_one_under_way_stays(tmp_path: Path) -> None:
    for name in (".minipanel-agent.old", ".minipanel-agent.now"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "config.toml").write_text("token")
    files = {SCRIPT: b"ls -A $(dirname $2)"}
    under_way = os.open(tmp_path / ".minipanel-agent.now", os.O_RDONLY)
    try:
        fcntl.flock(under_way, fcntl.LOCK_EX)
        command = install_command(files).replace("/opt", str(tmp_path))
        done = subprocess.run(["/bin/sh", "-c", command], input=install_input(files), capture_output=True, check=True)
    finally:
        os.close(under_way)
    assert ".minipanel-agent.old" not in done.stdout.decode()
    assert [path.name for path in tmp_path.iterdir()] == [".minipanel-agent.now"]


def test_a_copy_under_way_is_known_as_such(tmp_path: Path) -> None:
    files = {SCRIPT: b'for one in "$(dirname $2)"/.mini*; do flock -n "$one" echo free; done; true'}
    command = install_command(files).replace("/opt", str(tmp_path))
    done = subprocess.run(["/bin/sh", "-c", command], input=install_input(files), capture_output=True, check=True)
    assert done.stdout == b""


def test_two_installations_on_a_node_wait_for_each_other(tmp_path: Path) -> None:
    files = {SCRIPT: b"exit 0"}
    command = install_command(files).replace("/opt", str(tmp_path)).replace(f"-w {LOCK_SECONDS}", "-w 0.2")
    holder = os.open(tmp_path, os.O_RDONLY)
    try:
        fcntl.flock(holder, fcntl.LOCK_EX)
        done = subprocess.run(["sh", "-c", command], input=install_input(files), capture_output=True)
    finally:
        os.close(holder)
    assert (done.returncode, done.stderr) == (1, b"another roll-out is running on this node\n")
    assert list(tmp_path.iterdir()) == []
    assert subprocess.run(["sh", "-c", command], input=install_input(files)).returncode == 0
