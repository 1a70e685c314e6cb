"""install.sh until it would change something: its checks, and its messages in both languages."""

from __future__ import annotations

import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.setup.machine import needs_root
from tests.setup.terminal import Terminal

INSTALL = Path(__file__).resolve().parents[2] / "install.sh"

# No test may reach the point where /opt is written, so no existing Python is offered.
NO_PYTHON = "/nonexistent/python3"
LANGUAGES = {"C.UTF-8": 0, "zh_CN.UTF-8": 1}


class Archive:
    """A folder as an archive unpacks: install.sh, wheels, checksums. None of it can be installed."""

    def __init__(self, folder: Path, arch: str = platform.machine()) -> None:
        self.folder = folder
        (folder / "wheels").mkdir(parents=True)
        shutil.copy(INSTALL, folder)
        (folder / "deploy").mkdir()
        shutil.copy(INSTALL.parent / "deploy/language.sh", folder / "deploy")
        for name in (f"uvloop-1-cp312-cp312-manylinux_2_28_{arch}.whl", "minipanel-0.1.0-py3-none-any.whl"):
            (folder / "wheels" / name).write_text(name)
        self.seal()

    def seal(self) -> None:
        """Write the checksums of the existing files."""
        files = [file for file in self.folder.rglob("*") if file.is_file() and file.name != "SHA256SUMS"]
        lines = [
            f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.relative_to(self.folder)}\n" for file in files
        ]
        (self.folder / "SHA256SUMS").write_text("".join(lines))

    def environment(self, locale: str = "C.UTF-8", **variables: str) -> dict[str, str]:
        """Return the environment to run it in."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG", "MINIPANEL_"))}
        return {**kept, "LC_ALL": locale, "MINIPANEL_PYTHON": NO_PYTHON, **variables}

    def run(self, *words: str, locale: str = "C.UTF-8", **variables: str) -> subprocess.CompletedProcess[str]:
        """Run install.sh without a terminal."""
        return subprocess.run(
            ["sh", str(self.folder / "install.sh"), *words],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
            env=self.environment(locale, **variables),
        )  # fmt: skip


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "minipanel")


@pytest.fixture
def dnf(tmp_path: Path) -> str:
    """Return a PATH with a dnf that notes its call and installs nothing."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "dnf").write_text(f'#!/bin/sh\necho "$*" >>{tmp_path}/dnf.log\nexit 1\n')
    (folder / "dnf").chmod(0o755)
    return f"{folder}:{os.environ['PATH']}"


@pytest.mark.parametrize(("locale", "index"), LANGUAGES.items())
def test_help_is_for_everybody_and_lists_every_option_of_the_set_up(archive: Archive, locale: str, index: int) -> None:
    shown = archive.run("--help", locale=locale)
    assert shown.returncode == 0
    assert ("Usage:", "用法：")[index] in shown.stdout
    real = subprocess.run(
        [sys.executable, "-m", "minipanel", "setup", "--help"], capture_output=True, text=True, timeout=60,
        env={**os.environ, "COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"},
    ).stdout  # fmt: skip
    options = {word.strip(",:") for word in real.split() if word.startswith("--")} - {"--help"}
    variables = {word.strip("],:") for word in real.split() if word.startswith("MINIPANEL_")}
    assert len(options) > 10
    assert sorted(word for word in options | variables if word not in shown.stdout) == []


@needs_root
@pytest.mark.parametrize(("locale", "index"), LANGUAGES.items())
def test_a_damaged_archive_is_not_installed(archive: Archive, locale: str, index: int) -> None:
    (archive.folder / "wheels/minipanel-0.1.0-py3-none-any.whl").write_text("damaged")
    done = archive.run("--yes", locale=locale)
    assert done.returncode == 1
    assert ("The archive is damaged", "安装包已损坏")[index] in done.stderr
    assert "wheels/minipanel-0.1.0-py3-none-any.whl" in done.stdout + done.stderr


@needs_root
@pytest.mark.parametrize(("locale", "index"), LANGUAGES.items())
def test_an_archive_for_another_processor_is_not_installed(tmp_path: Path, locale: str, index: int) -> None:
    done = Archive(tmp_path / "minipanel", arch="s390x").run("--yes", locale=locale)
    assert done.returncode == 1
    assert ("This archive is not for", "此安装包不适用于")[index] in done.stderr


@needs_root
def test_a_folder_without_wheels_is_not_an_archive(archive: Archive) -> None:
    shutil.rmtree(archive.folder / "wheels")
    done = archive.run("--yes")
    assert done.returncode == 1
    assert "unpack the archive again" in done.stderr


@needs_root
@pytest.mark.parametrize(("locale", "index"), LANGUAGES.items())
def test_without_python_the_command_that_installs_one_is_shown(
    archive: Archive, dnf: str, locale: str, index: int
) -> None:
    done = archive.run(locale=locale, PATH=dnf)
    assert done.returncode == 1
    assert ("MiniPanel needs Python 3.11, 3.12 or 3.13", "MiniPanel 需要 Python 3.11、3.12 或 3.13")[
        index
    ] in done.stderr
    assert "dnf install python3.12" in done.stderr
    assert not (archive.folder.parent / "dnf.log").exists()


@needs_root
def test_an_unattended_set_up_installs_python_itself(archive: Archive, dnf: str) -> None:
    done = archive.run("--yes", PATH=dnf)
    assert done.returncode == 1
    assert "dnf could not install python3.12" in done.stderr
    assert (archive.folder.parent / "dnf.log").read_text() == "install -y python3.12\n"


@needs_root
@pytest.mark.parametrize(("answer", "is_run"), [("", True), ("y", True), ("n", False), ("nein", False)])
def test_a_person_is_asked_before_python_is_installed(archive: Archive, dnf: str, answer: str, is_run: bool) -> None:
    command = ["sh", str(archive.folder / "install.sh")]
    with Terminal(command, archive.environment(PATH=dnf)) as terminal:
        terminal.expect(r"Run 'dnf install -y python3\.12' now\? \[Y/n\]")
        terminal.type(answer)
        assert terminal.end() == 1
    assert (archive.folder.parent / "dnf.log").exists() is is_run


@needs_root
def test_a_python_that_other_users_can_not_run_is_reported(archive: Archive, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    fake = closed / "python3"
    fake.write_text("#!/bin/sh\necho '312 closed /root'\n")
    fake.chmod(0o755)
    done = archive.run(MINIPANEL_PYTHON=str(fake))
    assert done.returncode == 1
    assert f"{fake}: other users may not enter /root" in done.stderr


def test_a_python_in_a_home_folder_is_not_taken() -> None:
    (question,) = re.findall(
        r"""^    "\$1" -I -c '\n(import os, sys\n.*?)' 2>/dev/null$""", INSTALL.read_text(), re.M | re.S
    )
    here = os.path.realpath(sys.executable)
    hidden = question.replace('"/home/"', f'"{Path(here).parent}/"')
    told = subprocess.run([sys.executable, "-I", "-c", hidden], capture_output=True, text=True, check=True).stdout
    assert told.endswith(f" home {here}\n")


@needs_root
def test_a_python_that_the_archive_has_no_wheels_for_does_not_do(archive: Archive, tmp_path: Path) -> None:
    fake = tmp_path / "python3"
    fake.write_text("#!/bin/sh\necho '314 fits'\n")
    fake.chmod(0o755)
    done = archive.run(MINIPANEL_PYTHON=str(fake))
    assert done.returncode == 1
    assert "MiniPanel needs Python 3.11, 3.12 or 3.13" in done.stderr


@needs_root
def test_only_root_installs(archive: Archive) -> None:
    for folder in (archive.folder, *archive.folder.parents):
        if folder.is_relative_to(tempfile.gettempdir()):
            folder.chmod(folder.stat().st_mode | 0o055)
    command = ["setpriv", "--reuid=65534", "--clear-groups", "sh", str(archive.folder / "install.sh")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=archive.environment())
    assert done.returncode == 1
    assert "must be run as root: sudo" in done.stderr


RELEASE = """\
#!/bin/sh
content=dist/minipanel-0.1.0-linux-$(uname -m)
mkdir -p "$content"
echo "made by $(id -un) with $*" >"$content/log"
printf '#!/bin/sh\\ncat "$(dirname "$0")/log"\\necho "installs $*"\\n' >"$content/install.sh"
chmod 755 "$content/install.sh"
"""


@needs_root
@pytest.mark.parametrize("owner", ["root", "nobody"])
def test_a_git_checkout_makes_the_archives_content_as_its_owner_and_goes_on(archive: Archive, owner: str) -> None:
    shutil.rmtree(archive.folder / "wheels")
    (archive.folder / "scripts").mkdir()
    (archive.folder / "scripts/release").write_text(RELEASE)
    (archive.folder / "scripts/release").chmod(0o755)
    for folder in (archive.folder, *archive.folder.parents):
        if folder.is_relative_to(tempfile.gettempdir()):
            folder.chmod(folder.stat().st_mode | 0o055)
    shutil.chown(archive.folder, owner)
    done = archive.run("--yes", "--port", "81")
    assert (done.returncode, done.stdout.splitlines()[-2:]) == (
        0,
        [f"made by {owner} with --folder", "installs --yes --port 81"],
    )
