"""What `minipanel alerts ack` says if alerts end between its look at them and its request."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from minipanel.app import create_app
from minipanel.commands.alerts_act import acknowledge
from minipanel.config import Config
from minipanel.errors import CommandError
from minipanel.sections import load_config
from tests.alerts.running import Running
from tests.panel.commands import written_config

pytestmark = pytest.mark.anyio

AT_ONCE = '[[alerts.rule]]\nname = "hot"\nfor = "0s"\nhold = "0s"\n'
"""The panel's clock must stay close to the command's: less than a minute ahead."""


class Ending:
    """The panel's application. Right before it handles an acknowledgement, the alerts of some nodes end."""

    def __init__(self, app: Any, end: Callable[[], Awaitable[None]]) -> None:
        self._app = app
        self._end = end

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["path"] == "/api/alerts/ack":
            await self._end()
        await self._app(scope, receive, send)


async def acknowledged(config: Config, cools: set[int]) -> None:
    """Run the command for two hot nodes, the nodes in `cools` being cool again when its request arrives."""
    with config.path.open("a") as file:
        file.write(AT_ONCE)
    config = load_config(config.path)
    it = Running(config, int(time.time()) - 40)
    app = create_app(config, config.path.parent, lambda _: it.panel)
    async with app.router.lifespan_context(app):
        it.alerts = app.state.alerts
        await it.pass_seconds(65)
        it.odd = {1: {"cpu_temp": 99.0}, 2: {"cpu_temp": 99.0}}
        await it.pass_seconds(5)

        async def end() -> None:
            it.odd = {node_id: values for node_id, values in it.odd.items() if node_id not in cools}
            await it.pass_seconds(5)

        server = uvicorn.Server(
            uvicorn.Config(Ending(app, end), port=config.server.port, lifespan="off", log_config=None)
        )
        serving = asyncio.create_task(server.serve())
        try:
            async with asyncio.timeout(10):
                while not server.started:  # noqa: ASYNC110 - Uvicorn has no other way to report it
                    await asyncio.sleep(0.01)
            await asyncio.to_thread(acknowledge, config.path, "1", "fan", None)
        finally:
            server.should_exit = True
            await serving


async def test_an_alert_that_has_just_ended_is_not_called_acknowledged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(CommandError) as raised:
        await acknowledged(written_config(tmp_path), cools={1, 2})
    assert str(raised.value) == "Alert 1 has just ended: nothing is left to acknowledge."
    assert capsys.readouterr().out == ""


async def test_a_line_of_which_a_part_has_just_ended_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await acknowledged(written_config(tmp_path), cools={1})
    said = capsys.readouterr().out.splitlines()
    assert "acknowledged this; only its end will be sent:" in said[0]
    assert said[-1] == "1 of these 2 alerts had just ended."


async def test_a_line_of_which_nothing_has_ended_says_nothing_more(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await acknowledged(written_config(tmp_path), cools=set())
    assert capsys.readouterr().out.splitlines()[-1].startswith("          hot, since ")
