"""The only client of the engine: writes, reads back, queries. It blocks, so threads call it; every call has limits.

It uses VictoriaMetrics' own routes (docs.victoriametrics.com, "API examples"): a single node has them below its
address, a cluster below /insert/TENANT/prometheus and /select/TENANT/prometheus.
"""

from __future__ import annotations

import contextlib
import gzip
import http.client
import json
import re
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

import msgspec

from minipanel import __version__
from minipanel.archive.config import StorageConfig
from minipanel.archive.trouble import EngineError
from minipanel.models.quote import escape
from minipanel.models.record import RECORD_SECONDS
from minipanel.sentence import Sentence

MOST_BYTES = 64_000_000
"""The limit of an answer. No query asks for as much."""

SAID_BYTES = 4096
SAID_CHARACTERS = 200
LINE_BYTES = 1_000_000
LINE_POINTS = 5000
"""The most points in a line of an answer. With 60 characters per point, the line is shorter than LINE_BYTES."""

GZIP_LEVEL = 1

WHOLE = {"deny_partial_response": 1}
"""For a cluster: refuse to answer rather than answer without a storage node's data. Exports do so anyway."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for the engine: for the connection, for each part of its answer, for the whole request."""

    connect_seconds: float
    answer_seconds: float
    total_seconds: float


PATIENT = Patience(5.0, 30.0, 120.0)
"""For work that nobody waits for."""

SERIES = "minipanel_.+"
"""Matches all series."""


@dataclass(frozen=True, slots=True)
class Series:
    """Points of one series as the engine has them: `stamps`, in milliseconds, ascending, and the value at each."""

    name: str
    node: str
    stamps: Sequence[int]
    values: Sequence[float | None]


class _Line(msgspec.Struct):
    """A line of the engine's export (docs.victoriametrics.com, "How to export data in JSON line format")."""

    metric: dict[str, str]
    values: list[float | None]
    timestamps: list[int]


_decode_line = msgspec.json.Decoder(_Line).decode


class Engine:
    """The engine of [storage]."""

    def __init__(self, storage: StorageConfig, patience: Patience = PATIENT) -> None:
        self._storage = storage
        self._patience = patience
        self._open: set[http.client.HTTPConnection] = set()
        self._is_given_up = False

    @property
    def where(self) -> str:
        """The address that it is read from, as messages name it."""
        return self._storage.reads_from

    def give_up(self) -> None:
        """End all present requests, and make none any more. Any thread may call this."""
        self._is_given_up = True
        for connection in list(self._open):
            _hang_up(connection)

    def write(self, text: str) -> None:
        """Send lines of points. Raises EngineError. The engine's acceptance does not mean that it keeps them."""
        body = gzip.compress(text.encode(), GZIP_LEVEL)
        headers = {"Content-Encoding": "gzip", "Content-Type": "text/plain"}
        where = self._storage.write_url or ""
        for line in self._ask("POST", where, "/api/v1/import/prometheus", body, headers):
            raise stranger(where, line)  # the engine's answer is empty

    def read(self, hostnames: Sequence[str], start: int, end: int, names: str = SERIES) -> Iterator[Series]:
        """Yield these nodes' points with stamps from `start` to `end`, in milliseconds, both included.

        `names`: a regular expression of the wanted series. A long series comes in several parts, in order. Uses the
        engine's export, which has no cache and no offset from now, and refuses partial answers. Its lines hold many
        points: that is ten times faster to read than one line per point. Raises EngineError.
        """
        form = {
            "match[]": selector(self._storage.cluster, hostnames, names),
            "start": f"{start / 1000:.3f}",
            "end": f"{end / 1000:.3f}",
            "max_rows_per_line": LINE_POINTS,
        }
        where = self._storage.reads_from
        for line in self._post("/api/v1/export", form):
            yield _series(line, where)

    def steps(self, query: str, hostnames: Sequence[str], start: int, end: int, step: int) -> bytes:
        """Return the JSON of a query's results at `start` and every `step` seconds until `end`, in Unix seconds.

        Only these nodes' series are used. The engine's cache is not used: the past may have changed. Raises
        EngineError.
        """
        times = {"start": start, "end": end, "step": step}
        return b"".join(self._post("/api/v1/query_range", self._query_of(query, hostnames) | times))

    def moment(self, query: str, hostnames: Sequence[str], time: int) -> float | None:
        """Return a query's result at one time, Unix seconds; None if it has none. Raises EngineError."""
        form = self._query_of(query, hostnames) | {"time": time}
        return self._data(f"/api/v1/query?{urlencode(form)}", _number_in)

    def knock(self) -> None:
        """Raise EngineError if the engine does not answer, or refuses."""
        self._data("/api/v1/query?query=1", bool)

    def _post(self, path: str, form: dict[str, Any]) -> Iterator[bytes]:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._ask("POST", self._storage.reads_from, path, urlencode(form).encode(), headers)

    def retention_seconds(self) -> float | None:
        """Return how long the engine keeps data, in seconds; None if it does not say. Raises EngineError.

        A single node has it in its list of flags; a cluster's vminsert does not know it.
        """
        for line in self._ask("GET", self._storage.write_url or "", "/flags", None, {}):
            name, _, value = line.decode("utf-8", "replace").strip().partition("=")
            if name.lstrip("-") == "retentionPeriod":
                return seconds_of(value.strip('"'))
        return None

    def samples_of_day(self, end: int) -> dict[str, int]:
        """Return how many samples the records of the 24 hours up to `end` have, by node. Raises EngineError.

        The newest revision of each record counts, as when records are read.
        """
        newest = f"last_over_time({self._all_samples()}[{RECORD_SECONDS}s])"
        form = self._query_of(f"sum_over_time({newest}[1d:{RECORD_SECONDS}s])") | {"time": end}
        return self._data(f"/api/v1/query?{urlencode(form)}", _samples_by_node)

    def nodes(self, start: int, end: int) -> list[str]:
        """Return the names of the nodes that have records between these times, Unix seconds. Raises EngineError."""
        form = {"match[]": self._all_samples(), "start": start, "end": end, **WHOLE}
        return self._data(f"/api/v1/label/node/values?{urlencode(form)}", _names_in)

    def _all_samples(self) -> str:
        """Return the selector of all nodes' sample counts."""
        return f'minipanel_samples{{cluster="{self._storage.cluster}"}}'

    def _query_of(self, query: str, hostnames: Sequence[str] | None = None) -> dict[str, Any]:
        """Return the form of a query on these nodes' series, or on all; the caller adds the time."""
        form = {"query": query, "nocache": 1, **WHOLE}
        if hostnames is not None:
            form["extra_filters[]"] = selector(self._storage.cluster, hostnames)
        return form

    def _data(self, path: str, pick: Callable[[Any], T]) -> T:
        """Return what `pick` takes from the data of a JSON answer. Raises EngineError, also if it can't."""
        where = self._storage.reads_from
        text = b"".join(self._ask("GET", where, path, None, {}))
        try:
            return pick(json.loads(text)["data"])
        except (ValueError, KeyError, TypeError, IndexError):
            raise stranger(where, text) from None

    def _ask(self, method: str, where: str, path: str, body: bytes | None, headers: dict[str, str]) -> Iterator[bytes]:
        """Yield the lines of an answer with status 200 or 204. Raises EngineError."""
        parts, patience, size = urlsplit(where), self._patience, 0
        deadline = time.monotonic() + patience.total_seconds
        late = Sentence(
            "{url} did not end its answer within {seconds} seconds.", url=where, seconds=f"{patience.total_seconds:g}"
        )
        try:
            with self._connected(self._connection(parts.scheme, parts.hostname or "", parts.port)) as connection:
                connection.request(method, parts.path + path, body, {**self._headers(), **headers})
                answer = connection.getresponse()
                if answer.status not in (200, 204):
                    raise EngineError(_refusal(where, answer.status, answer.read(SAID_BYTES)))
                while line := answer.readline(LINE_BYTES):
                    size += len(line)
                    if size > MOST_BYTES:
                        raise EngineError("{url} answered with more than {count} bytes.", url=where, count=MOST_BYTES)
                    if time.monotonic() > deadline:
                        raise EngineError(late)
                    yield line
        except (OSError, http.client.HTTPException, ValueError) as error:
            if time.monotonic() > deadline:
                raise EngineError(late) from None
            raise EngineError("{url} can't be asked: {reason}.", url=where, reason=self._why(error)) from None

    @contextmanager
    def _connected(self, connection: http.client.HTTPConnection) -> Iterator[http.client.HTTPConnection]:
        # An engine that sends a byte now and then would never time out: the timer ends the request anyway.
        watch = Timer(self._patience.total_seconds, _hang_up, [connection])
        watch.daemon = True
        with closing(connection):
            connection.connect()
            connection.sock.settimeout(self._patience.answer_seconds)
            self._open.add(connection)
            watch.start()
            try:
                if self._is_given_up:
                    raise EngineError("The panel stops.")
                yield connection
            finally:
                watch.cancel()
                self._open.discard(connection)

    def _connection(self, scheme: str, host: str, port: int | None) -> http.client.HTTPConnection:
        if scheme == "http":
            return http.client.HTTPConnection(host, port or 80, timeout=self._patience.connect_seconds)
        ca_file = self._storage.ca_file
        context = ssl.create_default_context(cafile=None if ca_file is None else str(ca_file))
        return http.client.HTTPSConnection(host, port or 443, timeout=self._patience.connect_seconds, context=context)

    def _headers(self) -> dict[str, str]:
        headers = {"User-Agent": f"MiniPanel/{__version__}"}
        if self._storage.token_file is not None:
            headers["Authorization"] = f"Bearer {_token(self._storage.token_file)}"
        return headers

    def _why(self, error: Exception) -> str:
        if isinstance(error, TimeoutError):
            return f"no answer within {self._patience.answer_seconds:g} seconds"
        return _reason_of(error)


def _hang_up(connection: http.client.HTTPConnection) -> None:
    with contextlib.suppress(OSError, AttributeError):
        connection.sock.shutdown(socket.SHUT_RDWR)


def stranger(where: str, body: bytes) -> EngineError:
    """Return the error for an answer that can't be the engine's."""
    said = _said(body[:SAID_BYTES])
    return EngineError("{url} does not answer as VictoriaMetrics does: {said}", url=where, said=said)


def selector(cluster: str, hostnames: Sequence[str], names: str = SERIES) -> str:
    """Return a selector of these nodes' series. Of the characters in hostnames, only the dot is special there."""
    nodes = "|".join(name.lower().replace(".", "\\\\.") for name in hostnames)
    return f'{{__name__=~"{names}",cluster="{cluster}",node=~"{nodes}"}}'


def _names_in(data: Any) -> list[str]:
    if not isinstance(data, list):
        raise TypeError(type(data))
    return [str(name) for name in data]


def _number_in(data: Any) -> float | None:
    found = [float(each["value"][1]) for each in data["result"]]
    return found[0] if found else None


def _samples_by_node(data: Any) -> dict[str, int]:
    return {str(each["metric"]["node"]): int(float(each["value"][1])) for each in data["result"]}


def seconds_of(period: str) -> float | None:
    """Return a retention in seconds, from the engine's notation "5y", "90d", "1.5" (months); None for other texts."""
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)([hdwy]?)", period)
    return None if found is None else float(found[1]) * _PERIODS[found[2]]


_PERIODS = {"h": 3600, "d": 86_400, "w": 7 * 86_400, "y": 365 * 86_400, "": 31 * 86_400}


def _series(line: bytes, where: str) -> Series:
    try:
        found = _decode_line(line)
        if len(found.values) != len(found.timestamps):
            raise ValueError("as many values as times")
        return Series(found.metric["__name__"], found.metric["node"], found.timestamps, found.values)
    except (ValueError, KeyError):
        raise stranger(where, line) from None


def _token(path: Path) -> str:
    try:
        with path.open(encoding="ascii") as file:
            token = file.readline(4097).strip()
    except (OSError, UnicodeDecodeError) as error:
        raise EngineError(
            "The file {path} of token_file can't be read: {reason}.", path=escape(str(path)), reason=_reason_of(error)
        ) from None
    if not (token and token.isprintable() and len(token) <= 4096):
        raise EngineError(
            "The first line of {path} is not a token; it must be 1 to 4096 printable characters.",
            path=escape(str(path)),
        )
    return token


def _refusal(where: str, status: int, body: bytes) -> str:
    said = f": {_said(body)}" if body.strip() else "."
    return f"{where} answered {status}{said}"


def _said(body: bytes) -> str:
    """Return an answer's message as one line. Of a long chain of causes, only the last ones are kept: the nearest."""
    text = _ASKED.sub("", " ".join(body.decode("utf-8", "replace").split()))
    found = _ERROR_IN_JSON.search(text)
    text = found[1] if found else text
    if len(text) > SAID_CHARACTERS and text.count(": ") > 1:
        end = text[-SAID_CHARACTERS:]
        text = f"… {end.partition(': ')[2] or end}"
    text = escape(text, SAID_CHARACTERS)
    return text if text.endswith((".", "…")) else f"{text}."


_ASKED = re.compile(r'^remoteAddr: "[^"]*"; (X-Forwarded-For: "[^"]*"; )?requestURI: \S*; ')
"""VictoriaMetrics begins a message with the client and the request."""

_ERROR_IN_JSON = re.compile(r'"error": ?"((?:[^"\\]|\\.)*)"')


def _reason_of(error: Exception) -> str:
    return escape((error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__, 120)
