"""The errors of the API, answered as {"error": "sentence"}, and those that end a command.

raise NotFound("There is no node {node}.", node=quote(name))
"""

from __future__ import annotations

from minipanel.sentence import Sentence


class SentenceError(Exception):
    """An error whose text is one English sentence. `words`: the sentence with its values separate, to translate it."""

    def __init__(self, english: str | Sentence, /, **values: object) -> None:
        self.words = english if isinstance(english, Sentence) else Sentence(english, **values)
        super().__init__(str(self.words))


class PanelError(SentenceError):
    """An error whose text the caller may see. `status`: its HTTP status."""

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
    """The caller is not authenticated. `ahead_seconds`: how far its clock is ahead, if that is the reason."""

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
        """The scheme of the credential that is expected (RFC 9110, 11.6.1)."""
        return {"WWW-Authenticate": self.scheme}


class NotAllowed(PanelError):
    """The caller is authenticated, but may not do this."""

    status = 403


class NotFound(PanelError):
    """The thing that the caller names does not exist."""

    status = 404


class TooSlow(PanelError):
    """The request did not arrive in time."""

    status = 408


class HeadTooLarge(PanelError):
    """The head of the request is larger than any honest one."""

    status = 431


class TooLarge(PanelError):
    """The body is larger than the route accepts."""

    status = 413


class TryLater(PanelError):
    """The panel can't do it now. The caller should keep its data and retry after `retry_after_seconds`."""

    status = 503

    def __init__(self, english: str | Sentence, /, retry_after_seconds: int, **values: object) -> None:
        super().__init__(english, **values)
        self.retry_after_seconds = retry_after_seconds

    @property
    def headers(self) -> dict[str, str]:
        """When to retry (RFC 9110, 10.2.3)."""
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
    """A command whose exit code is its answer could not find the answer."""
