"""Kills install-agent.sh at one of its steps: a real signal, just before bash runs a command."""

from __future__ import annotations

import signal

KILLER = r"""
count=0
step() {
    # shellcheck disable=SC2053
    [[ $BASH_COMMAND == $KILLED_BEFORE ]] || return 0
    count=$((count + 1))
    [ "$count" -ne "$KILLED_AT" ] || kill -"$KILLED_BY" $$ $BASHPID
}
set -o functrace
trap step DEBUG
"""
"""bash reads this before the script."""

CHANGES = "@(cp|mv|rm|mkdir|chmod|ln|rmdir) *"
"""The commands that change files: nothing changes between two of them."""


def killed(path: str, at: int, before: str = CHANGES, by: signal.Signals = signal.SIGKILL) -> dict[str, str]:
    """Return the environment in which bash kills a script before its at-th command that matches. at=0: never.

    path: the file with KILLER.
    """
    return {"BASH_ENV": path, "KILLED_BEFORE": before, "KILLED_AT": str(at), "KILLED_BY": str(int(by))}
