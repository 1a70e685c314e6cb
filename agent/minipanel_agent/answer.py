"""Reads the panel's answers: as much of HTTP/1.1 (RFC 9112) as a client of one route needs."""

from typing import Callable

LONGEST_HEAD = 16 * 1024
LONGEST_BODY = 64 * 1024
"""Bytes. The panel's answers have a few hundred; a proxy's error page may have more."""

RECEIVE_BYTES = 8 * 1024

VERSION = b"http/1."
DIGITS = b"0123456789abcdef"


class TornAnswer(Exception):
    """The connection ended, or what came was not an HTTP answer. str() says which."""


class NoAnswer(TornAnswer):
    """The connection ended before the first byte of an answer, as kept connections do."""


class Answer:
    """status, body, and whether the connection may be used again."""

    __slots__ = ("_head", "body", "is_last", "status")

    def __init__(self, head: bytes) -> None:
        """head: the status line and the headers in lower case, each with its end of line. Raises TornAnswer."""
        if not head.startswith(VERSION) or head[8:9] != b" " or head[12:13].strip():
            raise TornAnswer("what came is no HTTP answer")
        self._head = head
        self.status = _number(head[9:12], 10)
        self.body = b""
        self.is_last = head[7:8] != b"1" or b"close" in self.header(b"connection")

    def header(self, name: bytes) -> bytes:
        """Return the value of a header, named and returned in lower case; b"" without it."""
        start = self._head.find(b"\n" + name + b":")
        if start < 0:
            return b""
        return self._head[start + len(name) + 2 : self._head.index(b"\n", start + 1)].strip()


class AnswerReader:
    """Reads answers from a connection, one after another."""

    def __init__(self, receive: Callable[[int], bytes]) -> None:
        """receive: returns up to the given number of bytes; b"" at the end of the connection."""
        self._receive = receive
        self._buffer = b""

    def read(self) -> Answer:
        """Return the next answer. Raises TornAnswer, NoAnswer, and what receive raises."""
        if not self._buffer and not self._fill():
            raise NoAnswer("the connection was closed before the answer")
        answer = Answer(self._head())
        while 100 <= answer.status < 200:  # interim answers, RFC 9110 section 15.2
            answer = Answer(self._head())
        length = answer.header(b"content-length")
        if answer.status in (204, 304):
            pass
        elif b"chunked" in answer.header(b"transfer-encoding"):
            answer.body = self._chunks()
        elif length:
            answer.body = self._exactly(_number(length, 10))
        else:
            answer.body, answer.is_last = self._rest(), True
        return answer

    def _head(self) -> bytes:
        """Return everything before the next empty line, in lower case."""
        end = self._buffer.find(b"\r\n\r\n")
        while end < 0:
            if not self._buffer[: len(VERSION)].lower() == VERSION[: len(self._buffer)]:
                raise TornAnswer("what came is no HTTP answer")
            if len(self._buffer) > LONGEST_HEAD:
                raise TornAnswer("the answer has too long a head")
            self._need_more()
            end = self._buffer.find(b"\r\n\r\n")
        head, self._buffer = self._buffer[: end + 2], self._buffer[end + 4 :]
        return head.lower()

    def _chunks(self) -> bytes:
        """Return a body in chunks joined, RFC 9112 section 7.1."""
        body = b""
        while True:
            size = _number(self._line().partition(b";")[0].strip().lower(), 16)
            if size == 0:
                while self._line():  # trailers
                    pass
                return body
            body += self._exactly(size)
            if len(body) > LONGEST_BODY or self._line():
                raise TornAnswer("the answer's chunks are broken or too long")

    def _exactly(self, size: int) -> bytes:
        if size > LONGEST_BODY:
            raise TornAnswer("the answer is too long")
        while len(self._buffer) < size:
            self._need_more()
        body, self._buffer = self._buffer[:size], self._buffer[size:]
        return body

    def _rest(self) -> bytes:
        """Return a body that ends with the connection."""
        while len(self._buffer) <= LONGEST_BODY and self._fill():
            pass
        return self._exactly(len(self._buffer))

    def _line(self) -> bytes:
        while b"\n" not in self._buffer:
            if len(self._buffer) > LONGEST_HEAD:
                raise TornAnswer("the answer has too long a line")
            self._need_more()
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line.rstrip(b"\r")

    def _need_more(self) -> None:
        if not self._fill():
            raise TornAnswer("the connection was closed within the answer")

    def _fill(self) -> bool:
        received = self._receive(RECEIVE_BYTES)
        self._buffer += received
        return bool(received)


def _number(text: bytes, base: int) -> int:
    """Return a length or a status. Raises TornAnswer: int() alone would take "-1", "+1", "0x1" and "1_0"."""
    if not 0 < len(text) <= 10 or text.strip(DIGITS[:base]):
        raise TornAnswer("the answer has a bad length or status")
    return int(text, base)
