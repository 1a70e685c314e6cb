"""`python -m minipanel.database.move OLD NEW`: copies the database to the place that the panel will use, and checks it.

The set-up runs it as the panel's user, while no panel runs.
"""

from __future__ import annotations

import sys
from pathlib import Path

from minipanel.database.backup import back_up
from minipanel.exits import DONE, explain_failures

MODE = 0o640
"""The mode that the unit's UMask gives a new database."""


def main() -> int:
    """Make the copy. Returns the exit code."""
    old, new = map(Path, sys.argv[1:])

    def work() -> int:
        back_up(old, new, replace=False)
        new.chmod(MODE)
        return DONE

    return explain_failures(work)


if __name__ == "__main__":
    sys.exit(main())
