"""MUNGE credentials decoded off the event loop, and what a failed decoding means."""

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
"""How many may wait: two rounds of 10,000 nodes, about a second and a half of decoding."""

PAUSE_SECONDS = 2.0
"""How long munged is left alone after it did not answer: libmunge itself waits some seconds at each call."""

RETRY_SECONDS = 5

_NO_ANSWER = (munge.NO_DAEMON, 7)  # EMUNGE_SOCKET, EMUNGE_TIMEOUT


class MungeDecoder:
    """Decodes credentials one after the other on a thread of its own. `socket`: munged's, None for the usual one."""

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
        """Decode what waits, then end the thread."""
        await self._batcher.close()

    def give_up(self) -> None:
        """Raise TryLater in all who wait: munged may hang, and libmunge waits for it longer than a stop may take."""
        self._batcher.give_up()

    def decode(self, text: str, then: Then[Credential], due: float = 0.0) -> None:
        """Have `then` called with what munged says of a credential, good or bad; TryLater where it can't be asked now.

        Raises TryLater where too many wait. `due`: how long others may join it, as of Batcher.put.
        """

        def settle(result: Credential | Exception) -> None:
            then(_busy() if isinstance(result, BatcherFull) else result)  # given up

        try:
            self._batcher.put(text, settle, 1, due)
        except BatcherFull:
            raise _busy() from None

    def trouble(self) -> Sentence | None:
        """Return what munged says instead of doing its work, None while it does or nobody asks it."""
        return self._trouble if self._clock() < self._paused_until else None

    def _decode_all(self, texts: list[str]) -> list[Credential | Exception]:
        return [self._decode(text) for text in texts]

    def _decode(self, text: str) -> Credential | Exception:
        # One that waited for nothing is enough: the others of its group get their answers at once.
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
    """Return by how much the clock is ahead that a credential was made by, where it is not good for that alone."""
    is_off = credential.status in (munge.EXPIRED, munge.REWOUND)
    return credential.encode_time - credential.decode_time if is_off else None


def refusal(credential: Credential) -> Sentence | None:
    """Return why a decoded credential is not good, as a sentence; None for a good one."""
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
            return Sentence("The MUNGE credential was used before; each is good for one request.")
        case 14:  # EMUNGE_CRED_INVALID
            return Sentence("The MUNGE credential was changed on its way, or made with another key than the panel's.")
        case 18:  # EMUNGE_CRED_UNAUTHORIZED
            return Sentence("The MUNGE credential was made for another user than the panel's.")
    return Sentence("The MUNGE credential can't be read: {message}.", message=escape(credential.message))
