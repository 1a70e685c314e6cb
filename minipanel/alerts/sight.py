"""What rules see: the cluster now, why nodes are silent, and what the panel knows about itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from minipanel.alerts import hours, keeping
from minipanel.alerts.panel_facts import PanelFacts
from minipanel.alerts.probe import Connect, Probe
from minipanel.alerts.refused import Refused
from minipanel.alerts.rules.panel import is_in_trouble
from minipanel.alerts.rules.silent import BEHIND, CLOCK, REFUSED, SILENT
from minipanel.alerts.seldom import Seldom
from minipanel.models.alert import Bad
from minipanel.models.cluster import Cluster, NodeNow
from minipanel.models.faults import MAX_AHEAD_SECONDS
from minipanel.models.node import Node
from minipanel.models.rack import racks_of
from minipanel.services.panel import Panel

TICK_SECONDS = 5.0
GRACE_SECONDS = 60.0
"""Nothing opens for this long after a start: agents come back within seconds, and the outage may have been the
panel's."""

ASKED_SECONDS = 1800.0
"""For this long, a silent node is asked repeatedly whether it answers; after that, only once at a start."""


class Sight:
    """Looks at the running panel. Nothing is copied: rules see the views of `live`."""

    def __init__(self, panel: Panel, connect: Connect) -> None:
        self._panel = panel
        self._racks: Mapping[int, Sequence[int]] = {}
        self._troubled_at = self._looked_at = panel.uptime()
        self._facts = PanelFacts(panel)
        self._probe = Probe(panel.uptime, connect)
        self._refused = Refused(panel.uptime)
        self._hours = hours.Hours(panel)
        self._seldom = Seldom(
            panel.uptime, (keeping.LOOK_SECONDS, self._facts.keeping.look), (hours.LOOK_SECONDS, self._hours.look)
        )
        panel.refusals.listen(self._refused.note)

    def replace(self, nodes: Sequence[Node]) -> None:
        """Replace the list of nodes."""
        self._refused.replace(nodes)
        self._racks = racks_of({node.id: node.hostname for node in nodes if node.enabled})

    async def close(self) -> None:
        """Stop asking nodes."""
        await self._probe.close()
        await self._seldom.close()

    def is_clear(self) -> bool:
        """Return whether the panel itself can't be at fault: it has run, checked and stored for a while."""
        since_trouble = min(self._panel.uptime() - self._troubled_at, self._panel.ingest.seconds_since_failure())
        return since_trouble >= GRACE_SECONDS

    def look(self) -> Cluster:
        """Return the cluster now, and begin to ask silent nodes whether they answer."""
        cluster = self.cluster(max(0.0, self._panel.uptime() - self._looked_at - TICK_SECONDS))
        self._looked_at = cluster.uptime
        self._seldom.begin()
        if is_in_trouble(cluster.panel):
            self._troubled_at = cluster.uptime
        known = self._probe.reasons()
        self._probe.forget(known.keys() - cluster.down.keys())
        silent = [(node_id, cluster.down[node_id]) for node_id in self._probe.due(cluster.down)]
        self._probe.ask(
            view.node
            for node_id, view in silent
            if cluster.uptime - view.heard_at < ASKED_SECONDS or node_id not in known
        )
        return cluster

    def cluster(self, late_seconds: float = 0) -> Cluster:
        """Return the cluster now. `late_seconds`: how late this check is."""
        nodes = self._panel.live.enabled()
        up = {node_id: view for node_id, view in nodes.items() if view.state == "up" and view.newest is not None}
        down = {}
        if len(up) < len(nodes):
            down = {node_id: view for node_id, view in nodes.items() if view.state == "down"}
        return Cluster(
            int(self._panel.clock()),
            self._panel.uptime(),
            self._panel.live.interval_seconds,
            nodes,
            up,
            self._facts.look(late_seconds),
            down,
            self._silence(down),
            self._hours.rising,
            self._hours.complete,
            self._racks,
        )

    def _silence(self, down: Mapping[int, NodeNow]) -> dict[int, Bad]:
        """Return why nodes are silent, as far as known."""
        known = {node_id: SILENT[reason] for node_id, reason in self._probe.reasons().items() if node_id in down}
        refused = self._refused.lately() if down else ()
        if refused:
            known |= {node_id: self._refusal(view) for node_id, view in down.items() if view.node.ip in refused}
        return known

    def _refusal(self, view: NodeNow) -> Bad:
        """Return why samples are refused. A wrong clock shows in a bad credential, or else in the request's header."""
        skew = self._refused.ahead_seconds(view.node)
        if skew is not None and skew < 0:
            return Bad(-skew, 0, BEHIND)
        skew_seconds = view.clock_skew_seconds or 0 if skew is None else skew
        return Bad(skew_seconds, 0, CLOCK) if skew_seconds > MAX_AHEAD_SECONDS else SILENT[REFUSED]
