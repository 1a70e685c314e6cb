"""`minipanel status`: shows what is up, what is not, and why."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

from minipanel.commands.alerts_overview import AlertsOverview
from minipanel.commands.alerts_words import span
from minipanel.commands.archive_overview import ArchiveOverview
from minipanel.commands.archive_status import archive_line
from minipanel.commands.backup_overview import BackupOverview
from minipanel.commands.node_sets import nodes_asked_for
from minipanel.commands.overview import DatabaseOverview, MungeOverview, Overview, PanelOverview, look_over
from minipanel.commands.tables import plain_lines, show_table
from minipanel.exits import DONE, FAILED
from minipanel.machine.local_time import local_time
from minipanel.models.megabytes import megabytes
from minipanel.models.node import State
from minipanel.models.nodeset import fold
from minipanel.models.quote import escape
from minipanel.sections import load_config
from minipanel.translations.language import Translate, translator

_ERROR_CHARACTERS = 300
_STATES: tuple[State, ...] = ("up", "down", "never", "disabled")


def show_status(config_path: Path, node_set: str | None, as_json: bool) -> int:
    """Print the state of the panel and of a set of nodes. Returns 0 if all is well, otherwise 1.

    Raises ConfigError, CommandError, BadInput, NotFound.
    """
    config = load_config(config_path)
    wanted = {node.hostname for node in nodes_asked_for(config, node_set)}
    overview = look_over(config)
    overview = replace(overview, nodes=tuple(node for node in overview.nodes if node.hostname in wanted))
    if as_json:
        parts = {name: part for name, part in asdict(overview).items() if part is not None}
        print(json.dumps({"well": overview.is_well, **parts}, indent=2, default=str))
    else:
        _Lines(overview, translator()).show()
    return DONE if overview.is_well else FAILED


class _Lines:
    """The lines that people read, in their language."""

    def __init__(self, overview: Overview, t: Translate) -> None:
        self._overview = overview
        self._t = t

    def show(self) -> None:
        """Print the lines on stdout."""
        overview, t = self._overview, self._t
        rows = [
            (t("panel"), self._panel(overview.panel)),
            (t("database"), self._database(overview.database)),
            (t("munged"), self._munge(overview.munge)),
            *([(t("backup"), self._backup(overview.backup))] if overview.backup else []),
            *([(t("archive"), self._archive(overview.archive))] if overview.archive else []),
            *self._alerts(overview.alerts),
            (t("nodes"), self._nodes()),
        ]
        print("\n".join(plain_lines(rows)))
        if overview.nodes:
            print()
            titles = (t("NAME"), t("STATE"), t("NEWEST SAMPLE"))
            show_table(titles, [(node.name, t(node.state), self._ago(node.last_seen)) for node in overview.nodes])

    def _panel(self, panel: PanelOverview) -> str:
        if panel.trouble:
            return self._t(panel.trouble)
        values = {"address": panel.address, "version": panel.version, "pid": panel.pid}
        if panel.pid is None:
            return self._t("up at {address}, version {version}", **values)
        return self._t("up at {address}, version {version}, process {pid}", **values)

    def _database(self, database: DatabaseOverview) -> str:
        if database.trouble:
            return self._t(database.trouble)
        size = megabytes(database.size_bytes, 1)
        expected = database.forecast
        if expected is None:
            return self._t("{path}, {size} MB", path=database.path, size=size)
        values = {
            "path": database.path,
            "size": size,
            "expected": megabytes(expected.expected_bytes),
            "nodes": expected.nodes,
        }
        if expected.nodes == 1:
            return self._t(
                "{path}, {size} MB; grows to about {expected} MB with 1 node",
                **values,
            )
        return self._t("{path}, {size} MB; grows to about {expected} MB with {nodes} nodes", **values)

    def _munge(self, munge: MungeOverview) -> str:
        if munge.trouble:
            return self._t(munge.trouble)
        return self._t("answers") if munge.is_used else self._t('not used: auth is "token"')

    def _backup(self, backup: BackupOverview) -> str:
        trouble = self._t(backup.trouble) if backup.trouble else None
        if backup.last_copy is None:
            return trouble or self._t("none yet in {folder}", folder=backup.folder)
        last = {"copy": backup.last_copy, "moment": local_time(backup.last_made_at or 0)}
        if trouble:
            return self._t("{trouble} The last: {copy}, {moment}", trouble=trouble, **last)
        return self._t("{copy}, {moment}", **last)

    def _archive(self, archive: ArchiveOverview) -> str:
        return self._t(archive.trouble) if archive.trouble else archive_line(archive, self._t)

    def _alerts(self, alerts: AlertsOverview | None) -> list[tuple[str, str]]:
        """2 critical, 1 warning: minipanel alerts list. No row if nothing is wrong and alerts reach somebody."""
        t, rows = self._t, []
        if alerts is None:
            return []
        counts = (("critical", alerts.critical), ("warning", alerts.warning), ("info", alerts.info))
        said = [t("{count} {severity}", count=count, severity=t(severity)) for severity, count in counts if count]
        if said:
            rows.append(t("{counts}: minipanel alerts list", counts=t(", ").join(said)))
        if alerts.error is not None:
            error = escape(self._t(alerts.error), _ERROR_CHARACTERS)
            rows.append(t("{count} messages not sent yet: {error}", count=alerts.waiting, error=error))
        if alerts.goes_nowhere:
            rows.append(t("go nowhere: set [alerts] mail"))
        return [(t("alerts") if place == 0 else "", row) for place, row in enumerate(rows)]

    def _nodes(self) -> str:
        """3 up, 2 down (node[004-005])"""
        parts = []
        for state in _STATES:
            names = [node.name for node in self._overview.nodes if node.state == state]
            counted = {"count": len(names), "state": self._t(state)}
            if names and state == "up":
                parts.append(self._t("{count} {state}", **counted))
            elif names:
                parts.append(self._t("{count} {state} ({names})", names=fold(names), **counted))
        return self._t(", ").join(parts) or self._t("none configured")

    def _ago(self, last_seen: int | None) -> str:
        if last_seen is None:
            return self._t("none yet")
        moment, age = local_time(last_seen), self._overview.timestamp - last_seen
        if age >= 0:
            return self._t("{moment} ({age} ago)", moment=moment, age=span(age))
        return self._t("{moment} ({age} ahead)", moment=moment, age=span(-age))
