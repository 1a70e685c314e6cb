"""How a command ends: every failure is one sentence on stderr and an exit code, never a traceback."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from minipanel.errors import CommandError, ConfigError, DatabaseError, NotFoundOut, PanelError
from minipanel.sentence import Sentence

DONE = 0
FAILED = 1
BAD_CONFIG = 2
"""Also the exit code for a command line that can't be understood, as usual."""

NOT_KNOWN = 3
"""For a command whose answer is 0 or 1: it could not find the answer."""


def explain_failures(work: Callable[[], int], in_language: Callable[[str | Sentence], str] = str) -> int:
    """Do the work and return its exit code; 2 for a bad configuration, 3 for NotFoundOut, 1 for any other failure.

    `in_language`: translates a sentence for the user. The panel's log is always English.
    """
    try:
        return _flushed(work)
    except ConfigError as error:
        return _say(in_language(error.words), BAD_CONFIG)
    except BrokenPipeError:  # as in `minipanel nodes list | head -1`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # otherwise Python prints an error when it exits
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
        # The line already shows ^C, or a question.
        return _say(f"\n{in_language('Interrupted.')}", FAILED)


def _flushed(work: Callable[[], int]) -> int:
    try:
        return work()
    finally:
        sys.stdout.flush()


def _say(sentence: str, code: int) -> int:
    print(sentence, file=sys.stderr)
    return code
