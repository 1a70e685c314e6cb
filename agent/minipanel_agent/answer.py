"""Reads the panel's answer: HTTP/1.1 as RFC 9112 has it, as much of it as a client of one route meets."""

from typing import Callable, Dict, Tuple

LONGEST_LINE = 16 * 1024
LONGEST_BODY = 64 * 1024
"""Bytes. The panel's answers have some hundred; a proxy's error page may have more."""

MOST_HEADERS = 100

RECEIVE_BYTES = 8 * 1024


class TornAnswer(Exception):
    """The connection ended, or what came was no HTTP answer. str() tells which."""


class NoAnswer(TornAnswer):
    """The connection ended before the first byte of an answer: kept connections end so."""


class Answer:
    """status, headers (names in lower case), body, and whether the connection may be used again."""

    __slots__ = ("body", "headers", "is_last", "status")

    def __init__(self, status: int, headers: Dict[str, str], body: bytes, is_last: bool) -> None:
        self.status = status
        self.headers = headers
        self.body = body
        self.is_last = is_last


class AnswerReader:
    """Reads answers from a connection, one after the other."""

    def __init__(self, receive: Callable[[int], bytes]) -> None:
        """receive: returns some bytes, at most so many; b"" at the end of the connection."""
        self._receive = receive
        self._buffer = b""

    def read(self) -> Answer:
        """Return the next answer. Raises TornAnswer, NoAnswer, and what receive raises."""
        if not self._buffer and not self._fill():
            raise NoAnswer("the connection was closed before the answer")
        version, status = self._status_line()
        headers = self._headers()
        while 100 <= status < 200:  # interim answers, RFC 9110 section 15.2
            version, status = self._status_line()
            headers = self._headers()
        is_last = version != "HTTP/1.1" or "close" in headers.get("connection", "").lower()
        if status in (204, 304):
            return Answer(status, headers, b"", is_last)
        if "chunked" in headers.get("transfer-encoding", "").lower():
            return Answer(status, headers, self._chunks(), is_last)
        if "content-length" in headers:
            return Answer(status, headers, self._exactly(_number(headers["content-length"], 10)), is_last)
        return Answer(status, headers, self._rest(), True)

    def _status_line(self) -> Tuple[str, int]:
        words = self._line().split(None, 2)
        if len(words) < 2 or not words[0].startswith("HTTP/1.") or len(words[1]) != 3:
            raise TornAnswer("what came is no HTTP answer")
        return words[0], _number(words[1], 10)

    def _headers(self) -> Dict[str, str]:
        headers: Dict[str, str] = {}
        for _ in range(MOST_HEADERS):
            line = self._line()
            if not line:
                return headers
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        raise TornAnswer("the answer has too many headers")

    def _chunks(self) -> bytes:
        """Return a body in chunks joined, RFC 9112 section 7.1."""
        body = b""
        while True:
            size = _number(self._line().partition(";")[0].strip(), 16)
            if size == 0:
                self._headers()  # trailers
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

    def _line(self) -> str:
        while b"\n" not in self._buffer:
            if len(self._buffer) > LONGEST_LINE:
                raise TornAnswer("the answer has too long a line")
            self._need_more()
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line.rstrip(b"\r").decode("latin-1")

    def _need_more(self) -> None:
        if not self._fill():
            raise TornAnswer("the connection was closed within the answer")

    def _fill(self) -> bool:
        received = self._receive(RECEIVE_BYTES)
        self._buffer += received
        return bool(received)


def _number(text: str, base: int) -> int:
    """Return a length or a status. Raises TornAnswer: int() alone would take "-1", "+1", "0x1" and "1_0"."""
    digits = "0123456789abcdefABCDEF" if base == 16 else "0123456789"
    if not 0 < len(text) <= 10 or not all(sign in digits for sign in text):
        raise TornAnswer("the answer has a bad length or status")
    return int(text, base)
