"""The docs: both languages say the same, links and paths lead somewhere, and no file has anything private."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from minipanel.app import STATIC
from tests.pages import (
    BLOCK,
    CHINESE,
    ENGLISH,
    FOR_DEVELOPERS,
    LANGUAGES,
    ROOT,
    blocks,
    broken_links,
    headings,
    tables,
    words,
)
from tests.screens import SCREEN

PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), ROOT / "bench/README.md"])

MADE_LATER = {"web/node_modules", "minipanel/static", ".venv", ".venv/bin", "var", "dist", ".ci/artefacts"}
"""Paths that the docs name but a fresh clone does not have."""

of_each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
of_each_pair = pytest.mark.parametrize(
    ("english", "chinese"),
    list(zip(ENGLISH, CHINESE, strict=True)),
    ids=[str(page.relative_to(ROOT)) for page in ENGLISH],
)
in_each_language = pytest.mark.parametrize("pages", LANGUAGES.values(), ids=LANGUAGES.keys())


@of_each_page
def test_every_link_leads_to_something(page: Path) -> None:
    assert broken_links(page) == []


@of_each_page
def test_every_path_that_is_named_exists(page: Path) -> None:
    folders = "|".join(sorted(path.name for path in ROOT.iterdir() if path.is_dir() and path.name[0] != "."))
    named = {word.rstrip("/") for word in words(page) if re.fullmatch(rf"({folders})/[\w./-]*", word)}
    assert sorted(path for path in named - MADE_LATER if not (ROOT / path).exists()) == []


def test_every_page_has_both_languages() -> None:
    written = {*ROOT.glob("README*.md"), *ROOT.glob("docs/*.md")}
    assert written - FOR_DEVELOPERS == {*ENGLISH, *CHINESE}


@of_each_pair
def test_the_pages_of_a_pair_name_each_other(english: Path, chinese: Path) -> None:
    assert f"[中文]({chinese.name})" in english.read_text("utf-8")
    assert f"[English]({english.name})" in chinese.read_text("utf-8")


@in_each_language
def test_every_page_is_reached_from_the_readme_and_leads_back(pages: list[Path]) -> None:
    readme, *others = pages
    for page in others:
        assert f"(docs/{page.name})" in readme.read_text("utf-8")
        assert f"(../{readme.name})" in page.read_text("utf-8")


@in_each_language
def test_pictures_show_the_page_in_the_language_of_the_text(pages: list[Path]) -> None:
    pictures = [name for page in pages for name in re.findall(r"!\[[^]]*\]\(([^)]+)\)", page.read_text("utf-8"))]
    assert pictures
    is_chinese = pages == CHINESE
    assert [name for name in pictures if name.endswith(".zh-CN.png") is not is_chinese] == []


@of_each_pair
def test_both_languages_have_the_same_headings(english: Path, chinese: Path) -> None:
    assert [depth for depth, _ in headings(english)] == [depth for depth, _ in headings(chinese)]


def test_both_changelogs_have_the_same_entries() -> None:
    english, chinese = ROOT / "CHANGELOG.md", ROOT / "CHANGELOG.zh-CN.md"
    assert "[中文](CHANGELOG.zh-CN.md)" in english.read_text("utf-8")
    shapes = [
        [
            line.strip() if line[0] == "#" else "-"
            for line in page.read_text("utf-8").splitlines()
            if line[:2] in ("##", "- ")
        ]
        for page in (english, chinese)
    ]
    assert shapes[0] == shapes[1]


@of_each_pair
def test_both_languages_name_the_same_commands_keys_and_routes(english: Path, chinese: Path) -> None:
    assert set(words(english)) == set(words(chinese))


@of_each_pair
def test_both_languages_show_the_same_blocks(english: Path, chinese: Path) -> None:
    assert without_screens(english) == without_screens(chinese)


def without_screens(page: Path) -> list[str]:
    text = SCREEN.sub("```screen\n", page.read_text("utf-8"))
    return [compared(block) for block in BLOCK.findall(text)]


def compared(block: str) -> str:
    """Return a block without the comments of shell, which are in the page's language."""
    if block.startswith("```sh\n"):
        return "\n".join(re.sub(r"(^|\s+)# .*$", "", line) for line in block.split("\n"))
    return block


@of_each_pair
def test_both_languages_show_the_same_screens(english: Path, chinese: Path) -> None:
    """tests/test_docs_screens.py and tests/setup/test_setup_shown.py compare them with what the programs print."""
    assert [name for _, name, _ in screens(english)] == [name for _, name, _ in screens(chinese)]


def screens(page: Path) -> list[tuple[str, str, str]]:
    return SCREEN.findall(page.read_text("utf-8"))


@of_each_pair
def test_both_languages_have_the_same_tables(english: Path, chinese: Path) -> None:
    assert shapes(english) == shapes(chinese)


def shapes(page: Path) -> list[list[int]]:
    """Return how many cells each row of each table has."""
    return [[len(row) for row in table] for table in tables(page)]


@in_each_language
def test_the_readme_says_how_to_start_and_how_to_test(pages: list[Path]) -> None:
    assert {"```sh\nscripts/run\n```", "```sh\nscripts/test\n```"} <= set(blocks(pages[0]))


def test_every_script_is_explained_and_every_explained_script_exists() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    explained = set(re.findall(r"^\| `(scripts/\w+)", text, re.MULTILINE))
    real = {
        f"scripts/{path.name}" for path in (ROOT / "scripts").iterdir() if os.access(path, os.X_OK) and path.is_file()
    }
    assert explained == real


def test_no_file_names_a_package_index_or_the_machine_it_was_written_on() -> None:
    told = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in shipped_files()
        for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), 1)
        if PRIVATE.search(line)
    ]
    assert told == []


# In pieces, or this file would contain them itself.
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
    """Return the files of the repository: those that git knows or would add, or without git all that were not built."""
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
