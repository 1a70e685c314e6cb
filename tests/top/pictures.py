"""Pictures of made-up clusters, drawn without a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import msgspec

from minipanel.models.answers import Realtime, RealtimeNode, RealtimeOne
from minipanel.top.choice import Choice, chosen_ids, listing_of
from minipanel.top.cluster import Cluster, with_snapshot
from minipanel.top.pieces import plain
from minipanel.top.screen import Picture, draw
from minipanel.top.words import words_of
from tests.top.nodes import GB, node

NOW = 1_700_000_005
ENGLISH = {"LANG": "en_US.UTF-8"}
CHINESE = {"LANG": "zh_CN.UTF-8"}
ASCII = {"LANG": "C"}


def fleet(count: int, per_rack: int = 50) -> list[RealtimeNode]:
    """Return this many nodes in racks. The first is down, the second never reported, the third is disabled."""
    width = len(str(-(-count // per_rack)))
    nodes = []
    for number in range(count):
        rack, place = divmod(number, per_rack)
        cpu = float(number * 37 % 101)
        nodes.append(node(f"r{rack + 1:0{width}}n{place + 1:02}", cpu_percent=cpu, cpu_temp=30 + cpu / 2))
    for each, state in zip(nodes, ("down", "never", "disabled"), strict=False):
        each.state = state  # type: ignore[assignment]
    return nodes


def cluster_of(nodes: list[RealtimeNode]) -> Cluster:
    return with_snapshot(Cluster(), Realtime(NOW, 5, nodes))


def picture_of(nodes: list[RealtimeNode], choice: Choice | None = None, **more: Any) -> Picture:
    choice = choice or Choice()
    cluster = cluster_of(nodes)
    return Picture(cluster, listing_of(cluster, choice, chosen_ids(cluster, choice.text)), choice, **more)


def drawn(picture: Picture, columns: int = 80, lines: int = 24, locale: Mapping[str, str] = ENGLISH) -> list[str]:
    return [plain(line) for line in draw(picture, words_of(locale), columns, lines).lines]


def styles(picture: Picture, text: str, columns: int = 80, lines: int = 24) -> set[str]:
    """Return the styles in which pieces with exactly this text are drawn."""
    frame = draw(picture, words_of(ENGLISH), columns, lines)
    return {style for line in frame.lines for piece, style in line if piece.strip() == text}


def one_node(picture: Picture, **changes: Any) -> RealtimeOne:
    """Return the last hour of the marked node: complete but for ten minutes, and busy half of the time."""
    marked = picture.listing.marked
    assert marked is not None
    times = [NOW - back for back in range(3595, -1, -5) if not 1200 <= back < 1800]
    recent = {
        "timestamp": times,
        "cpu_percent": [100.0 if time > NOW - 600 else 25.0 for time in times],
        "memory_used": [64 * GB for _ in times],
        "cpu_temp": [None for _ in times],
    }
    whole = msgspec.to_builtins(marked) | {
        "node_id": marked.id, "agent_version": "0.1.0", "sensor": "coretemp", "cpu_temp_limit": 100.0,
        "interval": 5, "recent": recent, "records": {name: [] for name in recent},
    }  # fmt: skip
    return msgspec.convert(whole | changes, RealtimeOne)


def looked_at(nodes: list[RealtimeNode], name: str, **changes: Any) -> Picture:
    """Return the picture of one node."""
    cursor = next(each.id for each in nodes if each.name == name)
    picture = picture_of(nodes, Choice(mode="node", cursor=cursor))
    return replace(picture, one=one_node(picture, **changes))
