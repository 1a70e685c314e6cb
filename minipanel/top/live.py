"""The cluster live on a terminal: takes the panel's events, keys and signals, and draws the screen."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import replace

from rich.console import Console

from minipanel.models.alert_answers import Finding, Findings
from minipanel.models.answers import RealtimeOne
from minipanel.top.attention import attention
from minipanel.top.choice import Choice, Listing, chosen_ids, listing_of, pressed
from minipanel.top.cluster import Cluster, with_samples, with_snapshot
from minipanel.top.feed import Feed, LastHour, Lost, News
from minipanel.top.heat import HeatMap
from minipanel.top.keys import Keys
from minipanel.top.paint import painter_for
from minipanel.top.panel import Event, PanelReader
from minipanel.top.screen import Picture, draw, map_for
from minipanel.top.terminal import ENDING, Terminal, changed_lines
from minipanel.top.words import words_of

DRAW_SECONDS = 1.0
"""The panel's events are drawn once a second; what a key changes is drawn at once."""

ESC_SECONDS = 0.05
"""A sequence that begins with ESC arrives completely within this time; a lone ESC is the key."""

ASK_SECONDS = 10.0
"""How often the node on the screen is read again."""


def watch(reader: PanelReader, choice: Choice) -> None:
    """Show the cluster until the user quits. Raises CommandError if the panel can't be reached at the start.

    When a signal ends the program, the terminal is restored first; then the signal takes its usual effect.
    """
    cluster = with_snapshot(Cluster(groups=reader.groups()), reader.realtime())
    with Terminal() as terminal:
        ended_by = _Watch(reader, terminal, cluster, choice).run()
    if ended_by is not None:
        signal.signal(ended_by, signal.SIG_DFL)
        os.kill(os.getpid(), ended_by)


class _Watch:
    def __init__(self, reader: PanelReader, terminal: Terminal, cluster: Cluster, choice: Choice) -> None:
        self._terminal = terminal
        self._feed = Feed(reader, terminal.wake)
        self._words = words_of()
        self._painter = painter_for(Console())
        self._encoding = sys.stdout.encoding or "utf-8"
        self._keys = Keys()
        self._esc_at = 0.0
        self._cluster = cluster
        self._choice = choice
        self._one: RealtimeOne | None = None
        self._findings: Sequence[Finding] = ()
        self._asked_at = 0.0
        self._lost_at: float | None = None
        self._trouble = ""
        self._shown: list[str] = []
        self._rows = 1
        self._chosen_by: tuple[str, int] | None = None
        self._chosen: frozenset[int] = frozenset()
        self._mapped_by: object = None
        self._map = HeatMap()

    def run(self) -> int | None:
        """Run until the end. Returns the signal that ended it; None if the user quit, or the terminal is gone."""
        self._feed.start()
        try:
            while not (self._choice.is_over or self._terminal.is_gone):
                self._draw()
                if ended_by := self._wait():
                    return None if ended_by == signal.SIGINT else ended_by
        finally:
            self._feed.close()
        return None

    def _wait(self) -> int | None:
        """Wait until there is something to draw. Returns a signal that ends the program, else None."""
        end = time.monotonic() + DRAW_SECONDS
        while (left := end - time.monotonic()) > 0:
            typed, signals = self._terminal.wait(min(left, ESC_SECONDS) if self._keys.is_waiting else left)
            for number in ENDING:
                if number in signals:
                    return number
            # Keys and signals may come at once: neither must be lost.
            has_keys = self._press(self._keys.read(typed) if typed else self._lone_esc())
            self._esc_at = time.monotonic() if typed else self._esc_at
            if signals & {signal.SIGTSTP, signal.SIGCONT, signal.SIGWINCH}:
                self._begin_anew(is_stopped=signal.SIGTSTP in signals)
                return None
            if has_keys or self._terminal.is_gone:
                return None
        return None

    def _press(self, keys: list[str]) -> bool:
        for key in keys:
            # Pasted text must not be slow: no list of 10,000 nodes is made for each letter.
            listing = Listing((), (), 0) if self._choice.mode == "typing" else self._listing()
            self._choice = pressed(self._choice, key, listing, self._rows)
        return bool(keys)

    def _begin_anew(self, is_stopped: bool) -> None:
        """Draw the whole screen next time: its size has changed, or something else was on it meanwhile."""
        if is_stopped:
            self._terminal.stop()
        self._terminal.write("\x1b[2J")
        self._shown = []

    def _lone_esc(self) -> list[str]:
        # If something else ended the wait, the rest of a sequence may still be on its way.
        return self._keys.give_up() if time.monotonic() - self._esc_at >= ESC_SECONDS else []

    def _draw(self) -> None:
        for news in self._feed.take():
            self._hear(news)
        self._ask()
        listing = self._listing()
        columns, lines = self._terminal.size
        lost = None if self._lost_at is None else time.monotonic() - self._lost_at
        # While something is wrong, the map has one line less.
        wrong = attention(self._findings, self._words, columns) if lost is None else []
        heat = self._heat(listing, columns, lines - len(wrong))
        picture = Picture(self._cluster, listing, self._choice, lost, self._trouble, self._one, heat, self._findings)
        frame = draw(picture, self._words, columns, lines)
        self._choice, self._rows = replace(self._choice, first=frame.first), frame.rows
        painted = [self._painter.painted(line) for line in frame.lines]
        is_whole = self._terminal.write(changed_lines(self._shown, painted), self._encoding)
        self._shown = painted if is_whole else []

    def _hear(self, news: News) -> None:
        if isinstance(news, LastHour):
            self._one = news.one
        elif isinstance(news, Findings):
            self._findings = news.findings
        elif isinstance(news, Lost):
            self._lost_at = time.monotonic() if self._lost_at is None else self._lost_at
            self._trouble = news.sentence
        elif isinstance(news, Event):
            self._lost_at = None
            hear = with_snapshot if news.is_snapshot else with_samples
            self._cluster = hear(self._cluster, news.realtime)

    def _ask(self) -> None:
        """Start to read the node on the screen: at once if it is another one, then every ASK_SECONDS."""
        node = self._choice.cursor
        if self._choice.mode != "node" or node is None:
            return
        is_other = self._one is None or self._one.node_id != node
        if (is_other or time.monotonic() - self._asked_at > ASK_SECONDS) and self._feed.ask_for(node):
            self._asked_at = time.monotonic()

    def _listing(self) -> Listing:
        by = (self._choice.text, self._cluster.generation)
        if by != self._chosen_by:
            self._chosen_by, self._chosen = by, chosen_ids(self._cluster, self._choice.text)
        return listing_of(self._cluster, self._choice, self._chosen)

    def _heat(self, listing: Listing, columns: int, lines: int) -> HeatMap:
        by = (self._chosen_by, self._choice.only, self._choice.view, columns, lines, len(listing.by_name))
        if by != self._mapped_by or self._choice.only:
            self._mapped_by, self._map = by, map_for(listing, self._choice, columns, lines)
        return self._map
