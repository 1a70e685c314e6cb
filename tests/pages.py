"""The docs as tests read them: pages in pairs, and a page's `code`, headings, tables and links."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOR_DEVELOPERS = {ROOT / "docs/decisions.md"}
"""Pages in English only, like ARCHITECTURE.md and CONTRIBUTING.md."""

ENGLISH = [
    ROOT / "README.md",
    *sorted(path for path in {*ROOT.glob("docs/*.md")} - FOR_DEVELOPERS if ".zh-CN." not in path.name),
]
CHINESE = [page.with_suffix(".zh-CN.md") for page in ENGLISH]
LANGUAGES = {"English": ENGLISH, "Chinese": CHINESE}
BLOCK = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)


def blocks(page: Path) -> list[str]:
    return BLOCK.findall(page.read_text("utf-8"))


def prose(page: Path) -> str:
    """Return a page without its code blocks."""
    return BLOCK.sub("", page.read_text("utf-8"))


def words(*pages: Path) -> list[str]:
    """Return what these pages set in `code`."""
    return [word for page in pages for word in re.findall(r"`([^`\n]+)`", prose(page))]


def tables(*pages: Path) -> list[list[list[str]]]:
    """Return the tables, each as rows of cells, the head first."""
    found = [text for page in pages for text in re.findall(r"(?:^\|.*\|\n)+", prose(page), re.MULTILINE)]
    return [[cells(line) for line in text.splitlines() if not line.startswith("| ---")] for text in found]


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line[1:-1].split("|")]


def code(cell: str) -> list[str]:
    """Return what a table's cell sets in `code`."""
    return re.findall(r"`([^`]+)`", cell)


def rows(pages: list[Path], *heads: str) -> list[list[str]]:
    """Return the rows of the tables whose first column has one of these heads, without the heads."""
    return [row for table in tables(*pages) if table[0][0] in heads for row in table[1:]]


def headings(page: Path) -> list[tuple[int, str]]:
    """Return the depth and the text of each heading, in order."""
    return [(len(marks), text) for marks, text in re.findall(r"^(#+) (.+)$", prose(page), re.MULTILINE)]


def anchor(heading: str) -> str:
    """Return GitHub's anchor of a heading: Options of `scripts/run` -> options-of-scriptsrun"""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def broken_links(page: Path) -> list[str]:
    """Return a page's links and pictures that lead to a missing file or to a missing heading."""
    links = re.findall(r"\]\(([^)\s]+)", page.read_text("utf-8"))
    return [link for link in links if "://" not in link and not leads_somewhere(page, link)]


def leads_somewhere(page: Path, link: str) -> bool:
    name, _, place = link.partition("#")
    target = page.parent / name if name else page
    if not target.exists():
        return False
    return not place or place in [anchor(text) for _, text in headings(target)]
