"""How a roll-out ended on one node."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Word(StrEnum):
    """The outcomes, in the order in which a report shows them."""

    INSTALLED = "installed"
    UP_TO_DATE = "up_to_date"
    REMOVED = "removed"
    ABSENT = "absent"
    WOULD_INSTALL = "would_install"
    WOULD_REMOVE = "would_remove"
    UNREACHABLE = "unreachable"
    LOGIN_REFUSED = "login_refused"
    SUDO_REFUSED = "sudo_refused"
    HOST_KEY_CHANGED = "host_key_changed"
    SSH_FAILED = "ssh_failed"
    NO_SYSTEMD = "no_systemd"
    NO_PYTHON = "no_python"
    WRONG_CLOCK = "wrong_clock"
    NO_MUNGE = "no_munge"
    MUNGE_REFUSED = "munge_refused"
    NOT_WRITABLE = "not_writable"
    NO_SPACE = "no_space"
    PANEL_UNREACHABLE = "panel_unreachable"
    INSTALL_FAILED = "install_failed"
    NOT_ACTIVE = "not_active"
    NO_SAMPLE = "no_sample"
    TIMED_OUT = "timed_out"
    UNEXPECTED = "unexpected"
    UNKNOWN_NODE = "unknown_node"
    INTERRUPTED = "interrupted"


GOOD = frozenset((Word.INSTALLED, Word.UP_TO_DATE, Word.REMOVED, Word.ABSENT, Word.WOULD_INSTALL, Word.WOULD_REMOVE))


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the roll-out ended on one node. `sentence`: why, in the reader's language; "" if the word says it all."""

    hostname: str
    word: Word
    sentence: str = ""

    @property
    def is_good(self) -> bool:
        """Whether the roll-out succeeded on the node."""
        return self.word in GOOD
