"""The docs, held to the code: commands, options, configuration, routes, files and links are those there are."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from minipanel.app import STATIC
from minipanel.config import check_config, schema

ROOT = Path(__file__).resolve().parent.parent
ENGLISH = ROOT / "README.md"
CHINESE = ROOT / "README.zh-CN.md"
PAGES = sorted(ROOT.glob("*.md"))
READMES = [ENGLISH, CHINESE]

MADE_LATER = {"web/node_modules", "minipanel/static", ".venv", ".venv/bin", "var", "dist", ".ci/artefacts"}
"""Paths that the docs name and a fresh clone does not have."""

SECTIONS = {
    "[server]": schema.ServerConfig,
    "[admin]": schema.AdminConfig,
    "[database]": schema.DatabaseConfig,
    "[agents]": schema.AgentsConfig,
    "[[nodes]]": schema.NodeConfig,
}

SMALLEST_CONFIG = f"""
[server]
url = "http://10.0.0.1:8080"
jwt_secret = "{"s" * 32}"
[admin]
password_hash = "$2b$12${"a" * 53}"
[[nodes]]
ip = "10.0.0.2"
hostname = "node001"
"""
"""Every key that has no default."""


def words(path: Path) -> list[str]:
    """Return what a page sets in `code`."""
    return re.findall(r"`([^`\n]+)`", without_blocks(path.read_text("utf-8")))


def without_blocks(text: str) -> str:
    return re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)


def headings(path: Path) -> list[int]:
    """Return the depth of each heading, in order."""
    return [len(marks) for marks in re.findall(r"^(#+) ", without_blocks(path.read_text("utf-8")), re.MULTILINE)]


def blocks(path: Path) -> list[str]:
    return re.findall(r"^```.*?^```", path.read_text("utf-8"), re.DOTALL | re.MULTILINE)


def command_line(text: str) -> list[str]:
    return [sys.executable, "-m", "minipanel", *shlex.split(text)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_to_something(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text("utf-8"))
    local = [link for link in links if "://" not in link]
    assert [link for link in local if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_path_that_is_named_exists(page: Path) -> None:
    folders = "|".join(sorted(path.name for path in ROOT.iterdir() if path.is_dir() and path.name[0] != "."))
    named = {word.rstrip("/") for word in words(page) if re.fullmatch(rf"({folders})/[\w./-]*", word)}
    assert sorted(path for path in named - MADE_LATER if not (ROOT / path).exists()) == []


def test_both_readmes_have_the_same_headings() -> None:
    assert headings(ENGLISH) == headings(CHINESE)


def test_both_readmes_name_the_same_commands_keys_and_routes() -> None:
    english, chinese = set(words(ENGLISH)), set(words(CHINESE))
    assert english == chinese


def test_both_readmes_show_the_same_blocks() -> None:
    assert blocks(ENGLISH) == blocks(CHINESE)


@pytest.mark.parametrize("page", READMES, ids=lambda page: page.name)
def test_the_configuration_table_has_every_key_and_no_other(page: Path) -> None:
    rows = re.findall(r"^\| (`\[+\w+\]+ .*?) \|", page.read_text("utf-8"), re.MULTILINE)
    named = {tuple(word.split(" ")) for row in rows for word in re.findall(r"`([^`]+)`", row)}
    real = {(section, key) for section, shape in SECTIONS.items() for key in shape.__dataclass_fields__}
    assert named == real


@pytest.mark.parametrize("page", READMES, ids=lambda page: page.name)
def test_the_configuration_table_tells_the_real_defaults(page: Path) -> None:
    rows = re.findall(r"^\| `(\[+\w+\]+) (\w+)` \| `([^`]+)` \|", page.read_text("utf-8"), re.MULTILINE)
    config = check_config(SMALLEST_CONFIG, Path("/etc/minipanel/config.toml"))
    parts = {"[server]": config.server, "[admin]": config.admin, "[database]": config.database}
    parts |= {"[agents]": config.agents, "[[nodes]]": config.nodes[0]}
    assert rows
    for section, key, told in rows:
        assert tomllib.loads(f"told = {told}")["told"] == plain(getattr(parts[section], key)), f"{section} {key}"


def plain(value: object) -> object:
    """Return a value of the configuration as TOML would give it."""
    if isinstance(value, Path):
        return str(value)
    return list(value) if isinstance(value, tuple) else value


@pytest.mark.parametrize("command", sorted({word for word in words(ENGLISH) if re.match(r"minipanel \w", word)}))
def test_a_command_that_is_named_is_there(command: str) -> None:
    result = subprocess.run(
        command_line(f"{command.removeprefix('minipanel ')} --help"), capture_output=True, text=True, timeout=60
    )
    assert result.returncode == 0, result.stderr
    assert "Usage" in result.stdout


def test_the_options_of_scripts_run_are_those_of_minipanel_try() -> None:
    usage = subprocess.run(
        command_line("try --help"),
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "COLUMNS": "200", "TERM": "dumb", "NO_COLOR": "1"},
    ).stdout
    named = {word.split()[0] for word in words(ENGLISH) if re.match(r"--(?!config|once)", word)}
    assert sorted(option for option in named if option not in usage) == []
    assert named == set(re.findall(r"--[a-z]+", usage)) - {"--help"}


def test_every_script_is_explained_and_every_explained_script_exists() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    explained = set(re.findall(r"^\| `(scripts/\w+)", text, re.MULTILINE))
    real = {
        f"scripts/{path.name}" for path in (ROOT / "scripts").iterdir() if os.access(path, os.X_OK) and path.is_file()
    }
    assert explained == real


def test_no_file_tells_of_a_package_index_or_of_the_machine_it_was_written_on() -> None:
    told = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in shipped_files()
        for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), 1)
        if PRIVATE.search(line)
    ]
    assert told == []


# In pieces, or this file would name them itself.
PRIVATE = re.compile(
    "|".join(
        [
            r"registry\." + r"(npmjs|yarnpkg)\.",
            r"py" + r"pi\.org",
            r"files\." + r"pythonhosted",
            r"deb\." + r"debian\.org",
            r"(?<![\w.])/" + r"work/",
            r"/root/" + r"\.(pyenv|cache|npm|local)",
            r"/opt/" + r"wheels",
        ]
    )
)


def shipped_files() -> list[Path]:
    """Return the files of the repository: those git knows or would add, or all but what was made."""
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        capture_output=True,
        text=True,
    )
    if listed.returncode == 0:
        paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    else:
        paths = [path for top in ROOT.iterdir() if top.name not in MADE for path in below(top)]
    return [path for path in paths if path.is_file() and path.suffix not in {".png", ".ico", ".gz", ".db"}]


MADE = {".git", ".venv", "var", "dist", ".ruff_cache", ".mypy_cache", ".pytest_cache", ".hypothesis"}


def below(top: Path) -> list[Path]:
    if top.is_file():
        return [top]
    made = {"node_modules", "__pycache__", "static", "artefacts"}
    return [path for path in top.rglob("*") if not made & set(path.relative_to(ROOT).parts)]


def test_the_built_page_loads_nothing_from_elsewhere() -> None:
    if not (STATIC / "index.html").exists():
        pytest.skip("the page is not built: scripts/build makes it")
    text = (STATIC / "index.html").read_text("utf-8")
    sources = re.findall(r"""(?:src|href)=["']([^"']+)""", text)
    assert sources
    assert [source for source in sources if "//" in source] == []
