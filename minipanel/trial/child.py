"""Run a module as a child: `python -m minipanel.trial.child PARENT MODULE …` ends with its parent, even after kill -9.

The agent itself has no such code: an installed one depends on no parent.
"""

from __future__ import annotations

import ctypes
import os
import runpy
import signal
import sys

_PR_SET_PDEATHSIG = 1  # prctl(2)


def main() -> None:
    """Make the kernel send SIGTERM when the parent ends, then run the module. Arguments: parent, module, others."""
    parent, module = int(sys.argv.pop(1)), sys.argv.pop(1)
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it ended before the kernel was asked
        sys.exit(0)
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
