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
"""When the panel stops: how long requests may take to finish before their connections are closed."""

TICK_SECONDS = 1.0

GIVE_UP_SECONDS = 1.5
"""When the panel stops: how long requests may wait for munged or read history before they get "try again"."""

BACKLOG = 4096
"""Connections that may wait to be accepted: after a restart all agents of a large cluster connect at once."""

SPARE_FILES = 100
"""Open files reserved for other things than connections: the readers' databases, the log, the page's files."""

RELOAD_PAUSES_SECONDS = (0.5, 1, 2, 5)
"""How long a reload waits before each new try; the last applies to all further tries."""

COLLECT_AT = (20_000, 4, 100)
"""Thresholds of the garbage collector, which stops all work: for 20 times 20,000 objects it took 59 ms (measured)."""

SWITCH_SECONDS = 0.001
"""How long a thread may keep the interpreter's lock while the event loop waits for it. With Python's default of 5 ms,
threads that read a large set made the loop wait 23 ms, with this 7 ms. Reading takes the same time (measured)."""

AT_START_ONLY = ("port", "host", "tls_certificate", "tls_key")


Beside = AbstractAsyncContextManager[object]
"""Something to run beside the panel, for as long as the panel runs."""


def serve(config_path: Path, on_ready: Callable[[], None], beside: Beside | None = None) -> None:
    """Run the panel until a signal stops it. `on_ready` is called once it listens.

    Raises ConfigError, DatabaseError (also if another panel uses the database), CommandError (the port is taken).
    """
    # nohup makes it ignore SIGHUP: then it must outlive its terminal. SIGHUP is ignored until the server starts.
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
    """Return the file that keeps all nodes' last hours across restarts: in systemd's folder for the service, in memory.

    Without that folder, as with `minipanel try`, the file is beside the database and written only when the panel stops.
    A mapped file there would be written again and again, and the panel would wait for a disk or the network.
    """
    folder = os.environ.get("RUNTIME_DIRECTORY", "").split(":")[0]
    beside = database.with_name(f"{database.name}.hours")
    return HourFile(Path(folder) / "last-hours", is_mapped=True) if folder else HourFile(beside)


async def _run(server: PanelServer, listener: socket.socket, beside: Beside) -> None:
    # Uvicorn's own lifespan support would log a failed start as a traceback.
    app = server.app
    async with app.router.lifespan_context(app), beside:
        await server.serve(sockets=[listener])


class PanelServer(uvicorn.Server):
    """Uvicorn's server, with the panel's signal handlers instead of its own."""

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
        self._direct = Direct(app)
        self._rounds = Rounds(lambda: self._panel.ingest.gather_seconds)
        self._exits = asyncio.Event()
        self._lives_by_terminal = not outlives_terminal and _has_terminal()
        self._reloads: set[asyncio.Task[None]] = set()
        self._one_reload = asyncio.Lock()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start listening, then publish the process id, log and notify systemd."""
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(self._note_or_log)
        for listener in sockets or []:
            listening = loop.create_server(
                self._connection,
                sock=listener,
                ssl=self.config.ssl,
                # The limits know a connection only after its handshake.
                ssl_handshake_timeout=HEAD_SECONDS if self.config.ssl else None,
                backlog=BACKLOG,
            )
            self.servers.append(await listening)
        self._rounds.start()
        self.started = True
        # What exists now stays. Freezing it spares the collector looking through it again and again (a tenth of the
        # CPU time).
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
        """Note a client that disconnected, or failed its TLS handshake, without a traceback. Log all else as usual."""
        if isinstance(context.get("exception"), (ConnectionError, ssl.SSLError, TimeoutError)):
            transport = context.get("transport")
            peer = (transport and transport.get_extra_info("peername")) or ("an unknown address",)
            self._panel.refusals.note_connection(str(peer[0]), "It broke off, or spoke no TLS that the panel knows.")
        else:
            loop.default_exception_handler(context)

    async def main_loop(self) -> None:
        """Check the deadlines every second until the panel stops. Uvicorn's own loop wakes ten times as often."""
        while not await self.on_tick(0):
            self._limits.sweep(asyncio.get_running_loop().time())
            with suppress(TimeoutError):
                async with asyncio.timeout(TICK_SECONDS):
                    await self._exits.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop, after giving requests some seconds to finish."""
        loop = asyncio.get_running_loop()
        # A handler whose connection closes ends cleanly; Uvicorn would cancel it, and log a traceback for each.
        closing = loop.call_later(STOP_SECONDS, self._close_connections)
        # A handler that waits for munged or reads history does not notice that its connection closed.
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
        """Handle the panel's signals while the block runs."""
        loop = asyncio.get_running_loop()
        actions = {signal.SIGTERM: self._stop, signal.SIGINT: self._stop, signal.SIGHUP: self._hang_up}
        for number, action in actions.items():
            loop.add_signal_handler(number, action)
        try:
            yield
        finally:
            # SIGTERM and SIGINT stay handled: a second Ctrl-C would otherwise kill the panel during its last commit.
            loop.remove_signal_handler(signal.SIGHUP)
            signal.signal(signal.SIGHUP, signal.SIG_IGN)

    def _stop(self) -> None:
        if not self.should_exit:
            log.info("The panel stops.")
            notify(STOPPING)
        self.should_exit = True
        self._exits.set()
        self._panel.broadcast.close()  # open streams would delay the stop

    def _hang_up(self) -> None:
        """Reload the configuration, or stop if SIGHUP came because the terminal closed."""
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
                config = await self._apply_config()
                log.info("The configuration was reloaded: %d nodes.", len(config.nodes))
                _warn_of_restart(self._config, config)
            except ConfigError as error:
                log.error("%s The panel keeps its old configuration.", error)
            finally:
                notify(READY)

    async def _apply_config(self) -> Config:
        """Apply config.toml and return it. Waits while the database can't be written.

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
        # Agents are identified by their address, so no header may claim another one.
        proxy_headers=False,
        timeout_graceful_shutdown=STOP_SECONDS + 1,
        ssl_certfile=certificate,
        ssl_keyfile=key,
    )


def _warn_of_restart(old: Config, new: Config) -> None:
    """Log a warning about changes that take effect only at the next start."""
    changed = [key for key in AT_START_ONLY if getattr(old.server, key) != getattr(new.server, key)]
    if old.database.path != new.database.path:
        changed.append("path")
    if changed:
        log.warning("Changed, but read at a start only: %s. Restart the panel.", ", ".join(changed))


def _has_terminal() -> bool:
    """Return whether this process has a terminal, which may close."""
    try:
        os.close(os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY))
    except OSError:
        return False
    return True
