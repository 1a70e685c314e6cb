"""The real panel, with a clock, a disk and writes that the storm controls: `python -m storm.panel CONFIG CONTROLS`."""

from __future__ import annotations

import itertools
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from minipanel_agent import munge

from minipanel.app import create_app
from minipanel.archive import copying
from minipanel.config import Config
from minipanel.database.store import Job, Store, Written
from minipanel.models.sample import Sample
from minipanel.services import panel as panel_parts
from minipanel.services.panel import Panel
from minipanel.serving import server
from minipanel.serving.journal import start_log
from storm import credential
from storm.controls import Controls


def main() -> None:
    """Run until SIGTERM."""
    config_path, controls = Path(sys.argv[1]), Controls(Path(sys.argv[2]))
    writes = itertools.count(1)

    class TroubledStore(Store):
        """Delays commits and forgets writes when the storm says so."""

        def _transact(self, jobs: Sequence[Job]) -> list[Any]:
            time.sleep(controls.commit_seconds)
            return super()._transact(jobs)

        def write_samples(self, node_id: int, samples: Sequence[Sample], oldest: int) -> Job:
            one_in = int(controls.forgets_one_in)
            if one_in and next(writes) % one_in == 0:
                return lambda _connection: Written(len(samples), 0)
            return super().write_samples(node_id, samples, oldest)

    def troubled_app(config: Config, panel: Callable[..., Panel]) -> FastAPI:
        return create_app(config, panel=lambda config: panel(config, lambda: time.time() + controls.panel_clock_offset))

    panel_parts.Store = TroubledStore  # type: ignore[misc]
    server.create_app = troubled_app  # type: ignore[assignment]
    munge.decode = lambda text, socket: credential.decode(text, socket, controls.panel_clock_offset)
    # The two looks come soon, yet after the 12 s within which a killed engine loses what it accepted.
    copying.LOOK_SECONDS, copying.SECOND_LOOK_SECONDS = 10, 10
    start_log(None)
    server.serve(config_path, lambda: None)


if __name__ == "__main__":
    main()
