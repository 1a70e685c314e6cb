"""A real agent, with clocks that the storm controls: `python -m storm.real_agent CLOCK SOCKET KEY --config …`."""

from __future__ import annotations

import sys
from pathlib import Path

from storm.clock import Clock

clock = Clock(Path(sys.argv[1]))
clock.take_over()

from minipanel_agent import __main__ as command  # noqa: E402
from minipanel_agent import munge  # noqa: E402

from storm.credential import Mint  # noqa: E402

if __name__ == "__main__":
    mint = Mint(sys.argv[2], Path(sys.argv[3]))
    munge.encode = lambda payload, _socket: mint.encode(payload, float(clock.ahead_seconds))  # type: ignore[assignment]
    sys.exit(command.main(sys.argv[4:]))
