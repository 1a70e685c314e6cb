"""Decodes MUNGE credentials off the event loop, and explains why a credential is refused."""

from __future__ import annotations

import time
from collections.abc import Callable

from minipanel_agent import munge
from minipanel_agent.munge import Credential, MungeError

from minipanel.errors import TryLater
from minipanel.models.quote import escape
from minipanel.sentence import Sentence
from minipanel.services.batch import Batcher, BatcherFull, Then

WAITING_CREDENTIALS = 20_000
"""How many credentials may wait: two rounds of 10,000 nodes, about a second and a half of decoding."""

PAUSE_SECONDS = 2.0
"""How long munged is not asked after it failed to answer: libmunge waits several seconds in each call."""

RETRY_SECONDS = 5

_NO_ANSWER = (munge.NO_DAEMON, 7)  # EMUNGE_SOCKET, EMUNGE_TIMEOUT


class MungeDecoder:
    """Decodes credentials one by one on its own thread. `socket`: munged's, None for the default."""

    def __init__(self, socket: str | None, clock: Callable[[], float] = time.monotonic) -> None:
        self.socket = socket
        self._clock = clock
        self._batcher: Batcher[str, Credential] = Batcher(self._decode_all, "munge", WAITING_CREDENTIALS)
        self._trouble = Sentence("")
        self._paused_until = 0.0

    def start(self) -> None:
        """Start the thread. Called once, in the running event loop."""
        self._batcher.start()

    async def close(self) -> None:
        """Decode the waiting credentials, then end the thread."""
        await self._batcher.close()

    def give_up(self) -> None:
        """Make waiting calls fail with TryLater: munged may hang, and libmunge waits longer than a stop may take."""
        self._batcher.give_up()

    def decode(self, text: str, then: Then[Credential], due: float = 0.0) -> None:
        """Call `then` later with the decoded credential, valid or not, or with TryLater if munged can't be asked now.

        Raises TryLater if too many wait. `due`: until when others may join, as in Batcher.put.
        """

        def settle(result: Credential | Exception) -> None:
            then(_busy() if isinstance(result, BatcherFull) else result)  # given up

        try:
            self._batcher.put(text, settle, 1, due)
        except BatcherFull:
            raise _busy() from None

    def trouble(self) -> Sentence | None:
        """Return what is wrong with munged; None while it works or is not used."""
        return self._trouble if self._clock() < self._paused_until else None

    def _decode_all(self, texts: list[str]) -> list[Credential | Exception]:
        return [self._decode(text) for text in texts]

    def _decode(self, text: str) -> Credential | Exception:
        # One wait in vain is enough: the rest of its group gets TryLater at once.
        if self._clock() < self._paused_until:
            return TryLater(self._trouble, RETRY_SECONDS)
        try:
            credential = munge.decode(text, self.socket)
        except MungeError as error:
            return self._pause(Sentence("The panel can't use MUNGE: {reason}", reason=escape(str(error), 200)))
        if credential.status in _NO_ANSWER:
            return self._pause(
                Sentence("The panel gets no answer from munged: {reason}.", reason=escape(credential.message, 200))
            )
        return credential

    def _pause(self, trouble: Sentence) -> TryLater:
        self._trouble = trouble
        self._paused_until = self._clock() + PAUSE_SECONDS
        return TryLater(trouble, RETRY_SECONDS)


def _busy() -> TryLater:
    return TryLater("The panel is busy; keep the samples and send them again.", RETRY_SECONDS)


def ahead_seconds(credential: Credential) -> int | None:
    """Return how far the clock of this credential's maker is ahead, in seconds, if only that is wrong with it."""
    is_off = credential.status in (munge.EXPIRED, munge.REWOUND)
    return credential.encode_time - credential.decode_time if is_off else None


def refusal(credential: Credential) -> Sentence | None:
    """Return why a decoded credential is refused, as a sentence; None for a valid one."""
    age_seconds = credential.decode_time - credential.encode_time
    match credential.status:
        case munge.OK:
            return None
        case munge.EXPIRED:
            return Sentence(
                "The MUNGE credential has expired: it is {age_seconds} seconds old by the panel's clock. "
                "Check that the clocks of the node and the panel agree.",
                age_seconds=age_seconds,
            )
        case munge.REWOUND:
            return Sentence(
                "The MUNGE credential is from the future: it was made {seconds} seconds ahead of the panel's "
                "clock. Check that the clocks of the node and the panel agree.",
                seconds=-age_seconds,
            )
        case munge.REPLAYED:
            return Sentence("The MUNGE credential was used before; each is valid for one request only.")
        case 14:  # EMUNGE_CRED_INVALID
            return Sentence("The MUNGE credential was changed on its way, or made with another key than the panel's.")
        case 18:  # EMUNGE_CRED_UNAUTHORIZED
            return Sentence("The MUNGE credential was made for another user than the panel's.")
    return Sentence("The MUNGE credential can't be read: {message}.", message=escape(credential.message))
