"""The docs show a whole set-up, as seen by somebody who presses Enter at nearly every question, in each language."""

from __future__ import annotations

import io
import re
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from minipanel.rollout.outcome import Outcome, Word
from minipanel.rollout.report import RolloutReport
from minipanel.setup import run
from minipanel.setup import screen as screens
from minipanel.setup.look import machine as looks
from minipanel.setup.look.network import OwnNetwork
from minipanel.setup.request import Request
from minipanel.setup.screen import Screen
from tests.screens import LOCALES, compare, in_locale, strictly
from tests.setup.machine import Machine, needs_root
from tests.setup.panel_stub import PanelStub

pytestmark = needs_root

ROOT = Path(__file__).resolve().parents[2]
HOSTS = "10.77.0.10 mgmt\n10.77.0.11 n1\n10.77.0.12 n2\n10.77.0.13 n3\n"
OWN = "10.77.0.10"
NETWORK = OwnNetwork("mgmt", frozenset({"127.0.0.1", OWN}), lambda peer: OWN)
TYPED = ("", "", "d n3", "", "", "", "", "", "ops@example.org", "")
"""The account, the password, the nodes twice, the database, the port, the address, HTTPS, the mail, the go-ahead."""


class SeenScreen(Screen):
    """A screen at which somebody types these lines, and its final content."""

    def __init__(self, *typed: str) -> None:
        super().__init__(strictly(), is_guided=True)
        self._typed = iter(typed)
        self.seen = ""

    def read(self, prompt: str) -> str:
        typed = next(self._typed)
        self._print(f"{prompt}{typed}\n")
        return typed

    def read_secret(self, prompt: str) -> str:
        return self.read(prompt)

    def _print(self, text: str) -> None:
        self.seen += text


class Terminal(io.StringIO):
    """Where the roll-out prints its table."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def rocky(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with Rocky Linux, and with all that the set-up looks for."""
    machine.write(
        "/etc/os-release", 'ID="rocky"\nID_LIKE="rhel"\nVERSION_ID="9.6"\nPRETTY_NAME="Rocky Linux 9.6 (Blue Onyx)"\n'
    )
    machine.write("/etc/hosts", HOSTS)
    for name, script in {
        "systemctl": 'case "$1" in --version) echo "systemd 252 (252-51.el9)";; is-active) exit 3;; '
        'show) printf "ActiveState=active\\nNRestarts=0\\n";; esac',
        "firewall-cmd": '[ "$1" != --query-port=8080/tcp ]',
    }.items():
        machine.command(name, script)
    t = strictly()
    monkeypatch.setattr(
        looks, "look_at_python", lambda _: looks.Check("Python", looks.Verdict.OK, "3.12.11 (/usr/bin/python3.12)")
    )
    munge = looks.Check("MUNGE", looks.Verdict.OK, t("a credential was made and accepted"))
    monkeypatch.setattr(looks, "look_at_munge", lambda *_: munge)
    monkeypatch.setattr(looks, "look_at_munge_version", lambda *_: None)
    free = t("{megabytes} MB are free in {folder}", megabytes="6,311", folder="/opt/minipanel")
    monkeypatch.setattr(looks, "look_at_disk", lambda *_: looks.Check(t("disk"), looks.Verdict.OK, free))
    memory = looks.Check(t("memory"), looks.Verdict.OK, t("{gigabytes} GB", gigabytes="25.3"))
    monkeypatch.setattr(looks, "look_at_memory", lambda *_: memory)
    synchronised = looks.Check(t("clock"), looks.Verdict.OK, t("synchronised"))
    monkeypatch.setattr(looks, "look_at_clock", lambda *_: synchronised)
    enforcing = looks.Check("SELinux", looks.Verdict.OK, t("enforcing"))
    monkeypatch.setattr(looks, "look_at_selinux", lambda *_: enforcing)


@pytest.mark.parametrize("language", LOCALES)
def test_the_docs_show_the_set_up(
    language: str, machine: Machine, stub: PanelStub, whole: Path, monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:  # fmt: skip
    with in_locale(language):
        request.getfixturevalue("rocky")
        shown = a_set_up(machine, stub, monkeypatch)
    compare("set-up", language, f"{unpacking(language)}\n{shown}")
    compare("set-up-end", language, last_part(shown, language))


def a_set_up(machine: Machine, stub: PanelStub, monkeypatch: pytest.MonkeyPatch) -> str:
    """Run it, and return what was seen."""
    monkeypatch.setattr(run, "NOTHING_ANSWERED", replace(run.NOTHING_ANSWERED, port=stub.port))
    monkeypatch.setattr(run, "PORT", stub.port)
    monkeypatch.setattr(screens, "time", SimpleNamespace(monotonic=lambda: 0.0))
    screen = SeenScreen(*TYPED)

    def roll_out(config: Path) -> int:
        outcomes = tuple(Outcome(name, Word.INSTALLED) for name in ("mgmt", "n1", "n2"))
        monkeypatch.setattr(sys, "stdout", Terminal())
        RolloutReport(outcomes, (), strictly()).show()
        text = sys.stdout.getvalue()  # type: ignore[attr-defined]
        monkeypatch.setattr(sys, "stdout", sys.__stdout__)
        screen.say(*(re.sub(r"\x1b\[[\d;]*m", "", line).rstrip() for line in text.splitlines()))
        return 0

    assert run.set_up(Request(is_guided=True), machine.system, screen, NETWORK, roll_out) == 0
    seen = screen.seen.replace(str(stub.port), "8080").replace("250 taken", "250 OK")
    return re.sub(r"\b[0-9a-z]{8}(?= \(shown|（只)", "eprtvjh2", seen).replace(str(machine.root), "")


def unpacking(language: str) -> str:
    """What install.sh prints before it starts the set-up."""
    script = (ROOT / "install.sh").read_text("utf-8")
    found = re.search(r'say "(Unpacking MiniPanel .*?) \.\.\." "(正在解包 MiniPanel .*?) ?……"', script)
    assert found
    text = f"{found[1]} ..." if language == "English" else f"{found[2]}……"
    return text.replace("$version", "0.1.0").replace('$("$python" -V)', "Python 3.12.11")


def last_part(shown: str, language: str) -> str:
    """From the roll-out to the account."""
    with in_locale(language):
        t = strictly()
        title, last = t("Roll-out of the agents"), t("Check the state: minipanel status")
    return shown[shown.index(f"{title}\n") : shown.index(f"\n{last}")]
