"""The archive: all that an installation without a network needs, for RHEL 8 and later, with all licences."""

from __future__ import annotations

import hashlib
import re
import runpy
import subprocess
from pathlib import Path
from typing import Any

import pytest

import minipanel
from tests.archive import NAME, ROOT, made_archive, unpack
from tests.pages import CHINESE, ENGLISH, broken_links

ARCHIVE = runpy.run_path(str(ROOT / "scripts" / "archive.py"))
PYTHONS = ("cp311", "cp312", "cp313")
NEWEST_GLIBC = 28
LIMIT_BYTES = 80 * 10**6

LOCK = """\
# made by a tool
bcrypt==5.0.0 \\
    --hash=sha256:aa \\
    --hash=sha256:bb
    # via minipanel
colorama==0.4.6 ; sys_platform == 'win32' \\
    --hash=sha256:cc
"""


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return unpack(made_archive(), tmp_path_factory.mktemp("archive"))


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def test_the_archive_is_small_enough_to_be_carried(content: Path) -> None:
    assert made_archive().stat().st_size < LIMIT_BYTES


def test_the_archive_has_what_people_and_machines_need(content: Path) -> None:
    assert set(names(content)) >= {
        "install.sh", "distribute-agents.sh", "minipanel-agent", "requirements.lock", "README.md", "README.zh-CN.md",
        "LICENSE", "CHANGELOG.md", "SHA256SUMS", "wheels", "deploy", "docs", "licences",
    }  # fmt: skip
    assert set(names(content / "deploy")) == {
        "install-agent.sh", "language.sh", "minipanel-agent.service", "minipanel.service", "grafana",
    }  # fmt: skip
    assert set(names(content / "deploy/grafana")) == {
        "minipanel.json",
        "minipanel-history.json",
        "datasource.yaml",
        "dashboards.yaml",
    }
    assert (content / "install.sh").stat().st_mode & 0o111


def test_every_link_of_its_pages_leads_to_something_in_the_archive(content: Path) -> None:
    pages = [*content.glob("*.md"), *content.glob("docs/*.md")]
    assert {page.name for page in pages} >= {page.name for page in (*ENGLISH, *CHINESE)}
    assert {str(page): broken_links(page) for page in pages} == {str(page): [] for page in pages}


def test_every_file_is_in_the_checksums(content: Path) -> None:
    listed = [line.split("  ./")[1] for line in (content / "SHA256SUMS").read_text().splitlines()]
    files = [str(file.relative_to(content)) for file in content.rglob("*") if file.is_file()]
    assert sorted([*listed, "SHA256SUMS"]) == sorted(files)
    subprocess.run(["sha256sum", "--check", "--quiet", "--strict", "SHA256SUMS"], cwd=content, check=True)


def test_there_are_wheels_for_every_python_and_none_needs_a_newer_glibc(content: Path) -> None:
    wheels = names(content / "wheels")
    for tag in PYTHONS:
        assert any(f"-{tag}-" in wheel for wheel in wheels)
    compiled = [wheel for wheel in wheels if wheel.endswith(".whl") and not wheel.endswith("-any.whl")]
    assert compiled
    for wheel in compiled:
        assert min(map(int, re.findall(r"manylinux_2_(\d+)_", wheel))) <= NEWEST_GLIBC, wheel


def test_what_is_installed_is_pinned_by_hash_and_in_the_lock(content: Path) -> None:
    wheels = {hashlib.sha256(file.read_bytes()).hexdigest(): file.name for file in (content / "wheels").glob("*.whl")}
    text = (content / "wheels/requirements.txt").read_text()
    pinned = set(re.findall(r"--hash=sha256:(\w+)", text))
    lock = (content / "requirements.lock").read_text()
    for digest, name in wheels.items():
        if not name.startswith("pip-"):
            assert digest in pinned, name
            assert digest in lock or name.startswith(f"minipanel-{minipanel.__version__}-"), name
    assert pinned <= set(wheels)


def test_the_licences_name_every_wheel_and_what_the_page_is_made_of(content: Path) -> None:
    listed = (content / "licences/README.txt").read_text()
    for wheel in (content / "wheels").glob("*.whl"):
        name = wheel.name.split("-")[0].replace("_", "[-_]")
        assert re.search(rf"^{name} ", listed, re.MULTILINE | re.IGNORECASE), wheel.name
    assert re.search(r"^vue \S+ \(page\): MIT$", listed, re.MULTILINE)
    assert ": see its files" not in listed
    assert (content / "licences/python").is_dir()


def test_all_files_in_the_archive_are_roots_and_readable_for_all() -> None:
    command = ["tar", "-tvzf", str(made_archive()), "--numeric-owner"]
    listing = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    assert {line.split()[1] for line in listing} == {"0/0"}
    assert {line.split()[0] for line in listing} <= {"drwxr-xr-x", "-rwxr-xr-x", "-rw-r--r--"}
    paths = [line.split()[-1] for line in listing]
    assert all(path.startswith(f"{NAME}/") for path in paths)


def call(name: str, *arguments: str) -> Any:
    return ARCHIVE[name](*arguments)


def test_a_package_is_cut_out_of_a_lock_with_its_hashes(tmp_path: Path) -> None:
    (tmp_path / "lock").write_text(LOCK)
    assert call("only", "bcrypt", str(tmp_path / "lock")).split() == [
        "bcrypt==5.0.0", "\\", "--hash=sha256:aa", "\\", "--hash=sha256:bb",
    ]  # fmt: skip
    with pytest.raises(SystemExit, match="has no pip"):
        call("only", "pip", str(tmp_path / "lock"))


def test_a_lock_for_some_pythons_only_is_refused(tmp_path: Path) -> None:
    (tmp_path / "lock").write_text(LOCK)
    assert call("refuse_markers", str(tmp_path / "lock")) == ""
    (tmp_path / "lock").write_text(LOCK + "tomli==2.0 ; python_version < '3.12' \\\n    --hash=sha256:dd\n")
    with pytest.raises(SystemExit, match="tomli"):
        call("refuse_markers", str(tmp_path / "lock"))
