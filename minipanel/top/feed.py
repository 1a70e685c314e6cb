"""The panel's events as they arrive. A thread reads them, and connects again after a failure."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from minipanel.errors import CommandError
from minipanel.models.alert_answers import Findings
from minipanel.models.answers import RealtimeOne
from minipanel.top.panel import Event, PanelReader

RETRY_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Lost:
    """The connection to the panel is lost; `sentence` says why."""

    sentence: str


@dataclass(frozen=True, slots=True)
class LastHour:
    """One node's last hour."""

    one: RealtimeOne


News = Event | Findings | Lost | LastHour


class Feed:
    """Reads events, and single nodes on request. Its threads call `notify` when there is news to take."""

    def __init__(self, reader: PanelReader, notify: Callable[[], None], retry_seconds: float = RETRY_SECONDS) -> None:
        self._reader = reader
        self._notify = notify
        self._retry_seconds = retry_seconds
        self._news: deque[News] = deque()
        self._is_over = threading.Event()
        self._is_asking = False

    def start(self) -> None:
        """Start reading."""
        # Nobody waits for these threads at the end: they hold nothing that must be released.
        threading.Thread(target=self._read, daemon=True).start()

    def close(self) -> None:
        """Make the threads end at the next event."""
        self._is_over.set()

    def take(self) -> list[News]:
        """Return the news since the last call, oldest first."""
        taken = []
        while self._news:
            taken.append(self._news.popleft())
        return taken

    def ask_for(self, node_id: int) -> bool:
        """Start to read one node's last hour, unless a read is under way. Returns whether it was started."""
        if self._is_asking:
            return False
        self._is_asking = True
        threading.Thread(target=self._ask, args=(node_id,), daemon=True).start()
        return True

    def _read(self) -> None:
        while not self._is_over.is_set():
            try:
                for event in self._reader.events():
                    self._tell(event)
                    if self._is_over.is_set():
                        return
            except CommandError as error:
                self._tell(Lost(str(error)))
                self._is_over.wait(self._retry_seconds)

    def _ask(self, node_id: int) -> None:
        try:
            self._tell(LastHour(self._reader.last_hour(node_id)))
        except CommandError:
            pass  # the stream reports why, and the node will be asked for again
        finally:
            self._is_asking = False

    def _tell(self, news: News) -> None:
        self._news.append(news)
        self._notify()
