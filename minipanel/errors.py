"""What a handler may answer with, and its one JSON shape: {"error": "sentence"}; and what commands end with.

raise NotFound("There is no node {node}.", node=quote(name))
"""

from __future__ import annotations

from minipanel.sentence import Sentence


class SentenceError(Exception):
    """An error whose text is one English sentence. `words`: the same with its values apart, for other languages."""

    def __init__(self, english: str | Sentence, /, **values: object) -> None:
        self.words = english if isinstance(english, Sentence) else Sentence(english, **values)
        super().__init__(str(self.words))


class PanelError(SentenceError):
    """An error whose text may be shown to whoever asked. `status` is the HTTP status that goes with it."""

    status = 500

    @property
    def sentence(self) -> str:
        """The English sentence."""
        return str(self.words)

    @property
    def headers(self) -> dict[str, str]:
        """HTTP headers that belong to this error."""
        return {}


class BadInput(PanelError):
    """What the caller sent can't be accepted."""

    status = 400


class NotAuthenticated(PanelError):
    """Nobody has proved who is asking. `ahead_seconds`: of the asker's clock, where that is why."""

    status = 401

    def __init__(
        self,
        english: str | Sentence,
        /,
        scheme: str = "Bearer",
        ahead_seconds: int | None = None,
        **values: object,
    ) -> None:
        super().__init__(english, **values)
        self.scheme = scheme
        self.ahead_seconds = ahead_seconds

    @property
    def headers(self) -> dict[str, str]:
        """The scheme a credential is expected in (RFC 9110, 11.6.1)."""
        return {"WWW-Authenticate": self.scheme}


class NotAllowed(PanelError):
    """The asker is known, and may not do this."""

    status = 403


class NotFound(PanelError):
    """There is no such thing."""

    status = 404


class TooSlow(PanelError):
    """The request did not arrive in time."""

    status = 408


class HeadTooLarge(PanelError):
    """The head of the request is larger than any that means well."""

    status = 431


class TooLarge(PanelError):
    """The body is larger than this route takes."""

    status = 413


class TryLater(PanelError):
    """The panel can't do it now; the caller keeps what it has and comes again after `retry_after_seconds`."""

    status = 503

    def __init__(self, english: str | Sentence, /, retry_after_seconds: int, **values: object) -> None:
        super().__init__(english, **values)
        self.retry_after_seconds = retry_after_seconds

    @property
    def headers(self) -> dict[str, str]:
        """When to come again (RFC 9110, 10.2.3)."""
        return {"Retry-After": str(self.retry_after_seconds)}


class TooManyTries(TryLater):
    """Too many failed logins from one address."""

    status = 429


class ConfigError(SentenceError):
    """The configuration can't be used. The text is one sentence that names file, key, value and what is allowed."""


class DatabaseError(SentenceError):
    """The database can't be opened or written. The text is one sentence that names the file and what is wrong."""


class CommandError(SentenceError):
    """A command can't do what was asked. The text is one sentence."""


class NotFoundOut(CommandError):
    """A command whose exit code is its answer could not find that out."""
