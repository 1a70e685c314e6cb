"""The samples that the panel did not store: kept on the disk until it does.

While all is well, nothing is written. Each sample is synced before the next one is measured, so neither a kill nor a
power cut loses earlier ones. If the disk fails, samples stay in memory until it works again.
"""

import time
from typing import Any, Callable, List, Optional, Tuple

from minipanel_agent.disk import Disk
from minipanel_agent.errors import reason_of
from minipanel_agent.log import Trouble, write_line
from minipanel_agent.segments import Mark, Segments

MEMORY_SAMPLES = 720
"""How many wait in memory if the disk accepts none: an hour at 5 s, 200 KB. Twice as many if writing hangs."""


class Batch:
    """texts: samples as JSON, oldest first. marks: where they are on the disk, empty for those in memory."""

    __slots__ = ("marks", "texts")

    def __init__(self, texts: List[bytes], marks: List[Mark]) -> None:
        self.texts = texts
        self.marks = marks


class Spool:
    """Samples in the order in which they were measured. No method raises; trouble with the disk is logged."""

    def __init__(self, folder: str, segments: Segments, disk: Disk, log: Callable[[str], None] = write_line) -> None:
        """folder: its name in log lines."""
        self._folder = folder
        self._segments = segments
        self._disk = disk
        self._log = log
        self._queue: List[bytes] = []
        self._writing: List[bytes] = []
        self._seen = [0, 0]
        self._faults = Trouble("The spool waits for its disk no longer, which failed {count} times.", log)
        self._drops = Trouble("The spool has room again; it dropped {count} samples.", log)
        self._damages = Trouble("The spool's damaged part is behind; {count} lines of it could not be read.", log)

    @property
    def count(self) -> int:
        """How many samples wait."""
        return self._segments.count + len(self._writing) + len(self._queue)

    def open(self, seconds: float) -> None:
        """Find what an earlier run left."""
        self._call(seconds, self._segments.open, False)
        if self._segments.strange:
            self._log(
                f"The spool {self._folder} holds {self._segments.strange} files of another version or node, or damaged "
                "ones; they are left alone."
            )

    def keep(self, text: bytes, seconds: float) -> None:
        """Add a sample, and try to write it to the disk within this many seconds."""
        self._queue.append(text)
        self._flush(seconds)

    def batch(self, limit: int, seconds: float) -> Batch:
        """Return at most `limit` waiting samples, oldest first; none if none wait or the disk returns none now."""
        if self._segments.count:
            read: Optional[Tuple[List[bytes], List[Mark]]] = self._call(seconds, self._segments.read, limit)
            self._tell_losses()
            if read and read[1]:
                return Batch(*read)
        self._reclaim()
        return Batch(self._queue[:limit], [])

    def forget(self, batch: Batch, seconds: float) -> None:
        """Give up a batch's samples: the panel has stored them, or never will."""
        if batch.marks:
            self._call(seconds, self._segments.forget, batch.marks)
        else:
            gone = set(batch.texts)
            self._queue = [text for text in self._queue if text not in gone]
            if not self.count:
                self._call(seconds, self._segments.close)  # for samples on the disk, forget() does this
        if not self.count:
            self._drops.ended()
            self._damages.ended()

    def close(self, seconds: float) -> None:
        """Write what is in memory, as far as possible within this many seconds, and release the folder."""
        end = time.monotonic() + seconds
        while self._disk.is_busy and time.monotonic() < end:
            time.sleep(0.01)
        if self._queue or self._writing:
            self._flush(end - time.monotonic())
        self._call(end - time.monotonic(), self._segments.close)

    def _flush(self, seconds: float) -> None:
        """Write what is in memory to the disk."""
        self._reclaim()
        self._trim()
        if not self._disk.is_busy:
            self._writing, self._queue = self._queue, []
        self._call(seconds, self._write)
        self._tell_losses()

    def _write(self) -> None:
        """Write what was handed over; on the disk's thread, perhaps after the call was abandoned."""
        while self._writing:
            written = self._segments.append(self._writing)
            del self._writing[:written]

    def _reclaim(self) -> None:
        """Take back what the disk's thread was given and has not written."""
        if self._writing and not self._disk.is_busy:
            self._writing, self._queue = [], self._writing + self._queue

    def _trim(self) -> None:
        """Drop the oldest samples in memory if there are too many."""
        excess = len(self._queue) - MEMORY_SAMPLES
        if excess > 0:
            del self._queue[:excess]
            self._drops.happened(f"More than {MEMORY_SAMPLES} samples wait in memory: the oldest are dropped.", excess)

    def _call(self, seconds: float, function: Callable[..., Any], *arguments: Any) -> Any:
        """Return what a function of the segments returns; None if the disk failed, which is logged once."""
        try:
            result = self._disk.call(max(seconds, 0.01), function, *arguments)
        except OSError as error:
            self._faults.happened(
                f"The spool {self._folder} cannot be used: {reason_of(error)}. "
                f"The last {MEMORY_SAMPLES} samples are kept in memory meanwhile."
            )
            return None
        self._faults.ended()
        return result

    def _tell_losses(self) -> None:
        """Log the segments' losses since the last time."""
        dropped, damaged = self._segments.dropped - self._seen[0], self._segments.damaged - self._seen[1]
        self._seen = [self._segments.dropped, self._segments.damaged]
        if dropped:
            self._drops.happened("The spool is full (spool_hours): its oldest samples are dropped.", dropped)
        if damaged:
            self._damages.happened(f"The spool {self._folder} has damaged lines: they are skipped.", damaged)
