"""install-agent.sh killed at one of its steps: real signals, before a command that bash is about to run."""

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
"""Read by bash before the script."""

CHANGES = "@(cp|mv|rm|mkdir|chmod|ln|rmdir) *"
"""What changes files: between two of these commands nothing does."""


def killed(path: str, at: int, before: str = CHANGES, by: signal.Signals = signal.SIGKILL) -> dict[str, str]:
    """Return the environment in which bash ends a script before its at-th command of a pattern; 0 for never.

    path: where KILLER stands.
    """
    return {"BASH_ENV": path, "KILLED_BEFORE": before, "KILLED_AT": str(at), "KILLED_BY": str(int(by))}
