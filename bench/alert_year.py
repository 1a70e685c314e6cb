"""A year of a cluster for its alerts: seeded troubles, judged by the real rules with the real database.

Only the clock and the far edge are fake: when a node reports, whether its port 22 answers, where the mail goes. Time
jumps from one moment at which something can change to the next, so a year takes minutes.
"""

from __future__ import annotations

import asyncio
import heapq
import json
import random
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cluster import make_config

from minipanel.alerts.alerts import Alerts
from minipanel.alerts.config import AlertsConfig
from minipanel.alerts.outbox import Letter, NotSent
from minipanel.models.sample import Sample
from minipanel.services.panel import Panel

START = 1_790_000_000
DAY = 86_400
RACK = 40

FAULTS_A_DAY, REBOOTS_A_DAY = 2, 20
RACKS_LOST, BLIPS, FLAPPING, FLAP_DAYS = 6, 30, 4, 3
VALUE_FAULTS_EACH = 10
"""Every tenth fault is not a silence: the node is hot, or out of memory."""

RELAY_AWAY_HOURS, RESTART_SECONDS = 6, 120

FOR_SECONDS, HOLD_SECONDS = 300, 300
SLACK_SECONDS = 60
"""How far an alert's times may be from the truth: looks, the wait for a reason, the minute of a restart."""

SEEN_SECONDS = 20
"""A node still counts as up for this long after its last sample."""

Span = tuple[int, int]


@dataclass
class Trouble:
    """Nodes that are silent, or hot, or out of memory, from one time to another."""

    kind: str
    nodes: tuple[int, ...]
    begin: int
    end: int


def troubles(nodes: int, days: float, seed: int) -> list[Trouble]:
    """Return the troubles of this many days, in the mix that a year of 1,000 nodes has."""
    dice, end = random.Random(seed), int(START + days * DAY)
    share = days / 365

    def at() -> int:
        return dice.randrange(START + 900, max(START + 901, end - 4 * 3600)) // 5 * 5

    def one() -> int:
        return dice.randint(1, nodes)

    found = []
    for count in range(round(FAULTS_A_DAY * days)):
        begin = at()
        if count % VALUE_FAULTS_EACH == 0:
            kind = dice.choice(("hot", "memory"))
            found.append(Trouble(kind, (one(),), begin, begin + dice.randrange(1200, 2400) // 5 * 5))
        else:
            found.append(Trouble("down", (one(),), begin, begin + dice.randrange(600, 12 * 3600) // 5 * 5))
    for _ in range(round(REBOOTS_A_DAY * days)):
        begin = at()
        found.append(Trouble("down", (one(),), begin, begin + dice.randrange(150, 360) // 5 * 5))
    for _ in range(max(1, round(RACKS_LOST * share))):
        begin, rack = at(), dice.randrange(nodes // RACK)
        rack_nodes = tuple(range(rack * RACK + 1, rack * RACK + RACK + 1))
        found.append(Trouble("down", rack_nodes, begin, begin + dice.randrange(1800, 4 * 3600) // 5 * 5))
    for _ in range(max(2, round(BLIPS * share))):
        begin = at()
        found.append(Trouble("down", tuple(range(1, nodes + 1)), begin, begin + dice.randrange(30, 300) // 5 * 5))
    for _ in range(max(1, round(FLAPPING * share))):
        now, node = at(), one()
        last = min(end - 4 * 3600, now + FLAP_DAYS * DAY)
        while now < last:
            until = now + dice.randrange(120, 900) // 5 * 5
            found.append(Trouble("down", (node,), now, until))
            now = until + dice.randrange(120, 900) // 5 * 5
    return sorted(found, key=lambda each: each.begin)


def spans_of(found: list[Trouble], kind: str) -> dict[int, list[Span]]:
    """Return each node's spans of this kind. Spans that overlap, or nearly do, are joined."""
    by_node: dict[int, list[Span]] = {}
    for each in found:
        for node in each.nodes if each.kind == kind else ():
            before = by_node.setdefault(node, [])
            if before and each.begin <= before[-1][1] + 15:
                before[-1] = (before[-1][0], max(before[-1][1], each.end))
            else:
                before.append((each.begin, each.end))
    return by_node


@dataclass
class Told:
    """One letter that people got."""

    at: int
    letter: Letter
    begun: tuple[int, ...] = ()
    ended: tuple[int, ...] = ()


class Year:
    """A panel that lives through troubles and restarts, and the messages that people got."""

    name = "mail"

    def __init__(self, folder: Path, nodes: int, found: list[Trouble], relay_away: Span, restarts: list[int]) -> None:
        config = make_config(folder, nodes)
        rooms = {**config.rooms, "alerts": AlertsConfig(mail=("ops@example.org",), name="c1")}
        self.config = replace(config, rooms=rooms)
        self.found = found
        self.relay_away = relay_away
        self.now = START
        self.told: list[Told] = []
        self.ticks = 0
        self._restarts = sorted(restarts)
        self._changes = sorted(
            (
                (at, number, begins)
                for number, each in enumerate(found)
                for at, begins in ((each.begin, 1), (each.end, 0))
            ),
            reverse=True,
        )
        self._wakes = [START + 60, max(each.end for each in found) + 6 * 3600]
        self._troubles: dict[str, Counter[int]] = {kind: Counter() for kind in ("down", "hot", "memory")}

    def send(self, letter: Letter) -> None:
        """Take a letter as the relay would."""
        if self.relay_away[0] <= self.now < self.relay_away[1]:
            raise NotSent("The relay is away.")
        self.told.append(Told(self.now, letter))

    async def live(self) -> None:
        """Live through the whole year."""
        while self._wakes:
            panel = Panel(self.config, lambda: float(self.now), lambda: float(self.now - START + 1000))
            panel.ingest.gather_seconds = panel.ingest._batcher.least_seconds = 0  # nobody else writes
            await panel.start()
            alerts = Alerts(panel, self._connect)
            await alerts.start(is_looking=False)
            alerts.channels = dict.fromkeys(alerts.channels, self)
            self._views: dict[int, Any] = {view.node.id: view for view in panel.live.views()}
            for node_id in self._views:
                self._sample(panel, node_id)
            await self._until_restart(panel, alerts)
            await alerts.close()
            await panel.close()

    async def _connect(self, ip: str, port: int) -> bool:
        return False

    async def _until_restart(self, panel: Panel, alerts: Alerts) -> None:
        while self._wakes:
            moment = heapq.heappop(self._wakes) if not self._changes else min(self._wakes[0], self._changes[-1][0])
            while self._wakes and self._wakes[0] <= moment:
                heapq.heappop(self._wakes)
            if self._restarts and moment >= self._restarts[0]:
                self._restarts.pop(0)
                await self._store_what_was_heard(panel)
                self.now = max(self.now, moment) + RESTART_SECONDS
                self._wake(self.now + 5, *range(self.now + 5, self.now + 100, 5))
                return
            self.now = max(self.now, moment)
            self._change(panel.uptime())
            for node_id, view in self._views.items():
                if node_id not in self._troubles["down"]:
                    view.heard_at = panel.uptime()
            close = {alert.node_id for alert in alerts.watch.open() if alert.rule in ("hot", "memory")}
            close |= self._troubles["hot"].keys() | self._troubles["memory"].keys() | self._back
            for node_id in close:
                self._sample(panel, node_id)
            await self._look(panel, alerts)
            self._look_ahead(alerts, close)

    def _change(self, uptime: float) -> None:
        """Begin and end the troubles that are due by now."""
        self._back: set[int] = set()
        while self._changes and self._changes[-1][0] <= self.now:
            _, number, begins = self._changes.pop()
            each = self.found[number]
            count = self._troubles[each.kind]
            for node_id in each.nodes:
                if not self._troubles["down"][node_id]:
                    self._views[node_id].heard_at = uptime  # until now, though nobody looked
                count[node_id] += 1 if begins else -1
                if not count[node_id]:
                    del count[node_id]
                    self._back.add(node_id)
            if begins and each.kind == "down":
                self._wake(*(self.now + after for after in (20, 25, 60, 65, 70, 305, 310, 315)))
            self._wake(self.now + 5)

    def _sample(self, panel: Panel, node_id: int) -> None:
        if node_id in self._troubles["down"]:
            return
        view = self._views[node_id]
        temp = 97.0 if node_id in self._troubles["hot"] else 50.0
        used = 980 if node_id in self._troubles["memory"] else 300
        panel.live.take(view.node, [make_sample(view.node.hostname, self.now, used, temp)])

    async def _look(self, panel: Panel, alerts: Alerts) -> None:
        if panel.ingest._begun:  # what the panel writes on its own must not seem to take minutes
            await panel.ingest.run(lambda _: None)
        alerts.sight._looked_at = panel.uptime() - 5  # nothing would have changed at the looks in between
        panel.live.look()
        await alerts.tick()
        await asyncio.sleep(0)
        self.ticks += 1
        before = len(self.told)
        await alerts.outbox.send_due()
        if len(self.told) > before:
            with closing(sqlite3.connect(panel.config.database.path)) as connection:
                for each in self.told[before:]:
                    rows = connection.execute("SELECT alerts, begun FROM messages WHERE key = ?", (each.letter.key,))
                    ((ids, begun),) = rows.fetchall()
                    each.begun = tuple(json.loads(begun))
                    each.ended = tuple(set(json.loads(ids)) - set(each.begun))

    def _look_ahead(self, alerts: Alerts, close: set[int]) -> None:
        """Wake when something can change next."""
        if close - self._back or alerts._untold or any(alert.announced_at is None for alert in alerts.watch.open()):
            self._wake(self.now + 5)
        for alert in alerts.watch.open():
            if alert.node_id not in self._troubles["down"]:
                counted = alerts.watch.counted_seconds(alert.rule, alert.node_id) or 0
                self._wake(self.now + max(5, alert.hold_seconds - counted))
        if self.relay_away[0] <= self.now < self.relay_away[1] + 3600:
            self._wake(self.now + 60)

    def _wake(self, *moments: int) -> None:
        for moment in moments:
            if moment not in self._wakes[:50]:
                heapq.heappush(self._wakes, moment)

    async def _store_what_was_heard(self, panel: Panel) -> None:
        """Store the last sample of each node: after a start a panel knows no more of the time before."""
        for view in self._views.values():
            heard = int(self.now - (panel.uptime() - view.heard_at)) // 5 * 5
            await panel.ingest.submit(view.node, [make_sample(view.node.hostname, heard, 300, 50.0)])


def make_sample(hostname: str, timestamp: int, memory_used: int, cpu_temp: float) -> Sample:
    """Return a sample of a node with a little load."""
    values = {"cpu_percent": 10.0, "memory_total": 1000, "memory_used": memory_used, "cpu_temp": cpu_temp}
    return Sample(hostname, timestamp, **values)


def reckon(year: Year) -> list[str]:
    """Return what was wrong: troubles not reported exactly once, and reports without a trouble."""
    with closing(sqlite3.connect(year.config.database.path)) as connection:
        rows = connection.execute(
            "SELECT id, rule, node_id, began_at, opened_at, over_at, closed_at, announced_at, end_told_at, hold "
            "FROM alerts"
        )
        alerts = {row[0]: Row(*row) for row in rows}
    return [*_untrue_alerts(year, alerts), *_missed(year, alerts), *_badly_told(year, alerts)]


@dataclass(frozen=True)
class Row:
    """An alert as the database has it at the end."""

    id: int
    rule: str
    node: int
    began_at: int
    opened_at: int
    over_at: int | None
    closed_at: int | None
    announced_at: int | None
    end_told_at: int | None
    hold: int


FOR = {"node-down": FOR_SECONDS, "many-down": 60, "hot": 60, "memory": 600}
KIND = {"node-down": "down", "many-down": "down", "hot": "hot", "memory": "memory"}


def _untrue_alerts(year: Year, alerts: dict[int, Row]) -> Iterator[str]:
    """Yield alerts without a trouble, and those that closed before the trouble was over for their hold."""
    truths = {kind: spans_of(year.found, kind) for kind in ("down", "hot", "memory")}
    for row in alerts.values():
        truth = truths.get(KIND.get(row.rule, ""), {}).get(row.node, [])
        least = FOR.get(row.rule, 0)
        if not any(begin <= row.opened_at <= end + SLACK_SECONDS and end - begin > least - 5 for begin, end in truth):
            yield f"{row} was opened without a trouble that lasted."
        if row.closed_at is None or row.over_at is None:
            yield f"{row} is open at the end."
        elif any(
            begin < row.closed_at - SEEN_SECONDS and end > row.closed_at - row.hold + SLACK_SECONDS
            for begin, end in truth
        ):
            yield f"{row} was closed although its node was bad within the hold."


def _missed(year: Year, alerts: dict[int, Row]) -> Iterator[str]:
    """Yield troubles that lasted and have no alert, or more than one."""
    by_node: dict[tuple[str, int], list[Row]] = {}
    for row in alerts.values():
        by_node.setdefault((KIND.get(row.rule, row.rule), row.node), []).append(row)
    for kind, least in (("down", FOR_SECONDS), ("hot", FOR["hot"]), ("memory", FOR["memory"])):
        for node, found in spans_of(year.found, kind).items():
            for begin, end in found:
                about = [
                    row
                    for row in by_node.get((kind, node), [])
                    if row.opened_at <= end + SLACK_SECONDS and (row.closed_at or end) >= end
                ]
                if end - begin >= least + SLACK_SECONDS and len(about) != 1:
                    yield f"{kind} of node {node} from {begin} to {end} has {len(about)} alerts: {about}"


def _badly_told(year: Year, alerts: dict[int, Row]) -> Iterator[str]:
    """Yield beginnings and ends not reported once and in order, and messages too close together or too long."""
    begun: Counter[int] = Counter()
    ended: Counter[int] = Counter()
    last: dict[str, int] = {}
    for each in year.told:
        begun.update(each.begun)
        for id in each.ended:
            ended[id] += 1
            if not begun[id]:
                yield f"The end of {alerts[id]} was reported before its beginning."
            closed_at = alerts[id].closed_at
            if closed_at is None or closed_at > each.at:
                yield f"The end of {alerts[id]} was reported at {each.at}, before it happened."
        rule = each.letter.rule
        if each.letter.made_at - last.get(rule, 0) < 300:
            yield f"Two messages of {rule} within five minutes: {last[rule]} and {each.letter.made_at}."
        last[rule] = each.letter.made_at
        if len(each.letter.body) > 900:
            yield f"A message has {len(each.letter.body)} characters."
    for id, row in alerts.items():
        if begun[id] != 1 or ended[id] > 1:
            yield f"{row}: its beginning was reported {begun[id]} times, its end {ended[id]} times."
        told_at = [each.at for each in year.told if id in each.begun] if ended[id] != 1 else []
        if ended[id] == 0 and row.closed_at is not None and min(told_at, default=0) < row.closed_at:
            yield f"{row}: its end was never reported."
    if len({each.letter.key for each in year.told}) != len(year.told):
        yield "A message came twice."
