"""What `minipanel status` checks: the panel, its database, its nodes, munged, backups, alerts and the archive."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from minipanel import __version__
from minipanel.commands.alerts_overview import AlertsOverview, look_at_alerts
from minipanel.commands.archive_overview import ArchiveOverview, look_at_archive
from minipanel.commands.backup_overview import BackupOverview, look_at_backups
from minipanel.config import Config, NodeConfig
from minipanel.database.newest import heard_by_hostname, readable
from minipanel.database.size import measure
from minipanel.errors import CommandError, DatabaseError
from minipanel.machine.health import disk_trouble, munge_trouble, panel_version
from minipanel.machine.lock import running_pid
from minipanel.machine.uptime import this_moment
from minipanel.models.node import Heard, Moment, State, state_of
from minipanel.services.forecast import Forecast, forecast


@dataclass(frozen=True, slots=True)
class PanelOverview:
    """The panel's process. `version` is its answer, None if it does not answer; `pid` is None if unknown."""

    address: str
    version: str | None
    pid: int | None
    trouble: str | None


@dataclass(frozen=True, slots=True)
class DatabaseOverview:
    """The database file. `size_bytes` includes its write-ahead log. `forecast` is None if it can't be read."""

    path: Path
    size_bytes: int
    forecast: Forecast | None
    trouble: str | None


@dataclass(frozen=True, slots=True)
class NodeOverview:
    """A configured node as the database knows it. `last_seen`: its newest stored sample, Unix seconds."""

    name: str
    hostname: str
    state: State
    last_seen: int | None


@dataclass(frozen=True, slots=True)
class MungeOverview:
    """Whether munged answers. `is_used` is False with auth = "token"; munged is not asked then."""

    is_used: bool
    trouble: str | None


@dataclass(frozen=True, slots=True)
class Overview:
    """The whole state. `timestamp`: when it was read, Unix seconds.

    `backup` is None without automatic backups, `alerts` if alerts are off, `archive` without an archive.
    """

    timestamp: int
    panel: PanelOverview
    database: DatabaseOverview
    munge: MungeOverview
    nodes: tuple[NodeOverview, ...]
    backup: BackupOverview | None = None
    alerts: AlertsOverview | None = None
    archive: ArchiveOverview | None = None

    @property
    def is_well(self) -> bool:
        """Whether nothing is in trouble, every enabled node is up, and no alert waits for somebody."""
        parts = (self.panel, self.database, self.munge, self.backup, self.archive)
        return (
            not any(part and part.trouble for part in parts)
            and all(node.state in ("up", "disabled") for node in self.nodes)
            and (self.alerts is None or self.alerts.is_well)
        )


def look_over(config: Config) -> Overview:
    """Check everything, change nothing. Raises nothing of its own: any trouble is part of the result."""
    moment = this_moment()
    return Overview(
        timestamp=int(moment.unix_seconds),
        panel=look_at_panel(config),
        database=look_at_database(config),
        munge=look_at_munge(config),
        nodes=look_at_nodes(config, moment),
        backup=look_at_backups(config, moment.unix_seconds),
        alerts=look_at_alerts(config, moment.unix_seconds),
        archive=look_at_archive(config),
    )


def look_at_munge(config: Config) -> MungeOverview:
    """Make a credential and decode it, if agents authenticate with MUNGE."""
    uses_munge = config.agents.auth == "munge"
    return MungeOverview(uses_munge, munge_trouble(config.agents.munge_socket) if uses_munge else None)


def look_at_nodes(config: Config, moment: Moment) -> tuple[NodeOverview, ...]:
    """Return each node as the database knows it; without a sample if the database can't be read."""
    seen: dict[str, Heard] = {}
    with suppress(DatabaseError):
        seen = heard_by_hostname(config.database.path, moment, config.agents.interval)
    return tuple(_node(node, seen.get(node.hostname.lower(), Heard()), config.agents.interval) for node in config.nodes)


def look_at_panel(config: Config) -> PanelOverview:
    """Ask the panel for its version, and look up its process."""
    address, pid = config.server.local_url, None
    try:
        version = panel_version(config.server.local_url)
    except CommandError as error:
        return PanelOverview(address, None, None, str(error))
    trouble = None
    try:
        pid = running_pid(config.database.path, patience_seconds=0)
        if pid is None:
            trouble = f"Another panel answers at {address}; none is using the database of {config.path}."
    except OSError:
        pass  # this user may not see the process; that the panel answers is enough
    if version != __version__:
        trouble = f"The running panel is version {version}, but {__version__} is installed: restart it."
    return PanelOverview(address, version, pid, trouble)


def look_at_database(config: Config) -> DatabaseOverview:
    """Check whether the database can be read and written, and has space to grow as forecast."""
    path = config.database.path
    expected = trouble = None
    try:
        with readable(path) as connection:
            expected = forecast(config, measure(connection))
    except DatabaseError as error:
        trouble = str(error)
    files = [path, path.with_name(f"{path.name}-wal")]
    try:
        size_bytes = sum(file.stat().st_size for file in files if file.exists())
        trouble = trouble or disk_trouble(path) or (expected.trouble if expected else None)
        return DatabaseOverview(path, size_bytes, expected, trouble)
    except OSError as error:
        return DatabaseOverview(path, 0, expected, trouble or f"{path} can't be accessed: {error.strerror}.")


def _node(node: NodeConfig, heard: Heard, interval_seconds: int) -> NodeOverview:
    state = state_of(node.enabled, heard.last_seen, heard.silent_seconds, interval_seconds)
    return NodeOverview(node.name, node.hostname, state, heard.last_seen)
