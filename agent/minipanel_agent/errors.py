"""The agent's errors. Each one's str() is a sentence for the administrator."""


class ConfigError(Exception):
    """The command line or config.toml cannot be used."""


class MeasureError(Exception):
    """/proc lacks a value that every Linux node has."""


class SendError(Exception):
    """The panel did not store what it was sent.

    status: the HTTP status it answered with, 0 without an answer. retry_after: the seconds it asked for, 0 if none.
    """

    def __init__(self, sentence: str, status: int = 0, retry_after: int = 0) -> None:
        super().__init__(sentence)
        self.status = status
        self.retry_after = retry_after


def reason_of(error: Exception) -> str:
    """Return an error's words without its number."""
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).rstrip(".")
