"""distribute-agents.sh: the roll-out under the name that people know. It first offers the changes in /etc/hosts."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.setup.terminal import Terminal

SCRIPT = Path(__file__).resolve().parent.parent.parent / "distribute-agents.sh"
INSTALLED = "/opt/minipanel/minipanel"

# Asks like `minipanel nodes sync`, and prints how it was called.
MINIPANEL = """\
#!/bin/sh
echo "called: $*"
case $1 in
    nodes) printf 'Write it? '; read -r answer; exit "$answer" ;;
esac
exit 7
"""


class Machine:
    """A machine with MiniPanel installed, or only unpacked, and with a stand-in for `minipanel`."""

    def __init__(self, folder: Path) -> None:
        self.script = folder / SCRIPT.name
        self.installed = folder / "opt/minipanel"
        self.checkout = folder / ".venv/bin/minipanel"
        self.environment = {"PATH": f"{folder}/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}
        self._id = folder / "bin/id"
        self._id.parent.mkdir()
        self.be_user(0)
        self.script.write_text(SCRIPT.read_text().replace(INSTALLED, str(self.installed)))
        shutil.copymode(SCRIPT, self.script)
        (folder / "deploy").mkdir()
        shutil.copy(SCRIPT.parent / "deploy/language.sh", folder / "deploy")

    def put(self, minipanel: Path) -> None:
        minipanel.parent.mkdir(parents=True)
        minipanel.write_text(MINIPANEL)
        minipanel.chmod(0o755)

    def be_user(self, number: int) -> None:
        self._id.write_text(f"#!/bin/sh\necho {number}\n")
        self._id.chmod(0o755)

    def run(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run it without a terminal."""
        whole = {**self.environment, **environment}
        return subprocess.run(
            [self.script, *words], capture_output=True, text=True, check=False, env=whole, stdin=subprocess.DEVNULL
        )

    def at_a_terminal(self, *words: str) -> Terminal:
        return Terminal([str(self.script), *words], environment={**os.environ, **self.environment})


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    made = Machine(tmp_path)
    made.put(made.installed)
    return made


def test_the_script_names_the_place_where_the_set_up_puts_the_command() -> None:
    assert f"installed={INSTALLED}\n" in SCRIPT.read_text()


def test_everything_is_passed_on(machine: Machine) -> None:
    done = machine.run("node[1-2]", "--force")
    assert (done.returncode, done.stdout) == (7, "called: rollout node[1-2] --force\n")


def test_in_an_unpacked_archive_that_is_not_installed_it_is_the_roll_out(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    machine.put(machine.checkout)
    machine.be_user(1000)
    done = machine.run("a b")
    assert (done.returncode, done.stdout) == (7, "called: rollout a b\n")


def test_without_minipanel_it_says_what_to_do(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    done = machine.run()
    assert (done.returncode, done.stderr) == (1, "MiniPanel is not installed on this machine; run install.sh first.\n")
    assert machine.run(LC_ALL="zh_CN.UTF-8").stderr == "本机未安装 MiniPanel；请先运行 install.sh。\n"


def test_a_user_who_is_not_root_is_asked_to_become_root(machine: Machine) -> None:
    machine.be_user(1000)
    done = machine.run()
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"Only root can do this; use: sudo {machine.script}\n"
    assert machine.run(LANG="zh_CN.UTF-8").stderr == f"请以 root 权限运行：sudo {machine.script}\n"
    assert machine.run("--help").stdout == "called: rollout --help\n"


def test_without_a_terminal_nothing_is_asked(machine: Machine) -> None:
    done = machine.run()
    assert (done.returncode, done.stdout) == (7, "called: rollout\n")


@pytest.mark.parametrize("answer", ["0", "1"], ids=["written", "declined"])
def test_at_a_terminal_it_first_offers_what_is_new_in_the_hosts_file(machine: Machine, answer: str) -> None:
    with machine.at_a_terminal() as terminal:
        terminal.expect("called: nodes sync --no-rollout")
        terminal.expect(r"Write it\? ")
        terminal.type(answer)
        terminal.expect("called: rollout")
        assert terminal.end() == 7


def test_options_say_what_is_wanted_so_nothing_is_offered(machine: Machine) -> None:
    with machine.at_a_terminal("--only-failed") as terminal:
        assert terminal.end() == 7
        assert "nodes sync" not in terminal.shown


def test_a_configuration_that_can_not_be_read_ends_it(machine: Machine) -> None:
    with machine.at_a_terminal() as terminal:
        terminal.expect(r"Write it\? ")
        terminal.type("2")
        assert terminal.end() == 2
        assert "rollout" not in terminal.shown.replace("--no-rollout", "")


def test_ctrl_c_at_the_question_ends_it_without_a_roll_out(machine: Machine) -> None:
    # Like the real command: it handles the key itself and exits cleanly.
    machine.installed.write_text(MINIPANEL.replace("printf", "trap 'echo Interrupted.; exit 1' INT; printf"))
    with machine.at_a_terminal() as terminal:
        terminal.expect(r"Write it\? ")
        terminal.press("\x03")
        assert terminal.end() == 130
        assert "called: rollout" not in terminal.shown
