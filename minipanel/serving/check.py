"""`python -m minipanel.serving.check --config FILE`: checks whether a panel can start with this configuration.

The set-up runs it as the panel's user, in the panel's sandbox, before it stops the running panel.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from minipanel.errors import CommandError
from minipanel.exits import DONE, explain_failures
from minipanel.sections import load_config
from minipanel.serving.sockets import bind, refuse_bad_tls


def check(config_path: Path, is_binding: bool) -> None:
    """Check the configuration, the TLS files, the database and, if `is_binding`, the port.

    Raises ConfigError, CommandError, each with one sentence.
    """
    config = load_config(config_path)
    refuse_bad_tls(config.server)
    refuse_unwritable(config.database.path)
    if is_binding:
        bind(config.server.host, config.server.port).close()


def refuse_unwritable(database: Path) -> None:
    """Raise CommandError unless this process can write the database and create files beside it."""
    try:
        with tempfile.TemporaryFile(dir=database.parent):
            pass
    except OSError as error:
        raise CommandError(
            "The database's folder {folder} can't be written: {reason}.", folder=database.parent, reason=error.strerror
        ) from None
    if database.exists() and not os.access(database, os.R_OK | os.W_OK):
        raise CommandError(
            "The database {database} can't be read and written by the user that the panel runs as.", database=database
        )


def main() -> int:
    """Check the configuration that the command line names. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="minipanel.serving.check", allow_abbrev=False)
    parser.add_argument("--config", type=Path, required=True, help="the panel's config.toml")
    parser.add_argument("--bind", action="store_true", help="bind the port too, which no panel may hold")
    arguments = parser.parse_args()

    def work() -> int:
        check(arguments.config, arguments.bind)
        return DONE

    return explain_failures(work)


if __name__ == "__main__":
    sys.exit(main())
