"""Whatever happens, in whatever order: each trouble is sent once, each end of what was sent once, and nothing else."""

from __future__ import annotations

import asyncio
import json
import logging
import shutil
import tempfile
from collections import Counter
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from minipanel.alerts.config import AlertsConfig
from minipanel.alerts.desk import Desk
from tests.alerts.running import START, Running, cluster_config

NODES = 3
node = st.integers(1, NODES)


class Told(RuleBasedStateMachine):
    """A panel of three nodes that are silent, hot, silenced, acknowledged; it restarts, and its mail server is away."""

    @initialize()
    def begin(self) -> None:
        logging.disable(logging.CRITICAL)
        self.folder = Path(tempfile.mkdtemp())
        self.loop = asyncio.new_event_loop()
        self.config = cluster_config(self.folder, NODES, alerts=AlertsConfig(mail=("ops@example.org",), name="c1"))
        self.silent: set[int] = set()
        self.hot: set[int] = set()
        self.letters: list[Any] = []
        self.quiet: list[tuple[int, int, int]] = []  # node, from, until
        self.acked: set[int] = set()
        self.now = START
        self._start()
        self.pass_time(90, False)

    def _do(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(work)

    def _start(self) -> None:
        self.it = Running(self.config, self.now)
        self._do(self.it.panel.start())
        self._do(self.it.alerts.start(is_looking=False))
        self.it.receive()
        self.it.post.letters = self.letters
        self.desk = Desk(self.it.panel, self.it.alerts)

    def _stop(self) -> None:
        self._do(self.it.alerts.close())
        self._do(self.it.panel.close())

    @rule(seconds=st.sampled_from([5, 20, 65, 200, 310, 700]), is_away=st.booleans())
    def pass_time(self, seconds: int, is_away: bool) -> None:
        self.it.silent, self.it.post.is_away = self.silent, is_away
        self.it.odd = {each: {"cpu_temp": 97.0} for each in self.hot}
        self._do(self.it.pass_seconds(seconds))
        self.now = self.it.now

    @rule(node=node)
    def fall_silent_or_come_back(self, node: int) -> None:
        self.silent ^= {node}

    @rule(node=node)
    def get_hot_or_cool(self, node: int) -> None:
        self.hot ^= {node}

    @rule(node=node, seconds=st.sampled_from([60, 600, 2000]))
    def silence(self, node: int, seconds: int) -> None:
        self._do(self.desk.silence(f"cn{node:04}", (), self.now + seconds, "work", "admin"))
        self.quiet.append((node, self.now, self.now + seconds))

    @rule()
    def acknowledge(self) -> None:
        ids = [alert.id for alert in self.it.alerts.watch.open()]
        self._do(self.desk.acknowledge(ids, "admin", ""))
        self.acked.update(ids)

    @rule(away=st.sampled_from([0, 30, 1000]))
    def restart(self, away: int) -> None:
        self._do(self.it.store())
        self._stop()
        self.now += away
        self._start()

    @invariant()
    def nothing_is_open_twice(self) -> None:
        if hasattr(self, "it"):
            rows = self.it.rows("SELECT rule, node_id FROM alerts WHERE closed_at IS NULL")
            assert len(rows) == len(set(rows))
            assert sorted(rows) == sorted((each.rule, each.node_id) for each in self.it.alerts.watch.open())

    def teardown(self) -> None:
        if not hasattr(self, "it"):
            return
        try:
            self.silent, self.hot = set(), set()
            self.pass_time(5 * 3600, False)
            self._reckon()
        finally:
            self._stop()
            self.loop.close()
            shutil.rmtree(self.folder)
            logging.disable(logging.NOTSET)

    def _reckon(self) -> None:
        begun: Counter[int] = Counter()
        ended: Counter[int] = Counter()
        told_at: dict[int, set[int]] = {}
        rows = self.it.rows(
            "SELECT alerts, begun, sent_at FROM messages WHERE sent_at IS NOT NULL ORDER BY sent_at, id"
        )
        for ids, begins, sent_at in rows:
            begun.update(json.loads(begins))
            told_at.setdefault(sent_at, set()).update(json.loads(begins))
            for id in set(json.loads(ids)) - set(json.loads(begins)):
                assert begun[id], "an end was told before its beginning"
                ended[id] += 1
        assert not self.it.rows("SELECT id FROM messages WHERE sent_at IS NULL")
        assert len({letter.key for _, letter in self.letters}) == len(self.letters)
        columns = "id, node_id, opened_at, closed_at, announced_at, acked_at"
        for id, node_id, opened_at, closed_at, announced_at, acked_at in self.it.rows(f"SELECT {columns} FROM alerts"):
            assert closed_at is not None
            assert begun[id] == (announced_at is not None)
            assert ended[id] <= begun[id]
            if ended[id] == 0 and announced_at is not None:
                # It ended before anybody could be notified of its beginning: one message has both.
                assert any("over at" in letter.body for _, letter in self.letters)
                assert closed_at <= max(at for at, keys in told_at.items() if id in keys)
            if announced_at is None:
                is_silenced = any(
                    node == node_id and begin <= closed_at and opened_at < until for node, begin, until in self.quiet
                )
                assert is_silenced or acked_at is not None, "nobody was told, and nobody had asked for that"


TestTold = Told.TestCase
TestTold.settings = settings(max_examples=10, stateful_step_count=14, deadline=None)
