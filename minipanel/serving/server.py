"""The panel's process: Uvicorn with the panel's signals. SIGTERM and SIGINT stop it, SIGHUP reloads config.toml."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import resource
import signal
import socket
import ssl
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager, nullcontext, suppress
from functools import partial
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import uvicorn
import uvloop
from fastapi import FastAPI

from minipanel import __version__
from minipanel.app import create_app
from minipanel.config import Config
from minipanel.database.schema import bring_up_to_date
from minipanel.errors import ConfigError, DatabaseError, TryLater
from minipanel.machine.lock import PanelLock
from minipanel.sections import load_config
from minipanel.services.hour_file import HourFile
from minipanel.services.panel import Panel
from minipanel.serving.connection import Connection
from minipanel.serving.direct import Direct
from minipanel.serving.limits import Limits
from minipanel.serving.migration import MigrationReport
from minipanel.serving.notify import READY, RELOADING, STOPPING, notify
from minipanel.serving.protocol import HEAD_SECONDS
from minipanel.serving.rounds import Rounds
from minipanel.serving.sockets import allow_many_connections, bind, refuse_bad_tls

log = logging.getLogger(__name__)

STOP_SECONDS = 3
"""How long requests under way may take to end when the panel stops, before their connections are closed."""

TICK_SECONDS = 1.0

GIVE_UP_SECONDS = 1.5
"""How long those of them may wait for munged or read the history, before they are asked to try again."""

BACKLOG = 4096
"""All agents of a large cluster connect at once after a restart."""

SPARE_FILES = 100
"""Open files that are not connections: the database for each reader, the log, the page's."""

RELOAD_PAUSES_SECONDS = (0.5, 1, 2, 5)
"""How long a reload waits for room each time; the last for all that follow."""

COLLECT_AT = (20_000, 4, 100)
"""When the garbage collector looks; nobody works meanwhile. A look at 20 times 20,000 objects took 59 ms (measured)."""

SWITCH_SECONDS = 0.001
"""How long a thread that runs Python lets the event loop wait for the interpreter's lock. With Python's own 5 ms, the
threads that read a large set made it wait for 23 ms, with this for 7. Reading takes as long (measured)."""

AT_START_ONLY = ("port", "host", "tls_certificate", "tls_key")


Beside = AbstractAsyncContextManager[object]
"""What runs beside the panel, for as long as the panel does."""


def serve(config_path: Path, on_ready: Callable[[], None], beside: Beside | None = None) -> None:
    """Run the panel until it is told to stop, and what is to run beside it. `on_ready` is called once it listens.

    Raises ConfigError, DatabaseError (also when another panel uses the database), CommandError (address taken).
    """
    # Started by nohup it ignores SIGHUP already, and is to outlive its terminal. Until the server is there, all do.
    outlives_terminal = signal.signal(signal.SIGHUP, signal.SIG_IGN) == signal.SIG_IGN
    config = load_config(config_path)
    refuse_bad_tls(config.server)
    allow_many_connections()
    lock = PanelLock(config.database.path)
    try:
        with bind(config.server.host, config.server.port) as listener:
            with MigrationReport() as report:
                bring_up_to_date(config.database.path, report)
            app = create_app(config, panel=partial(Panel, hours=hour_file(config.database.path)))
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                server = PanelServer(app, config, lock, outlives_terminal, on_ready)
                runner.run(_run(server, listener, beside or nullcontext()))
    finally:
        lock.release()


def hour_file(database: Path) -> HourFile:
    """Return what keeps the last hours: in the folder that systemd has for the service, where it costs no disk.

    Without one, say by `minipanel try`, it is written beside the database at a stop: a mapped file would be written
    again and again there, and wait for a disk, or for a server in the network.
    """
    folder = os.environ.get("RUNTIME_DIRECTORY", "").split(":")[0]
    beside = database.with_name(f"{database.name}.hours")
    return HourFile(Path(folder) / "last-hours", is_mapped=True) if folder else HourFile(beside)


async def _run(server: PanelServer, listener: socket.socket, beside: Beside) -> None:
    # Uvicorn's own lifespan would log a failed start as a traceback.
    app = server.app
    async with app.router.lifespan_context(app), beside:
        await server.serve(sockets=[listener])


class PanelServer(uvicorn.Server):
    """Uvicorn, with the panel's signals in place of its own."""

    def __init__(
        self, app: FastAPI, config: Config, lock: PanelLock, outlives_terminal: bool, on_ready: Callable[[], None]
    ) -> None:
        super().__init__(_uvicorn_config(app, config))
        self.app = app
        self._panel: Panel = app.state.panel
        self._config = config
        self._lock = lock
        self._on_ready = on_ready
        self.servers: list[asyncio.Server] = []
        most_connections = resource.getrlimit(resource.RLIMIT_NOFILE)[0] - SPARE_FILES
        self._limits = Limits(most_connections, lambda: len(self._panel.config.nodes), self._panel.refusals)
        self._direct = Direct(self._panel)
        self._rounds = Rounds(lambda: self._panel.ingest.gather_seconds)
        self._exits = asyncio.Event()
        self._lives_by_terminal = not outlives_terminal and _has_terminal()
        self._reloads: set[asyncio.Task[None]] = set()
        self._one_reload = asyncio.Lock()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to listen, then let commands find this process, and tell."""
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(self._note_or_log)
        for listener in sockets or []:
            listening = loop.create_server(
                self._connection,
                sock=listener,
                ssl=self.config.ssl,
                # Until it is over there is no connection that the limits could know of.
                ssl_handshake_timeout=HEAD_SECONDS if self.config.ssl else None,
                backlog=BACKLOG,
            )
            self.servers.append(await listening)
        self._rounds.start()
        self.started = True
        # What is there now stays: the collector need not look through it again and again (a tenth of the CPU time).
        gc.collect()
        gc.freeze()
        gc.set_threshold(*COLLECT_AT)
        sys.setswitchinterval(SWITCH_SECONDS)
        self._lock.publish()
        server, nodes = self._config.server, len(self._config.nodes)
        log.info("MiniPanel %s listens on %s port %d for %d nodes.", __version__, server.host, server.port, nodes)
        notify(READY)
        self._on_ready()

    def _connection(self) -> Connection:
        return Connection(self.config, self.server_state, self._limits, self._direct, self._rounds)

    def _note_or_log(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Note a client that went, or that never spoke TLS, without a traceback; log all else as usual."""
        if isinstance(context.get("exception"), (ConnectionError, ssl.SSLError, TimeoutError)):
            transport = context.get("transport")
            peer = (transport and transport.get_extra_info("peername")) or ("an unknown address",)
            self._panel.refusals.note_connection(str(peer[0]), "It broke off, or spoke no TLS that the panel knows.")
        else:
            loop.default_exception_handler(context)

    async def main_loop(self) -> None:
        """Look at the deadlines every second until the panel stops. Uvicorn's own loop wakes ten times as often."""
        while not await self.on_tick(0):
            self._limits.sweep(asyncio.get_running_loop().time())
            with suppress(TimeoutError):
                async with asyncio.timeout(TICK_SECONDS):
                    await self._exits.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let requests under way end, for some seconds."""
        loop = asyncio.get_running_loop()
        # A handler whose connection closes ends cleanly; Uvicorn would cancel it, with a traceback for each.
        closing = loop.call_later(STOP_SECONDS, self._close_connections)
        # One that waits for munged, or reads, does not see its connection.
        giving_up = loop.call_later(GIVE_UP_SECONDS, self._panel.give_up)
        self._rounds.close()
        await super().shutdown(sockets)
        closing.cancel()
        giving_up.cancel()

    def _close_connections(self) -> None:
        for connection in list(self.server_state.connections):
            connection.transport.abort()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Act on the panel's signals while the block runs."""
        loop = asyncio.get_running_loop()
        actions = {signal.SIGTERM: self._stop, signal.SIGINT: self._stop, signal.SIGHUP: self._hang_up}
        for number, action in actions.items():
            loop.add_signal_handler(number, action)
        try:
            yield
        finally:
            # Not given back: a second Ctrl-C would end the panel in the midst of its last commit.
            loop.remove_signal_handler(signal.SIGHUP)
            signal.signal(signal.SIGHUP, signal.SIG_IGN)

    def _stop(self) -> None:
        if not self.should_exit:
            log.info("The panel stops.")
            notify(STOPPING)
        self.should_exit = True
        self._exits.set()
        self._panel.broadcast.close()  # open streams would hold up the stop

    def _hang_up(self) -> None:
        """Reload the configuration; or stop, when SIGHUP came because the terminal has gone."""
        if self._lives_by_terminal and not _has_terminal():
            self._stop()
            return
        task = asyncio.create_task(self._reload())
        self._reloads.add(task)
        task.add_done_callback(self._reloads.discard)

    async def _reload(self) -> None:
        async with self._one_reload:
            notify(RELOADING)
            try:
                config = await self._take_over()
                log.info("The configuration was reloaded: %d nodes.", len(config.nodes))
                _tell_what_waits(self._config, config)
            except ConfigError as error:
                log.error("%s The panel keeps its old configuration.", error)
            finally:
                notify(READY)

    async def _take_over(self) -> Config:
        """Return the configuration that the panel now follows. It waits while nothing can be written.

        Raises ConfigError.
        """
        for pause_seconds in chain(RELOAD_PAUSES_SECONDS, repeat(RELOAD_PAUSES_SECONDS[-1])):
            config = load_config(self._config.path)
            try:
                await self._panel.reload(config)
            except (TryLater, DatabaseError) as error:
                if pause_seconds == RELOAD_PAUSES_SECONDS[0]:
                    reason = error if isinstance(error, DatabaseError) else "The panel is busy."
                    log.warning("%s The configuration will be reloaded as soon as there is room.", reason)
                await asyncio.sleep(pause_seconds)
            else:
                return config
        raise AssertionError("the pauses have no end")


def _uvicorn_config(app: FastAPI, config: Config) -> uvicorn.Config:
    certificate, key = config.server.tls_certificate, config.server.tls_key
    return uvicorn.Config(
        app,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="off",
        backlog=BACKLOG,
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        # An agent is known by its address: nobody may claim another one in a header.
        proxy_headers=False,
        timeout_graceful_shutdown=STOP_SECONDS + 1,
        ssl_certfile=certificate,
        ssl_keyfile=key,
    )


def _tell_what_waits(old: Config, new: Config) -> None:
    """Warn of changes that take effect at the next start."""
    changed = [key for key in AT_START_ONLY if getattr(old.server, key) != getattr(new.server, key)]
    if old.database.path != new.database.path:
        changed.append("path")
    if changed:
        log.warning("Changed, but read at a start only: %s. Restart the panel.", ", ".join(changed))


def _has_terminal() -> bool:
    """Return whether this process has a terminal that could go away."""
    try:
        os.close(os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY))
    except OSError:
        return False
    return True
