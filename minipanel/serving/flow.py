"""When a connection is read from: not while enough of its requests wait."""

from __future__ import annotations

from uvicorn.protocols.http.flow_control import FlowControl


class Flow(FlowControl):
    """Uvicorn's, but a handler that waits for its body does not make the panel read more requests."""

    is_held = False

    def resume_reading(self) -> None:
        """Read on, unless enough requests wait."""
        if not self.is_held:
            super().resume_reading()
