"""How a command ends: whatever went wrong is one sentence on stderr and an exit code, never a traceback."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from minipanel.errors import CommandError, ConfigError, DatabaseError, NotFoundOut, PanelError
from minipanel.sentence import Sentence

DONE = 0
FAILED = 1
BAD_CONFIG = 2
"""Also what a command line that can't be understood ends with, as is usual."""

NOT_KNOWN = 3
"""Of a command whose 0 and 1 are its answer: it could not find out."""


def explain_failures(work: Callable[[], int], in_language: Callable[[str | Sentence], str] = str) -> int:
    """Do the work and return its exit code; 2 for a configuration that can't be used, 1 for all other trouble.

    in_language: gives a sentence in the reader's language. A panel's log is English everywhere.
    """
    try:
        return _flushed(work)
    except ConfigError as error:
        return _say(in_language(error.words), BAD_CONFIG)
    except BrokenPipeError:  # `minipanel nodes list | head -1` has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else Python complains at its exit
        return FAILED
    except OSError as error:
        path = error.filename or Sentence("The operating system")
        sentence = Sentence("{path}: {reason}.", path=path, reason=error.strerror or str(error))
        return _say(in_language(sentence), FAILED)
    except NotFoundOut as error:
        return _say(in_language(error.words), NOT_KNOWN)
    except (CommandError, DatabaseError, PanelError) as error:
        return _say(in_language(error.words), FAILED)
    except KeyboardInterrupt:
        # The terminal has written ^C, or a question, on the line.
        return _say(f"\n{in_language('Interrupted.')}", FAILED)


def _flushed(work: Callable[[], int]) -> int:
    try:
        return work()
    finally:
        sys.stdout.flush()


def _say(sentence: str, code: int) -> int:
    print(sentence, file=sys.stderr)
    return code
