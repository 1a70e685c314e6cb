"""A panel's alerts that die by SIGKILL at a chosen moment: `python -m tests.alerts.mortal FOLDER SMTP_PORT`.

Plays a story in steps of five seconds, with the real database and real mail. The next start continues where the last
one ended. MINIPANEL_DIES_AT names one of POINTS: the process dies when it first reaches that point.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

from minipanel.alerts.alerts import Alerts
from minipanel.alerts.channels.mail import Mail
from minipanel.alerts.config import AlertsConfig, SmtpConfig
from minipanel.alerts.watch import Changes, Watch
from minipanel.database import alerts as sql
from minipanel.models.sample import Sample
from tests.alerts.running import START, Running, cluster_config

POINTS = (
    "before a tick with news",
    "after the watch, before the transaction",
    "in the transaction, after the alerts",
    "in the transaction, after the message",
    "after the commit",
    "before the mail",
    "after the mail was taken",
    "in the transaction that marks it",
    "after it was marked",
    "between two steps of the watch",
)
TOLD_AGAIN = POINTS[6:8]
"""Between the mail server's answer and its record: the one repeated mail that can't be avoided."""

SILENT = range(120, 700)
END = 1500
VARIABLE = "MINIPANEL_DIES_AT"


def die_at(point: str) -> None:
    """Kill this process if this is the requested point."""
    if os.environ.get(VARIABLE) == point:
        os.kill(os.getpid(), signal.SIGKILL)


def _around(owner: Any, name: str, before: str | None, after: str | None, when: Callable[..., bool]) -> None:
    real = getattr(owner, name)

    def wrapped(*arguments: Any, **named: Any) -> Any:
        if before is not None and when(*arguments):
            die_at(before)
        result = real(*arguments, **named)
        if after is not None and when(*arguments):
            die_at(after)
        return result

    setattr(owner, name, wrapped)


def lay_mines() -> None:
    """Make each of POINTS kill the process if it is the requested one."""
    steps = Watch.steps

    def mined_steps(watch: Watch, *arguments: Any) -> Generator[None, None, Changes]:
        before = {alert.id for alert in watch.open()}
        has_news = any(alert.announced_at is None for alert in watch.open())
        if has_news:
            die_at(POINTS[0])
        under_way = steps(watch, *arguments)
        while True:
            try:
                next(under_way)
            except StopIteration as end:
                changes: Changes = end.value
                if has_news or changes:
                    die_at(POINTS[1])
                return changes
            if any(alert.id not in before for alert in watch.open()):
                die_at(POINTS[9])
            yield

    Watch.steps = mined_steps  # type: ignore[method-assign]
    _around(sql, "put_alerts", None, POINTS[2], lambda _, alerts: bool(alerts))
    _around(sql, "put_message", None, POINTS[3], lambda *_: True)
    _around(Mail, "send", POINTS[5], POINTS[6], lambda *_: True)
    _around(sql, "note_sent", None, POINTS[7], lambda *_: True)
    told = Alerts._told

    def after_commit(alerts: Alerts, *arguments: Any) -> None:
        die_at(POINTS[4])
        told(alerts, *arguments)

    Alerts._told = after_commit  # type: ignore[method-assign]


async def pass_story(folder: Path, port: int) -> None:
    """Continue from the time that the clock file in the folder has, to the end."""
    clock = folder / "now"
    now = int(clock.read_text("ascii")) if clock.exists() else START
    config = cluster_config(
        folder,
        6,
        **{"alerts": AlertsConfig(mail=("ops@example.org",), name="c1"), "alerts.smtp": SmtpConfig(port=port)},
    )
    it = Running(config, now)
    await it.panel.start()
    await it.alerts.start(is_looking=False)
    while it.now < START + END:
        it.now += 5
        clock.write_text(str(it.now), "ascii")
        for node in it.panel.directory.nodes:
            if not (node.id == 3 and it.now - START in SILENT):
                sample = Sample(node.hostname, it.now, **VALUES)
                if it.now % 60 and node.id != 3:
                    it.panel.live.take(node, [sample])
                else:
                    await it.panel.ingest.submit(node, [sample])
        it.panel.live.look()
        await it.alerts.tick()
        waiting = len(await it.alerts.outbox._box.waiting())
        await it.alerts.outbox.send_due()
        if waiting:
            die_at(POINTS[8])
    await it.alerts.close()
    await it.panel.close()


VALUES: dict[str, Any] = {"cpu_percent": 10.0, "memory_total": 1000, "memory_used": 300, "cpu_temp": 50.0}


if __name__ == "__main__":
    lay_mines()
    asyncio.run(pass_story(Path(sys.argv[1]), int(sys.argv[2])))
