"""The scripts' own work: which Python they choose, what they print if something is missing, skip and count."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.locales import LOCALES
from tests.punctuation import HALF_WIDTH

ROOT = Path(__file__).resolve().parent.parent

SHIM = '#!/bin/sh\necho "pyenv: python3: command not found" >&2\nexit 127\n'
"""A version manager's answer for a Python that it does not have."""

REPORT = """<?xml version="1.0"?>
<testsuites><testsuite name="a" tests="5" failures="1" errors="1" skipped="1"/><testsuite tests="2" failures="0"/>
</testsuites>"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a folder with only the scripts: a project before its first start."""
    for folder in ("scripts", "deploy"):
        shutil.copytree(ROOT / folder, tmp_path / "project" / folder)
    return tmp_path / "project"


def fake_python(path: Path, version: str, complete: bool) -> Path:
    """Make a program that answers the scripts' question as a Python of that version would."""
    path.write_text(f"#!/bin/sh\necho {version.replace('.', ' ')} {int(complete)}\n")
    path.chmod(0o755)
    return path


def shell(project: Path, script: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run lines of bash after sourcing setup.sh."""
    lines = f". {project}/scripts/setup.sh\nset -euo pipefail\n{script}"
    whole = {**os.environ, "TMPDIR": str(project), **environment}
    return subprocess.run(["bash", "-c", lines], capture_output=True, text=True, timeout=60, env=whole)


def test_a_shim_that_only_prints_an_error_is_passed_over(project: Path, tmp_path: Path) -> None:
    shims, real = tmp_path / "shims", tmp_path / "real"
    for folder in (shims, real):
        folder.mkdir()
    (shims / "python3").write_text(SHIM)
    (shims / "python3").chmod(0o755)
    wanted = fake_python(real / "python3", "3.12", complete=True)
    found = shell(
        project, 'find_python; echo "$found"', PATH=f"{shims}:{real}:{os.environ['PATH']}", MINIPANEL_PYTHON=""
    )
    assert found.stdout.strip() == str(wanted)


def test_a_python_that_is_too_old_is_named_with_the_remedy(project: Path, tmp_path: Path) -> None:
    old = fake_python(tmp_path / "python3", "3.9", complete=True)
    result = subprocess.run(
        [project / "scripts" / "run"],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "MINIPANEL_PYTHON": str(old)},
    )
    assert result.returncode == 1
    assert result.stderr.startswith(f"MiniPanel needs Python 3.11 or newer, and the newest is 3.9 ({old}); install one")
    assert result.stderr.count("\n") == 1


def test_a_python_without_venv_is_named_with_the_package(project: Path, tmp_path: Path) -> None:
    bare = fake_python(tmp_path / "python3", "3.13", complete=False)
    result = shell(project, "find_python", MINIPANEL_PYTHON=str(bare))
    assert result.returncode == 1
    assert f"{bare} has no venv and ensurepip" in result.stderr
    assert "python3.13" in result.stderr.split("install")[-1]


def test_a_step_without_a_network_ends_with_one_sentence(project: Path) -> None:
    result = shell(project, "step Installing sh -c 'echo Max retries exceeded; exit 1' || fail_step 'It failed.'")
    assert result.returncode == 1
    assert result.stderr.splitlines()[-1].startswith("The first set-up needs the package indexes")
    assert "Max retries" not in result.stderr


def test_a_step_that_fails_otherwise_shows_the_end_of_its_output(project: Path) -> None:
    result = shell(project, "step Installing sh -c 'echo disk full; exit 3' || fail_step 'It failed.'")
    assert result.returncode == 1
    assert result.stderr.splitlines()[-2:] == ["disk full", "It failed."]


def test_a_signal_ends_a_step_with_all_its_children(project: Path, tmp_path: Path) -> None:
    child = tmp_path / "child"
    script = f". {project}/scripts/setup.sh\nstep Working bash -c 'sleep 60 & echo $! >{child}; wait'"
    process = subprocess.Popen(["bash", "-c", script], stderr=subprocess.PIPE, text=True)
    pid = int(wait_for_text(child))
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=20)
    assert process.returncode == 128 + signal.SIGTERM
    assert "Stopped." in said
    assert is_gone(pid)


def test_a_stage_of_the_tests_ends_with_the_script_that_was_killed(project: Path, tmp_path: Path) -> None:
    limited = (ROOT / "scripts" / "test").read_text().split("\nlimited() {")[1].split("\n}\n")[0]
    child = tmp_path / "child"
    stage = f"limit=60\nlimited() {{{limited}\n}}\nlimited sh -c 'echo $$ >{child}; exec sleep 60'"
    process = subprocess.Popen(["bash", "-c", f". {project}/scripts/setup.sh\n{stage}"])
    pid = int(wait_for_text(child))
    process.kill()
    process.wait()
    assert is_gone(pid)


def wait_for_text(path: Path) -> str:
    for _ in range(200):
        if path.exists() and path.read_text().strip():
            return path.read_text()
        time.sleep(0.05)
    raise AssertionError(f"{path} was not written in 10 s")


def is_gone(pid: int) -> bool:
    """Return whether the process has ended, also if nobody has waited for it yet."""
    for _ in range(100):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False


def test_a_lock_is_installed_once_and_again_after_it_changed(project: Path) -> None:
    (project / ".venv").mkdir()
    lock = project / "some.lock"
    lock.write_text("one\n")
    script = 'python=true\nensure_lock some.lock "Installing the packages"'
    assert "Installing the packages" in shell(project, script).stderr
    assert shell(project, script).stderr == ""
    lock.write_text("two\n")
    assert "Installing the packages" in shell(project, script).stderr


def test_an_installation_that_failed_is_tried_again(project: Path) -> None:
    (project / ".venv").mkdir()
    (project / "some.lock").write_text("one\n")
    assert shell(project, 'python=false\nensure_lock some.lock "Installing the packages"').returncode == 1
    assert (
        "Installing the packages"
        in shell(project, 'python=true\nensure_lock some.lock "Installing the packages"').stderr
    )


@pytest.mark.parametrize(
    ("pip", "is_ready"),
    [
        ("exit 0", True),
        ("echo Max retries exceeded; exit 1", True),
        ("echo Installing collected packages: a, b; exit 1", False),
        ("kill -KILL $PPID", False),
    ],
)
def test_a_venv_is_made_again_after_pip_was_interrupted(project: Path, pip: str, is_ready: bool) -> None:
    ready = project / ".venv" / ".ready"
    ready.parent.mkdir()
    ready.write_text("ready")
    (project / "some.lock").write_text("one\n")
    python = project / "python"
    python.write_text(f"#!/bin/sh\n{pip}\n")
    python.chmod(0o755)
    shell(project, f'python={python}\nensure_lock some.lock "Installing the packages"')
    assert ready.exists() == is_ready


def test_a_second_set_up_waits_for_a_step_of_a_killed_one(project: Path, tmp_path: Path) -> None:
    step = f"echo begun >{tmp_path}/step; while [ -e {tmp_path}/step ]; do sleep 0.05; done; echo >{tmp_path}/done"
    begun = subprocess.Popen(["bash", "-c", f". {project}/scripts/setup.sh; lock_setup; step Working sh -c '{step}'"])
    wait_for_text(tmp_path / "step")
    begun.kill()
    begun.wait()
    second = subprocess.Popen(
        ["bash", "-c", f". {project}/scripts/setup.sh; lock_setup; cat {tmp_path}/done"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "LC_ALL": "C"},
    )
    assert second.stderr is not None
    assert second.stderr.readline().startswith("Waiting for another set-up")
    (tmp_path / "step").unlink()
    assert second.communicate(timeout=20) == ("\n", "")


def test_the_page_counts_as_changed_with_its_sources_only(project: Path) -> None:
    web = project / "web"
    (web / "node_modules").mkdir(parents=True)
    (web / "src").mkdir()
    (web / "src" / "main.ts").write_text("1")
    before = shell(project, "page_hash").stdout
    (web / "node_modules" / "some.js").write_text("2")
    assert shell(project, "page_hash").stdout == before
    (web / "src" / "main.ts").write_text("3")
    assert shell(project, "page_hash").stdout != before


LACKING = """
. "$root/scripts/packages.sh"
needed_packages='no-such-command some-package some-package'
id() { echo 1000; }
ensure_packages
"""


def test_a_user_sees_which_packages_are_missing_and_the_rest_continues(project: Path) -> None:
    result = shell(project, LACKING, CI="")
    assert result.returncode == 0
    assert result.stderr == "Not installed, so what needs them is skipped: some-package\n"


def test_under_ci_a_missing_package_is_a_failure(project: Path) -> None:
    result = shell(project, LACKING, CI="true")
    assert result.returncode == 1
    assert "some-package" in result.stderr


def test_the_counts_of_a_report_are_those_of_all_its_suites(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(REPORT)
    counted = subprocess.run(
        [sys.executable, ROOT / "scripts" / "counts.py", report], capture_output=True, text=True, check=True
    )
    assert counted.stdout.split() == ["4", "2", "1"]


def test_the_failed_tests_of_a_report_are_named(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    kinds = {"passed": "", "failed": "<failure/>", "no fixture": "<error/>", "left out": "<skipped/>"}
    cases = "".join(f'<testcase classname="tests.a" name="{name}">{kind}</testcase>' for name, kind in kinds.items())
    report.write_text(f"<testsuites><testsuite>{cases}</testsuite></testsuites>")
    named = subprocess.run(
        [sys.executable, ROOT / "scripts" / "counts.py", "--failed", report], capture_output=True, text=True, check=True
    )
    assert named.stdout.splitlines() == ["  tests.a failed", "  tests.a no fixture"]


def test_the_slowest_tests_of_all_reports_are_named(tmp_path: Path) -> None:
    for name, times in (("a", (0.5, 20.25)), ("b", range(1, 12))):
        cases = "".join(f'<testcase classname="tests.{name}" name="test_{k}" time="{k}"/>' for k in times)
        (tmp_path / f"{name}.xml").write_text(f"<testsuites><testsuite>{cases}</testsuite></testsuites>")
    told = subprocess.run(
        [sys.executable, ROOT / "scripts" / "counts.py", "--slowest", *(tmp_path / f"{x}.xml" for x in "abc")],
        capture_output=True,
        text=True,
        check=True,
    )
    lines = told.stdout.splitlines()
    assert len(lines) == 10
    assert lines[0] == "  20.2 s  tests.a test_20.25"
    assert lines[-1] == "   3.0 s  tests.b test_3"


LISTS = """
. "$root/scripts/packages.sh"
lists() { [ "$list" = good ] && return; echo 'Hit:1 http://good trixie InRelease'
    echo 'Err:2 http://bad.example trixie InRelease'; echo "  Could not resolve 'bad.example'"
    echo "E: The repository 'http://bad.example trixie Release' does not have a Release file."; return 100; }
apt-get() { case "$*" in
    update) lists ;;
    *no-such*) echo 'E: Unable to locate package no-such'; return 100 ;;
esac; }
dpkg() { :; }
install_packages debian "$names"
"""


def test_an_unreachable_package_source_is_one_line_if_all_continues(project: Path) -> None:
    said = shell(project, LISTS, list="bad", names="munge").stderr
    assert re.sub(r"\d+ s", "0 s", said).splitlines() == [
        "Reading Debian's package lists ...",
        "  done in 0 s",
        "Could not be read, and may not be needed: http://bad.example trixie",
        "Installing munge ...",
        "  done in 0 s",
    ]
    assert "Could not be read" not in shell(project, LISTS, list="good", names="munge").stderr


def test_an_unavailable_package_is_reported_in_apts_own_words(project: Path) -> None:
    said = shell(project, LISTS, list="bad", names="no-such").stderr
    assert "failed in" in said
    assert "E: Unable to locate package no-such" in said


def test_pythons_that_can_not_be_brought_end_a_run_under_ci_alone(project: Path) -> None:
    lines = (ROOT / "scripts" / "test").read_text().split("bring_pythons() {")[1].split("\n}\n")[0]
    script = 'ask_pythons() { [ "$1" = --missing ] && echo 3.6 3.9; }; agent_pythons=(3.6 3.9); panel_pythons=(3.11)\n'
    script += f"bring_pythons() {{{lines}\n}}\nbring_pythons"
    assert shell(project, script, CI="").returncode == 0
    assert "Not brought, so what needs them is skipped: Python 3.6 3.9" in shell(project, script, CI="").stderr
    under_ci = shell(project, script, CI="true")
    assert under_ci.returncode == 1
    assert "The tests need Python 3.6 3.9, which could not be brought." in under_ci.stderr


def test_an_unknown_stage_is_refused_with_the_stages_there_are() -> None:
    result = subprocess.run(
        [ROOT / "scripts" / "test", "--only", "nothing"], capture_output=True, text=True, timeout=60
    )
    assert result.returncode == 1
    assert result.stderr == "scripts/test --only takes one of: lint build pytest vitest e2e pythons.\n"


def test_words_that_test_does_not_know_are_refused_with_what_it_takes() -> None:
    for words in (["--fast"], ["--quick", "tests/panel"]):
        result = subprocess.run([ROOT / "scripts" / "test", *words], capture_output=True, text=True, timeout=60)
        assert result.returncode == 1
        assert result.stderr.startswith("scripts/test takes no arguments but --quick, or --only STAGE [ARGUMENT ...]")


FOR_USERS = ("install.sh", "distribute-agents.sh", "deploy/install-agent.sh", "scripts/setup.sh")
"""The scripts that users run; those for developers are in English."""

LANGUAGE = "deploy/language.sh"
ALONE = "deploy/install-agent.sh"
"""This one goes to nodes without the others."""


@pytest.mark.parametrize("script", FOR_USERS)
def test_a_script_takes_the_language_that_the_commands_take(script: str) -> None:
    if script != ALONE:
        assert re.search(rf"^(\[.*\] \|\| )?\. .*/{re.escape(LANGUAGE)}\"$", (ROOT / script).read_text("utf-8"), re.M)
    (function,) = re.findall(
        r"^is_chinese\(\) \{\n.*?^\}$",
        (ROOT / (script if script == ALONE else LANGUAGE)).read_text("utf-8"),
        re.M | re.S,
    )
    clean = "unset LC_ALL LC_CTYPE LC_MESSAGES LANG LANGUAGE TERM"
    each = [f"({clean}; {' '.join(f'{k}={v}' for k, v in environ.items()) or ':'}; is_chinese && echo yes || echo no)"
            for environ, _ in LOCALES]  # fmt: skip
    done = subprocess.run(["sh", "-euc", "\n".join([function, *each])], capture_output=True, text=True, timeout=60)
    assert done.stderr == ""
    assert done.stdout.split() == ["yes" if expected else "no" for _, expected in LOCALES]


@pytest.mark.parametrize("script", FOR_USERS)
def test_every_sentence_of_a_script_has_its_chinese_beside_it(script: str) -> None:
    said = list(said_in((ROOT / script).read_text("utf-8")))
    assert said
    for words in said:
        assert len(words) == 2, words
        assert re.search(r"[\u3400-\u9fff…]", words[1]), words
        assert not HALF_WIDTH.search(re.sub(r"\$\([^)]*\)", "x", words[1])), words


def said_in(script: str) -> Iterator[list[str]]:
    """Yield the quoted words after each say, fail and fail_step; calls that only pass on have none."""
    for found in re.finditer(r"""\b(?:say|fail|fail_step) (?=["'])""", script):
        words, at = [], found.end()
        while at < len(script) and script[at] in "\"'":
            end = end_of_quoted(script, at)
            words.append(script[at + 1 : end - 1])
            at = end + len(script[end:]) - len(script[end:].lstrip(" \\\n")) if script[end] == " " else end
        if words != ["$@"]:
            yield words


def end_of_quoted(text: str, at: int) -> int:
    """Return where a quoted word ends: commands in it, $(…), may contain quoted words."""
    mark, at, depth = text[at], at + 1, 0
    while True:
        if mark == '"' and text[at] == "\\":
            at += 1
        elif mark == '"' and text.startswith("$(", at):
            depth += 1
        elif depth and text[at] == ")":
            depth -= 1
        elif depth and text[at] == '"':
            at = end_of_quoted(text, at) - 1
        elif text[at] == mark:
            return at + 1
        at += 1
