"""Log lines for the journal, and troubles that are logged once and then counted."""

import os
from typing import Callable

LONGEST_LINE = 500

STDOUT = 1


def write_line(sentence: str) -> None:
    """Write one line to standard output at once. The journal adds the time.

    Not print(): under systemd's C locale, Python 3.6 would fail on the first Chinese character.
    """
    try:
        os.write(STDOUT, (printable(sentence) + "\n").encode("utf-8", "backslashreplace"))
    except OSError:  # nobody reads the log: no reason to stop measuring
        pass


def printable(text: str) -> str:
    """Return text as one line of limited length, with control characters escaped: "a\\x1bb" -> "a\\\\x1bb"."""
    short = text if len(text) <= LONGEST_LINE else text[:LONGEST_LINE] + "..."
    return "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in short)


class Trouble:
    """One kind of failure: logs the first of a series, only counts repetitions, and logs the end with the count."""

    def __init__(self, over: str, log: Callable[[str], None] = write_line) -> None:
        """over: the sentence for the end, with {count} for the number of failures."""
        self._over = over
        self._log = log
        self._told = ""
        self.count = 0

    def happened(self, sentence: str, count: int = 1) -> None:
        """Count one or several failures; log the sentence unless the last one differed only in its figures."""
        self.count += count
        gist = "".join(sign for sign in sentence if not sign.isdigit())
        if gist != self._told:
            self._told = gist
            self._log(sentence)

    def counted(self) -> None:
        """Count a failure that needs no words."""
        self.count += 1

    def ended(self) -> None:
        """Log the end, if there was a failure."""
        if self.count:
            self._log(self._over.format(count=self.count))
        self._told, self.count = "", 0
