"""The result of a roll-out: equal outcomes folded into node sets, counts, JSON, exit code."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ClusterShell.NodeSet import NodeSetException
from rich.console import Console
from rich.table import Table

from minipanel.exits import DONE, FAILED
from minipanel.models.nodeset import fold
from minipanel.rollout.facts import Say
from minipanel.rollout.outcome import Outcome, Word


@dataclass(frozen=True, slots=True)
class RolloutReport:
    """All outcomes, and sentences on what else the administrator should know (`notes`)."""

    outcomes: tuple[Outcome, ...]
    notes: tuple[str, ...]
    say: Say

    @property
    def is_success(self) -> bool:
        """Whether the roll-out succeeded on every node."""
        return all(outcome.is_good for outcome in self.outcomes)

    @property
    def exit_code(self) -> int:
        """0 for success, otherwise 1."""
        return DONE if self.is_success else FAILED

    @property
    def failed(self) -> tuple[str, ...]:
        """The hostnames of the nodes on which it failed."""
        return tuple(outcome.hostname for outcome in self.outcomes if not outcome.is_good)

    @property
    def is_interrupted(self) -> bool:
        """Whether it was cut short."""
        return any(outcome.word is Word.INTERRUPTED for outcome in self.outcomes)

    def lines(self) -> list[str]:
        """Return the notes, the folded outcomes, one per line, and the counts.

        installed: node[001-061,063]
        unreachable: node062 (no answer to ping or on ssh's port)
        """
        return [*self.notes, *(self._line(label, nodes, why) for label, _, nodes, why in self._rows()), self.counts()]

    def _line(self, outcome: str, nodes: str, why: str) -> str:
        if not why:
            return self.say("{outcome}: {nodes}", outcome=outcome, nodes=nodes)
        return self.say("{outcome}: {nodes} ({why})", outcome=outcome, nodes=nodes, why=why)

    def show(self) -> None:
        """Print the report on stdout: a table on a terminal, lines elsewhere."""
        if not sys.stdout.isatty() or not self.outcomes:
            print("\n".join(self.lines()))
            return
        table = Table(box=None, pad_edge=False)
        for title in ("Outcome", "Count", "Nodes", "Why"):
            table.add_column(self.say(title), overflow="fold")
        for label, count, nodes, why in self._rows():
            table.add_row(label, str(count), nodes, why)
        print("\n".join(self.notes), end="\n" if self.notes else "")
        # Names are shown as they are: their brackets are not markup.
        Console(markup=False, highlight=False).print(table)
        print(self.counts())

    def counts(self) -> str:
        """Return the last line: 62 of 64 nodes succeeded, 2 failed."""
        total = len(self.outcomes)
        good = sum(outcome.is_good for outcome in self.outcomes)
        if total == 0:
            return self.say("There are no nodes to work on.")
        if good == total:
            return self.say("{good} of {total} nodes succeeded.", good=good, total=total)
        bad = total - good
        return self.say("{good} of {total} nodes succeeded, {bad} failed.", good=good, total=total, bad=bad)

    def as_json(self) -> dict[str, Any]:
        """Return the report for programs; the outcomes' words are the same in every language."""
        words = Counter(outcome.word.value for outcome in self.outcomes)
        return {
            "success": self.is_success,
            "counts": dict(sorted(words.items())),
            "notes": list(self.notes),
            "nodes": [
                {"hostname": outcome.hostname, "outcome": outcome.word.value, "sentence": outcome.sentence}
                for outcome in self.outcomes
            ],
        }

    def _rows(self) -> list[tuple[str, int, str, str]]:
        """Return label, count, node set and sentence of each kind of outcome, in the order of Word."""
        groups: dict[tuple[Word, str], list[str]] = {}
        for outcome in self.outcomes:
            groups.setdefault((outcome.word, outcome.sentence), []).append(outcome.hostname)
        order = list(Word)
        return [
            (label(word, self.say), len(names), _folded(names), sentence)
            for (word, sentence), names in sorted(
                groups.items(), key=lambda item: (order.index(item[0][0]), item[0][1])
            )
        ]


def label(word: Word, say: Say) -> str:
    """Return an outcome's word as people read it: not_active -> not active."""
    return say(word.value.replace("_", " "))


def _folded(names: Sequence[str]) -> str:
    try:
        return fold(names)
    except NodeSetException:  # the folder of an image
        return ", ".join(names)
