"""The prose check of scripts/lint: the phrases it finds, where, and what it suggests instead."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PROSE = Path(__file__).resolve().parent.parent / "scripts" / "prose.py"


def prose(*paths: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, PROSE, *paths], capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('"""Neither holds the panel nor is held."""', "never blocks, and is never blocked"),
        ("so that nobody is late whom it does not refuse", "in time"),
        ("One line a node: its means.", "one line per node, one row per node"),
        ("No node is meant by it.", "matches, or means"),
        ("Reasons are told for up to 8 nodes together.", "reasons are shown"),
        ("It ends in good order.", "cleanly"),
        ("what comes of this configuration", "the result of, what ... needs"),
        ("Ends with 1 if they differ.", "exits with"),
        ("Write the copy and tell of it.", "report it"),
        ("Return the node, None where there is none.", "None if"),
        ("Return what became of the samples.", "the result of"),
        ("Take over a changed configuration.", "apply a configuration, replace a list"),
        ("Have it called after each commit.", "call it"),
        ("The command line: one file a command.", "one per"),
        ("Raises OSError, and ValueError where it holds none.", "raises ... if"),
        ("The names that this machine goes by.", "uses, follows, is named"),
        ("Return from when on the node reports.", "the time from which"),
        ("The file is as good as always there.", "almost always, almost never"),
        ("Read at most so many bytes.", "up to this number, after this time"),
        ("A row of each node, a byte a cell.", "one byte per cell"),
        ("Samples, each its own, one a request.", "each with its own"),
        ("Return whether a key is good still.", "still valid"),
        ("Return the id; None for what is none.", "for anything else, if it is not"),
        ("Return the port. Raises ConfigError where it is taken.", "raises ... if"),
        ("It runs the command in ClusterShell's stead.", "instead of"),
        ("Return the address of whoever asks.", "the caller, the client"),
        ("It is cut off in the midst of a commit.", "in the middle of, during"),
        ("What stands in the docs, and where.", "the text of, the content of"),
        ("A session that stands in the database is good.", "is in the"),
        ("A name means one group, whatever its capitals.", "in any case, without regard to case"),
        ("So long a key is good, if nobody says otherwise.", "how long, the most"),
        ("Take in a new connection.", "add, accept, read"),
        ("All are in memory, so a check asks no database.", "needs no query"),
        ("When the node was heard of last.", "last heard from"),
        ("A pipe in its place holds nobody up.", "blocks nothing, delays nobody"),
        ("Samples from a time to come are refused.", "from the future"),
    ],
)
def test_a_turn_that_reads_as_translated_is_named_with_its_line_and_a_better_one(
    text: str, said: str, tmp_path: Path
) -> None:
    path = tmp_path / "page.md"
    path.write_text(f"# Fine\n\n{text}\n")
    done = prose(path)
    assert done.returncode == 1
    assert f"{path}:3: " in done.stdout
    assert done.stdout.splitlines()[0].endswith(f"; write: {said}")


@pytest.mark.parametrize("text", ["# It ends in\n# good order.", "It ends in good\norder.", "// in good order"])
def test_a_turn_is_found_across_lines_of_prose_and_of_comments(text: str, tmp_path: Path) -> None:
    path = tmp_path / "code.py"
    path.write_text(text)
    assert f'{path}:1: "' in prose(path).stdout


@pytest.mark.parametrize(
    "text",
    [
        "There is no file here.",
        "One line per node (mean).",
        "how many nodes a row stands for",
        "It raises an alert on each node where it is enabled.",
        "As time goes by, it grows.",
    ],
)
def test_plain_english_passes(text: str, tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_text(text)
    assert prose(path).returncode == 0


def test_the_project_has_none_of_these_turns() -> None:
    assert prose().stdout.startswith(tuple("123456789"))
