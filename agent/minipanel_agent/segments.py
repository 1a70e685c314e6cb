"""The spool's files: segments of some samples each, appended to, read in order, deleted when delivered.

A segment is called 00000012.samples. Its first line names format and node; each further line is a sample's CRC-32 and
the sample in wire format. So a torn or damaged line is recognised, and no record of deliveries is needed: what was
delivered is gone.
"""

import errno
import os
import stat
from binascii import crc32
from typing import List, Optional, Tuple

SUFFIX = ".samples"

HEADER = "minipanel-spool 1 {node_id}\n"

LOCK = "lock"

SEGMENT_SAMPLES = 100
"""The most samples that are sent again if the agent is restarted while it delivers them."""

LARGEST_BYTES = 256 * 1024
"""A larger file is not this agent's: 100 lines take 20 KB."""

_FLAGS = os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
"""A link or a FIFO in place of a segment must not mislead or block the agent."""


class Segment:
    """number: in its name, ascending; written: lines in it; count: those not delivered; offset: where they begin."""

    __slots__ = ("count", "number", "offset", "written")

    def __init__(self, number: int, written: int, offset: int) -> None:
        self.number = number
        self.written = written
        self.count = written
        self.offset = offset


Mark = Tuple[Segment, int, int]
"""How far a segment was read: the segment, the offset after that, and the number of lines."""


class Segments:
    """The samples on the disk. Every method raises OSError. Not thread-safe."""

    def __init__(self, folder: str, node_id: str, capacity: int) -> None:
        """capacity: at least this many samples are kept before the oldest are dropped."""
        self._folder = folder
        self._header = HEADER.format(node_id=node_id).encode("ascii")
        self._capacity = capacity
        self._segments: List[Segment] = []
        self._next_number = 1
        self._lock = -1
        self.count = 0
        """Samples waiting."""
        self.dropped = 0
        """Samples dropped so far for lack of room."""
        self.damaged = 0
        """Lines that could not be read so far."""
        self.strange = 0
        """Files of other agents or versions, left alone."""

    def open(self, creates: bool) -> None:
        """Lock the folder and find what waits there. creates: also if nothing waits or the folder does not exist."""
        if self._lock >= 0 and (not creates or os.path.isdir(self._folder)):
            return
        self.close()
        if creates:
            os.makedirs(self._folder, 0o700, exist_ok=True)
        elif not os.path.isdir(self._folder) or not self._numbers():
            return
        lock = self._locked()
        try:
            self._scan()
        except BaseException:
            os.close(lock)
            raise
        self._lock = lock

    def close(self) -> None:
        """Release the folder."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def append(self, texts: List[bytes]) -> int:
        """Write some of the samples, synced, and return how many, at least one."""
        self.open(creates=True)
        segment = self._segments[-1] if self._segments else None
        if segment is None or segment.written >= SEGMENT_SAMPLES:
            segment = Segment(self._next_number, 0, len(self._header))
        part = texts[: SEGMENT_SAMPLES - segment.written]
        self._write(segment, b"".join(map(line_of, part)))
        if segment.number == self._next_number:
            self._segments.append(segment)
            self._next_number += 1
        segment.written += len(part)
        segment.count += len(part)
        self.count += len(part)
        self._drop_oldest()
        return len(part)

    def read(self, limit: int) -> Tuple[List[bytes], List[Mark]]:
        """Return at most `limit` samples, oldest first, and the marks to pass to forget() once they are delivered."""
        texts: List[bytes] = []
        marks: List[Mark] = []
        for segment in list(self._segments):
            if len(texts) >= limit:
                break
            try:
                content = self._content(segment)
            except OSError:  # later ones may be readable; this file is tried again at the next start
                self.damaged += segment.count
                self._leave(segment)
                continue
            marks.append(self._read_lines(segment, content, texts, limit))
        return texts, marks

    def forget(self, marks: List[Mark]) -> None:
        """Skip what was read up to these marks for good: a segment is deleted when nothing is left of it."""
        for segment, offset, lines in marks:
            if segment not in self._segments:  # dropped meanwhile for lack of room
                continue
            segment.offset = offset
            segment.count -= lines
            self.count -= lines
            if offset >= self._size(segment):
                self._remove(segment)
        if not self._segments:
            self.close()  # while all is well the folder must not be in use, so that its disk can be unmounted

    def _locked(self) -> int:
        """Return the descriptor that holds the folder's lock: two agents would delete what the other one appends."""
        lock = os.open(os.path.join(self._folder, LOCK), os.O_RDWR | os.O_CREAT | _FLAGS, 0o600)
        try:
            os.lockf(lock, os.F_TLOCK, 0)
        except OSError as error:
            os.close(lock)
            if error.errno in (errno.EAGAIN, errno.EACCES):
                raise OSError(error.errno, "another agent uses it")
            raise
        return lock

    def _numbers(self) -> List[int]:
        """Return the numbers of all files named like segments, ascending."""
        stems = [name[: -len(SUFFIX)] for name in os.listdir(self._folder) if name.endswith(SUFFIX)]
        return sorted(int(stem) for stem in stems if len(stem) == 8 and stem.isdecimal())

    def _scan(self) -> None:
        """Find the segments that an earlier run left."""
        self._segments, self.count, self.strange = [], 0, 0
        for number in self._numbers():
            self._next_number = number + 1
            segment = self._found(number)
            if segment is None:
                self.strange += 1
            else:
                self._segments.append(segment)
                self.count += segment.count

    def _found(self, number: int) -> Optional[Segment]:
        """Return a segment as it was left; None for a file of another version or node, or one that is not a segment."""
        segment = Segment(number, 0, len(self._header))
        try:
            content = self._content(segment)
        except OSError:
            return None
        lines = content.count(b"\n") + (not content.endswith(b"\n")) - 1
        return Segment(number, max(lines, 0), len(self._header))

    def _content(self, segment: Segment) -> bytes:
        descriptor = os.open(self._path(segment), os.O_RDONLY | _FLAGS)
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise OSError(errno.EINVAL, "it is not a file")
            content = os.pread(descriptor, LARGEST_BYTES + 1, 0)
        finally:
            os.close(descriptor)
        # A file that ends within its header was being created when the node lost power.
        if len(content) > LARGEST_BYTES or content[: len(self._header)] != self._header[: len(content)]:
            raise OSError(errno.EINVAL, "it is no segment of this agent")
        return content

    def _read_lines(self, segment: Segment, content: bytes, texts: List[bytes], limit: int) -> Mark:
        """Add samples from the segment's offset on to the texts, up to the limit."""
        offset, lines = segment.offset, 0
        while offset < len(content) and len(texts) < limit:
            end = content.find(b"\n", offset)
            end = end if end >= 0 else len(content)
            text = text_of(content[offset:end])
            if text is not None:
                texts.append(text)
            elif end > offset:
                self.damaged += 1
            lines += 1
            offset = end + 1
        return segment, offset, lines

    def _write(self, segment: Segment, lines: bytes) -> None:
        """Append whole lines to a segment's file, or nothing."""
        descriptor = os.open(self._path(segment), os.O_RDWR | os.O_APPEND | os.O_CREAT | _FLAGS, 0o600)
        try:
            size = os.fstat(descriptor).st_size
            if size < len(self._header):
                os.ftruncate(descriptor, 0)
                size = 0
            is_torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
            lines = (b"" if size else self._header) + (b"\n" if is_torn else b"") + lines
            try:
                if os.write(descriptor, lines) < len(lines):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                os.fdatasync(descriptor)
            except OSError:
                os.ftruncate(descriptor, size)  # otherwise the remains of each try would fill the disk again
                if size == 0:
                    os.unlink(self._path(segment))  # otherwise it would stay for ever
                raise
        finally:
            os.close(descriptor)
        if size == 0:
            self._sync_folder()

    def _sync_folder(self) -> None:
        """Make a new file's name survive a power cut."""
        descriptor = os.open(self._folder, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _drop_oldest(self) -> None:
        while len(self._segments) > 1 and self.count - self._segments[0].count >= self._capacity:
            self.dropped += self._segments[0].count
            self._remove(self._segments[0])

    def _remove(self, segment: Segment) -> None:
        self._leave(segment)
        try:
            os.unlink(self._path(segment))
        except FileNotFoundError:
            pass

    def _leave(self, segment: Segment) -> None:
        self._segments.remove(segment)
        self.count -= segment.count

    def _size(self, segment: Segment) -> int:
        try:
            return os.stat(self._path(segment)).st_size
        except FileNotFoundError:
            return 0

    def _path(self, segment: Segment) -> str:
        return os.path.join(self._folder, f"{segment.number:08}{SUFFIX}")


def line_of(text: bytes) -> bytes:
    """b'{"cpu_percent": 1}' -> b'4a41fb6b {"cpu_percent": 1}\\n'"""
    return b"%08x %s\n" % (crc32(text), text)


def text_of(line: bytes) -> Optional[bytes]:
    """Return the sample in a line, None if the line is damaged."""
    text = line[9:]
    return text if text and line == line_of(text)[:-1] else None
