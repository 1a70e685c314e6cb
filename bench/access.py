"""What it costs to authenticate a request: a check of each kind of credential, with as many of them as allowed.

    python bench/access.py                          a few seconds; writes results/access.md
    python bench/access.py --repeat 2 --no-save

Checks as the guard of every route does, in this process. Measures the thread's CPU time, so other work on the machine
does not count.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import statistics
import tempfile
import time
from collections.abc import Callable
from itertools import cycle, islice
from pathlib import Path

from cluster import keep, make_config
from processes import machine
from session import USER

from minipanel.access.access import Access
from minipanel.access.keys import MAX_KEYS
from minipanel.access.sessions import MAX_OF_USER
from minipanel.database.store import Store
from minipanel.errors import NotAuthenticated
from minipanel.models.access import KeyKind
from minipanel.services.ingest import Ingest
from minipanel.services.local_token import local_token

CHECKS = 1000
"""How many checks are timed together: a single one is too short for the clock."""

ADDRESS = "10.0.0.9"


def main() -> None:
    """Measure, print, keep the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeat", type=int, default=50, help=f"how often {CHECKS:,} checks are timed")
    parser.add_argument("--no-save", action="store_true", help="only print")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="minipanel-bench-") as folder:
        rows = asyncio.run(measure(Path(folder), options.repeat))
    keep("" if options.no_save else "access", report(options.repeat, rows))


async def measure(folder: Path, repeat: int) -> dict[str, tuple[float, float]]:
    """Return how long a check of each credential takes: median and maximum, in microseconds."""
    config = make_config(folder, 1)
    with contextlib.closing(Store(config.database.path)) as store:
        ingest = Ingest(store, 30)
        ingest.start()
        access = Access(config, ingest.run)
        tokens, screens = await keys(access, "token"), await keys(access, "kiosk")
        account = access.accounts.find(USER)
        assert account is not None
        sessions = [(await access.sessions.open(account, ADDRESS, "")).token for _ in range(MAX_OF_USER)]
        # With a wrong seventh character the checksum fails, before any look-up.
        mistyped = [text[:6] + ("a" if text[6] != "a" else "b") + text[7:] for text in tokens]
        local = [local_token(config.server.jwt_secret, time.time())]
        rows = {
            f"API token, of {len(tokens)}": timed(repeat, tokens, lambda text: access.bearer(text, ADDRESS)),
            "API token, mistyped": timed(repeat, mistyped, lambda text: refused(access, text)),
            f"wall screen, of {len(screens)}": timed(
                repeat, screens, lambda text: access.keys.check("kiosk", text, ADDRESS)
            ),
            f"session, of {len(sessions)}": timed(repeat, sessions, lambda text: access.bearer(text, ADDRESS)),
            "this machine's own commands": timed(repeat, local, lambda text: access.bearer(text, ADDRESS)),
        }
        await ingest.close()
    return rows


async def keys(access: Access, kind: KeyKind) -> list[str]:
    """Return the secrets of as many keys as allowed."""
    return [(await access.keys.add(kind, f"key {number}", "read", 1, "bench"))[1] for number in range(MAX_KEYS)]


def refused(access: Access, text: str) -> None:
    """Check a credential that is refused."""
    with contextlib.suppress(NotAuthenticated):
        access.bearer(text, ADDRESS)


def timed(repeat: int, texts: list[str], check: Callable[[str], object]) -> tuple[float, float]:
    """Return what one check takes, median and maximum, in microseconds."""
    found = []
    for _ in range(repeat):
        began = time.thread_time()
        for text in islice(cycle(texts), CHECKS):
            check(text)
        found.append(1e6 * (time.thread_time() - began) / CHECKS)
    return statistics.median(found), max(found)


def report(repeat: int, rows: dict[str, tuple[float, float]]) -> str:
    """Return the result as a page."""
    lines = [
        "# Checks of credentials",
        "",
        f"{time.strftime('%Y-%m-%d', time.gmtime())}, {machine()}. CPU time of a check; {repeat} times {CHECKS:,}.",
        "",
        "| credential | median | most |",
        "| --- | --- | --- |",
        *(f"| {name} | {median:.1f} µs | {most:.1f} µs |" for name, (median, most) in rows.items()),
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
