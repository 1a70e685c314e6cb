"""N simulated agents in one process: kept-alive connections, a POST per interval, spread as the roll-out spreads them.

Prints one line of JSON at its end; SIGINT ends it early. Node 1 is "n00001"; each node connects from its own 127.1.x.y.
A sample shows when it was sent: `memory_used` is SENT_BASE plus the microseconds since its tick.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import signal
import sys
import time
import zlib
from pathlib import Path

import uvloop
from minipanel_agent import munge

from minipanel.demo.wire import Link, bearer, body_of, headers, request

CONNECTING = 200
"""How many agents connect at a time."""

SENT_BASE = 2**36


def main() -> None:
    """Run the load that the arguments describe."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--nodes", type=int, required=True)
    parser.add_argument("--seconds", type=int, required=True)
    parser.add_argument("--interval", type=int, default=5)
    parser.add_argument("--settle", type=int, default=0, help="seconds whose answers are not counted")
    parser.add_argument("--secret", help="for tokens; MUNGE without it")
    parser.add_argument("--munge-socket")
    parser.add_argument("--period", type=int, default=0, help="seconds in which every second node goes and comes once")
    parser.add_argument("--away", type=int, default=0, help="seconds of the period in which it reports nothing")
    parser.add_argument("--diary", help="a file that gets a line of JSON for each sample that was stored")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(Load(parser.parse_args()).run())


def address(number: int) -> str:
    """Return node k's own address in 127.0.0.0/8."""
    return f"127.1.{number >> 8}.{number & 255}"


def hostname(number: int) -> str:
    """1 -> n00001"""
    return f"n{number:05}"


class Load:
    """All agents, and what they saw."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.answer_seconds: list[float] = []
        self.refused: dict[int, int] = {}
        self.settling_refused = 0
        self.stored = 0
        self.late = 0
        self.diary: list[dict[str, object]] = []

    async def run(self) -> None:
        """Connect, report until the time is over, and print the result."""
        agents = [Agent(self, number) for number in range(1, self.options.nodes + 1)]
        for start in range(0, len(agents), CONNECTING):
            await asyncio.gather(*(agent.connect() for agent in agents[start : start + CONNECTING]))
        interval = self.options.interval
        first = (int(time.time()) // interval + 1) * interval
        reports = asyncio.gather(*(agent.report(first, first + self.options.seconds) for agent in agents))
        asyncio.get_running_loop().add_signal_handler(signal.SIGINT, reports.cancel)
        with contextlib.suppress(asyncio.CancelledError):
            await reports
        self._tell()
        self._write_diary()

    def take(self, status: int, seconds: float, is_late: bool, is_settling: bool) -> None:
        """Count one answer; while the cluster settles, only whether the sample was stored or refused."""
        self.stored += status == 200
        if is_settling:
            self.settling_refused += status != 200
            return
        self.answer_seconds.append(seconds)
        self.late += is_late
        if status != 200:
            self.refused[status] = self.refused.get(status, 0) + 1

    def _write_diary(self) -> None:
        if self.options.diary:
            Path(self.options.diary).write_text("".join(f"{json.dumps(line)}\n" for line in self.diary))

    def _tell(self) -> None:
        times = sorted(self.answer_seconds) or [0.0]
        at = {f"p{p}": round(1000 * times[min(len(times) - 1, len(times) * p // 100)], 1) for p in (50, 99)}
        told: dict[str, object] = {
            "answered": len(self.answer_seconds),
            "refused": self.refused,
            "late": self.late,
            **at,
        }
        told |= {"max": 1000 * times[-1], "settling_refused": self.settling_refused, "stored": self.stored}
        json.dump(told, sys.stdout)


class Agent:
    """One node and its persistent connection."""

    def __init__(self, load: Load, number: int) -> None:
        self._load = load
        self._number = number
        self._name = hostname(number)
        self._link = Link(load.options.port, address(number))
        secret = load.options.secret
        self._token = bearer(secret, self._name) if secret else None

    async def connect(self) -> None:
        """Open the connection."""
        await self._link.connect()

    async def report(self, first: int, end: int) -> None:
        """Send a sample for each tick from `first` up to `end`, `spread` after it."""
        options = self._load.options
        spread = min(4.0, options.nodes / 500) * (zlib.crc32(self._name.encode()) % 1000 / 1000)
        for tick in range(first, end, options.interval):
            await asyncio.sleep(max(0.0, tick + spread - time.time()))
            if is_away(self._number, tick, options):
                continue
            if options.period and not self._link.is_open:  # the panel closes connections that are silent for long
                await self.connect()
            begin, sent = time.perf_counter(), time.time()
            own = sample(self._name, self._number, tick)
            status = await self.post(body_of([own]))
            if options.diary and status == 200:
                self._load.diary.append({**own, "sent": sent, "answered": time.time()})
            is_late = time.time() > tick + options.interval
            self._load.take(status, time.perf_counter() - begin, is_late, tick < first + options.settle)

    async def post(self, body: bytes) -> int:
        """Send a body and return the answer's status, or 0 if the connection is lost."""
        authorization = self._token or self._credential(body)
        return await self._link.post(request(headers(authorization, time.time(), version="bench"), body))

    def _credential(self, body: bytes) -> str:
        return "MUNGE " + munge.encode(munge.payload_of(body), self._load.options.munge_socket)

    def close(self) -> None:
        """Close the connection."""
        self._link.close()


def is_away(number: int, tick: int, options: argparse.Namespace) -> bool:
    """Return whether node k skips this tick. Every second node skips some, each at its own time."""
    return options.period > 0 and number % 2 == 0 and (tick + 7 * number) % options.period < options.away


def sample(name: str, number: int, tick: int) -> dict[str, object]:
    """Return the sample that node k sends for a tick."""
    return {
        "node_id": name,
        "timestamp": tick,
        "cpu_percent": (number * 7 + tick // 5) % 10_000 / 100,
        "memory_total": 2 * SENT_BASE,
        "memory_used": SENT_BASE + int(1e6 * (time.time() - tick)),
        "cpu_temp": 40 + number % 40 + tick // 5 % 8 / 8,
    }


if __name__ == "__main__":
    main()
