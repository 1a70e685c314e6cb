"""Makes passwords, hashes them with bcrypt, and compares them off the event loop, a few at once."""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import bcrypt

from minipanel.access.accounts import cost_of
from minipanel.errors import CommandError, TooManyTries
from minipanel.machine.nice import be_nice

MIN_CHARACTERS = 8
MAX_BYTES = 72
"""bcrypt ignores all further bytes, so a longer password can't be set and never matches."""

MAX_LINE_BYTES = 4096

_LEGIBLE = "abcdefghjkmnpqrstuvwxyz23456789"
"""Letters and digits that are hard to confuse: no i, l, o, 0, 1. Eight of them make 8.5e11 passwords."""

AT_ONCE = 2
MAX_WAITING = 16
MAX_OF_A_PLACE = 5
"""The most comparisons, running and waiting, of one place, so that one address can't use up all of them."""

MAX_KNOWN = 4
RETRY_SECONDS = 5


def hash_password(password: str) -> str:
    """Return the bcrypt hash. Raises CommandError for a password that is too short, too long or not printable."""
    if len(password) < MIN_CHARACTERS:
        raise CommandError(
            "The password has {count} characters; it must have at least {least}.",
            count=len(password),
            least=MIN_CHARACTERS,
        )
    if not password.isprintable():
        raise CommandError("The password holds characters that can't be typed into the page; use printable ones.")
    size_bytes = len(password.encode())
    if size_bytes > MAX_BYTES:
        raise CommandError(
            "The password has {count} bytes in UTF-8; at most {most} are allowed.", count=size_bytes, most=MAX_BYTES
        )
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt()).decode()


def is_password(password: str, password_hash: str) -> bool:
    """Return whether the hash is this password's. This takes as long as hash_password."""
    return _match(password.encode("utf-8", "surrogatepass"), password_hash.encode(), cost_of(password_hash))


def read_password(path: Path) -> str:
    """Return the first line of a file, or of standard input for "-". Raises CommandError if it can't be read."""
    name = "standard input" if str(path) == "-" else str(path)
    try:
        with open(0, "rb", closefd=False) if str(path) == "-" else path.open("rb") as file:
            return file.readline(MAX_LINE_BYTES).decode().rstrip("\r\n")
    except OSError as error:
        raise CommandError(
            "The password can't be read from {name}: {reason}.", name=name, reason=error.strerror
        ) from None
    except UnicodeDecodeError:
        raise CommandError("The password in {name} is not UTF-8 text.", name=name) from None


def random_password() -> str:
    """Return a password of 8 characters that are easy to read and type."""
    return "".join(secrets.choice(_LEGIBLE) for _ in range(MIN_CHARACTERS))


class Passwords:
    """Compares at most 2 passwords at once, and lets at most 16 more wait: a flood of logins can't starve ingest.

    Known browsers have their own thread, which strangers can't keep busy.
    """

    def __init__(self) -> None:
        self._strangers = ThreadPoolExecutor(AT_ONCE, "password", be_nice)
        self._known = ThreadPoolExecutor(1, "password-known", be_nice)
        self._pending: Counter[str] = Counter()
        self._pending_known = 0

    def is_busy(self, place: str, is_known: bool) -> bool:
        """Return whether no further comparison is accepted from this place now."""
        if is_known:
            return self._pending_known >= MAX_KNOWN
        return self._pending.total() >= AT_ONCE + MAX_WAITING or self._pending[place] >= MAX_OF_A_PLACE

    async def match(self, password: str, password_hash: str | None, cost: int, place: str, is_known: bool) -> bool:
        """Return whether the hash is this password's, always in the time of a hash of this cost.

        `password_hash`: a bcrypt hash of at most this cost, None if there is no such account. `place`: where the login
        comes from. `is_known`: whether from a browser that has logged in before. Raises TooManyTries while too many
        wait.
        """
        if self.is_busy(place, is_known):
            raise TooManyTries(
                "Too many logins at once; try again in {seconds} seconds.",
                RETRY_SECONDS,
                seconds=RETRY_SECONDS,
            )
        self._count(place, is_known, 1)
        try:
            # JSON can contain lone surrogates, which strict UTF-8 can't encode.
            secret = password.encode("utf-8", "surrogatepass")
            loop = asyncio.get_running_loop()
            threads = self._known if is_known else self._strangers
            known_hash = password_hash.encode() if password_hash is not None else None
            return await loop.run_in_executor(threads, _match, secret, known_hash, cost)
        finally:
            self._count(place, is_known, -1)

    def close(self) -> None:
        """Stop the threads. Running comparisons finish; waiting ones are cancelled."""
        for threads in (self._strangers, self._known):
            threads.shutdown(wait=False, cancel_futures=True)

    def _count(self, place: str, is_known: bool, step: int) -> None:
        if is_known:
            self._pending_known += step
            return
        self._pending[place] += step
        if not self._pending[place]:
            del self._pending[place]


def _match(secret: bytes, password_hash: bytes | None, cost: int) -> bool:
    # Cut and compared anyway, so that a password that is too long takes as long as any other.
    capped = secret[:MAX_BYTES]
    matches = bcrypt.checkpw(capped, password_hash or _decoy(cost))
    # 2^c + 2^c + 2^(c+1) + ... + 2^(cost-1) = 2^cost: a hash of a lower cost takes as long as one of the highest.
    for step in range(cost_of(password_hash.decode()) if password_hash else cost, cost):
        bcrypt.checkpw(capped, _decoy(step))
    return password_hash is not None and matches and len(secret) <= MAX_BYTES


def _decoy(cost: int) -> bytes:
    """Return a hash of this cost that matches no password."""
    return b"$2b$%02d$abcdefghijklmnopqrstuu%b" % (cost, b"." * 31)
