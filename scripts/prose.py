"""Finds English phrases that read as translated: `python3 scripts/prose.py [FILE]…`, by default in the whole project.

Reads all of a file: prose, messages, docstrings and comments. Prints file:line, the phrase and what to write instead.
Exits with 1 if it finds any.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

TURNS = {
    r"neither \w+ the panel nor is \w+": "never blocks, and is never blocked",
    r"nobody is late": "in time",
    r"one line a node|a row each node|an? row each\b": "one line per node, one row per node",
    r"nodes a row\b(?!\sstands)": "nodes per row",
    r"its means\b": "mean",
    r"(?:is|are) meant by": "matches, or means",
    r"reasons are told": "reasons are shown",
    r"in good order": "cleanly",
    r"what (?:comes|came) of": "the result of, what ... needs",
    r"whatever comes of": "whatever the result",
    r"a node's means": "a node's mean values",
    r"of one another": "of each other",
    r"as it is told|it is told (?:of|that|so)|what \w+ (?:is|are) told": "as it is asked, is notified, is reported",
    r"tak(?:e|es|en) on (?:a line|alerts|open alerts|these alerts|by)": "acknowledge",
    r"how each rule stands": "how each rule judges",
    r"have nothing sent": "send nothing",
    r"tells? of (?:it|them)\b": "report it",
    r"tell whether": "return whether, say whether",
    r"anew\b": "again, re-",
    r"pass(?:ed|es)? over": "skip",
    r"all the same\b": "anyway, still",
    r"as a rule\b": "usually",
    r"in the place of": "in place of, replaces",
    r"by (?:itself|themselves)\b": "on its own, automatically",
    r"unless given": "by default",
    r"ends with [0-9]\b": "exits with",
    r"put right": "fix, correct",
    r"for want of": "without, for lack of",
    r"proves? who (?:it is|they are)": "authenticate",
    r"are as asked": "succeeded",
    r"(?<!there\s)is no (?:address|port|file|folder|node set|number|token|user|MiniPanel)\b": "is not a",
    r"take over what differs": "apply the differences",
    r"how things stand": "the state",
    r"what ran before": "the previous state, the previous version",
    r"put(?:s)? the agent onto": "install the agent on",
    r"take(?:s)? the agent away": "remove the agent",
    r"none where": "None if",
    r"what (?:becomes|became) of": "the result of",
    r"takes? in (?:how|that|which|what|when)\b": "record, add, read",
    r"takes? over an? (?:changed|new) (?:configuration|list)": "apply a configuration, replace a list",
    r"have (?:it|`\w+`) called": "call it",
    r"node after node": "node by node",
    r"one (?:file|line|row|command|check|module) an? (?:node|row|file|command|record|rule|group)\b": "one per",
    r"gets? to know": "gets, is sent",
    r"seen to it": "made sure, dealt with it",
    r"(?:is|are) (?:that|those) of an? (?:demo|panel|node)": "belongs to",
    r"is no way in": "opens no way in",
    r"by --\w+": "with --OPTION",
    r"raises(?: [\w,]+){0,4} \w+Error,?(?: \w+){0,3} where": "raises ... if",
    r"(?<!time\s)(?:goes|going|went) by\b": "uses, follows, is named",
    r"from (?:when|which time) on\b": "the time from which",
    r"as good as (?:always|never)\b": "almost always, almost never",
    r"(?:at most|after|in) so (?:many|long)\b": "up to this number, after this time",
    r"one an? (?:request|row|file|group|cell)\b": "one per",
    r"an? (?:byte|line|row|value|number|column) an? (?:node|cell|row|column|record|group)\b": "one byte per cell",
    r"each its own\b": "each with its own",
    r"good (?:still|now)\b": "still valid",
    r"for what is (?:no|none)\b": "for anything else, if it is not",
    r"raises? \w+ where\b": "raises ... if",
    r"\w+'s stead": "instead of",
    r"whoever asks?\b": "the caller, the client",
    r"in the midst\b": "in the middle of, during",
    r"what (?:stands|stood) (?:before|there|in)\b": "the text of, the content of",
    r"(?:stands?|stood) in the (?:database|file|list|log)\b": "is in the",
    r"whatever (?:its|their) capitals": "in any case, without regard to case",
    r"so (?:long|many|soon) (?:a|an|of)\b": "how long, the most",
    r"takes? in an?\b": "add, accept, read",
    r"asks? no (?:database|query)\b": "needs no query",
    r"heard of last|last heard of": "last heard from",
    r"hold(?:s|ing)? (?:up nobody|nobody up|up no other|up nothing|nothing up)": "blocks nothing, delays nobody",
    r"told apart": "distinguished",
    r"(?:from|of) a time to come": "from the future",
    r"tells? nobody": "does not reveal",
}
"""Phrases, as regular expressions, and what to write instead. Case and line breaks do not matter."""

SUFFIXES = {".css", ".md", ".py", ".sh", ".ts", ".vue"}

NOT_READ = re.compile(r"zh|translations/|schema\.ts$|scripts/prose\.py$|tests/test_prose\.py$|bench/results/")
"""Chinese; catalogues, whose English is in the code; types made from docstrings; and the phrases themselves."""


def main(names: Iterable[str]) -> int:
    """Print what these files, or all, contain; return the exit code."""
    paths = [Path(name) for name in names] or tracked()
    found = [line for path in paths for line in complaints(path)]
    print("\n".join(found) if found else f"{len(paths)} files, {len(TURNS)} turns")
    return 1 if found else 0


def tracked() -> list[Path]:
    """Return the project's files with English prose."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [ROOT / name for name in listed.splitlines() if is_read(name) and (ROOT / name).is_file()]


def is_read(name: str) -> bool:
    """Return whether a file has English prose: it has one of the suffixes, or is a script without one."""
    suffix = Path(name).suffix
    return NOT_READ.search(name) is None and (suffix in SUFFIXES or (not suffix and name.startswith("scripts/")))


def complaints(path: Path) -> Iterator[str]:
    """Yield a line for each phrase in a file: where, which, and what to write instead."""
    text = path.read_text("utf-8")
    shown = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
    for found in pattern().finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        better = list(TURNS.values())[(found.lastindex or 1) - 1]
        yield f'{shown}:{line}: "{" ".join(found.group().split())}"; write: {better}'


@cache
def pattern() -> re.Pattern[str]:
    """Return the pattern that finds any phrase, also across line breaks, in comments too."""
    either = "|".join(f"({turn})" for turn in TURNS).replace(" ", r"(?:\s+|\s*\n\s*(?:#|//|\*)\s*)")
    return re.compile(rf"\b(?:{either})", re.IGNORECASE)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
