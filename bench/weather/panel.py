"""The real panel, its clock and its disk in the storm's hands: `python -m weather.panel CONFIG CONTROLS`."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from minipanel.app import create_app
from minipanel.config import Config
from minipanel.database.store import Job, Store
from minipanel.services import panel as panel_parts
from minipanel.services.panel import Panel
from minipanel.serving import server
from minipanel.serving.journal import start_log
from weather.controls import Controls


def main() -> None:
    """Run until SIGTERM."""
    config_path, controls = Path(sys.argv[1]), Controls(Path(sys.argv[2]))

    class SlowStore(Store):
        """Its commits take longer when the storm says so."""

        def _transact(self, jobs: Sequence[Job]) -> list[Any]:
            time.sleep(controls.commit_seconds)
            return super()._transact(jobs)

    def troubled_panel(config: Config) -> Panel:
        return Panel(config, lambda: time.time() + controls.panel_clock_offset)

    panel_parts.Store = SlowStore  # type: ignore[misc]
    server.create_app = lambda config: create_app(config, panel=troubled_panel)  # type: ignore[assignment]
    start_log(None)
    server.serve(config_path, None, lambda: None)


if __name__ == "__main__":
    main()
