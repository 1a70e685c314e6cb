"""The agent in the image of diskless nodes, and the files in deploy/."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from minipanel_agent.config import parse_config

from minipanel.errors import CommandError
from minipanel.rollout.facts import UNIT
from minipanel.rollout.image import clear_image, only_node, write_image
from minipanel.rollout.kit import SCRIPT, Kit
from minipanel.rollout.outcome import Word
from minipanel.rollout.plan import Plan, Target
from minipanel.translations.language import in_english
from tests.rollout.example import config

DEPLOY = Path(__file__).resolve().parent.parent.parent / "deploy"
SAY = in_english
KIT = Kit({"minipanel-agent": b"agent", UNIT: (DEPLOY / UNIT).read_bytes(), SCRIPT: (DEPLOY / SCRIPT).read_bytes()})
WANTED_BY = "etc/systemd/system/multi-user.target.wants/minipanel-agent.service"


@pytest.fixture
def image(tmp_path: Path) -> Path:
    if os.geteuid() != 0:
        pytest.skip("install-agent.sh needs root")
    (tmp_path / "image/etc").mkdir(parents=True)
    return tmp_path / "image"


def test_an_image_gets_agent_configuration_and_an_enabled_unit(image: Path) -> None:
    assert write_image(config(), image, KIT, None, SAY).word == Word.INSTALLED
    home = image / "opt/minipanel-agent"
    assert sorted(path.name for path in home.iterdir()) == ["config.toml", "minipanel-agent"]
    assert (home / "config.toml").stat().st_mode & 0o777 == 0o600
    assert (home / "minipanel-agent").stat().st_mode & 0o777 == 0o755
    assert parse_config((home / "config.toml").read_text()).node_id == os.uname().nodename
    assert (image / WANTED_BY).readlink() == Path("/etc/systemd/system/minipanel-agent.service")
    if shutil.which("systemctl"):
        asked = ["systemctl", f"--root={image}", "is-enabled", UNIT]
        assert subprocess.run(asked, capture_output=True, text=True, check=False).stdout == "enabled\n"


def test_removing_takes_what_a_killed_roll_out_left(image: Path) -> None:
    left = image / "opt/.minipanel-agent.abcdef"
    left.mkdir(parents=True)
    (left / "config.toml").write_text("token")
    assert clear_image(image, KIT, SAY).word == Word.REMOVED
    assert not left.exists()


def test_writing_twice_is_as_once_and_removing_leaves_nothing(image: Path) -> None:
    write_image(config(), image, KIT, "node001", SAY)
    before = {path: path.is_file() and path.read_bytes() for path in image.rglob("*")}
    assert write_image(config(), image, KIT, "node001", SAY).word == Word.INSTALLED
    assert {path: path.is_file() and path.read_bytes() for path in image.rglob("*")} == before
    assert clear_image(image, KIT, SAY).word == Word.REMOVED
    assert [path for path in image.rglob("*") if not path.is_dir()] == []
    assert clear_image(image, KIT, SAY).word == Word.REMOVED


def test_a_folder_that_is_not_an_image_is_refused(image: Path) -> None:
    outcome = write_image(config(), image / "etc", KIT, None, SAY)
    assert outcome.word == Word.INSTALL_FAILED
    assert outcome.sentence == f"{image / 'etc'} is not the image of a node: it has no etc."


def test_an_image_that_takes_too_long_is_an_outcome(image: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("minipanel.rollout.image.INSTALL_SECONDS", 0)
    assert write_image(config(), image, KIT, None, SAY).word == Word.TIMED_OUT


def test_an_image_for_all_nodes_can_not_contain_a_token(image: Path) -> None:
    with pytest.raises(CommandError, match="each node has its own token"):
        write_image(config(auth="token", secret="s" * 40), image, KIT, None, SAY)


def test_an_image_is_for_one_named_node_or_for_all() -> None:
    one, two = Target("n1", "10.0.0.2", False), Target("n2", "10.0.0.3", False)
    assert only_node(Plan((one, two)), None) is None
    assert only_node(Plan((one,)), "n1") == "n1"
    with pytest.raises(CommandError, match="--root takes one node"):
        only_node(Plan((one, two)), "n[1-2]")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_systemd_understands_the_unit_and_finds_it_well_locked_in() -> None:
    verified = subprocess.run(["systemd-analyze", "verify", DEPLOY / UNIT], capture_output=True, text=True, check=False)
    # It exits with 0 for keys it does not know, and reports them.
    assert (verified.returncode, verified.stderr) == (0, "")
    rated = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=30", DEPLOY / UNIT],
        capture_output=True,
        text=True,
        check=False,
    )
    assert rated.returncode == 0, rated.stdout
