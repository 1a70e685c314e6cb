"""What the user has chosen, and how each key changes it. Nothing here reads or draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

from minipanel.models.answers import RealtimeNode
from minipanel.models.metrics import METRICS, Metric
from minipanel.models.node import State
from minipanel.top.choosing import chooser
from minipanel.top.cluster import Cluster
from minipanel.top.order import ordered
from minipanel.top.sorts import SORTS, WORST

Mode = Literal["cluster", "node", "typing", "help"]
View = Literal["both", "map", "list"]

VIEWS: tuple[View, ...] = ("both", "map", "list")
ONLY: tuple[State | None, ...] = (None, "down", "never", "up", "disabled")
_LONGEST_TEXT = 500

T = TypeVar("T")


@dataclass(frozen=True)
class Choice:
    """What is shown and how. `cursor`: the id of the marked node, None for the first one in the list.

    `text`: selects nodes as on the page. `first`: the index of the node in the list's top line.
    """

    mode: Mode = "cluster"
    view: View = "both"
    metric: Metric = METRICS[0]
    sort: str = WORST
    is_reversed: bool = False
    text: str = ""
    only: State | None = None
    cursor: int | None = None
    first: int = 0
    is_over: bool = False


@dataclass(frozen=True)
class Listing:
    """The chosen nodes, in the order of their names and in that of the list. `place`: the cursor's index there."""

    by_name: Sequence[RealtimeNode]
    nodes: Sequence[RealtimeNode]
    place: int

    @property
    def marked(self) -> RealtimeNode | None:
        """The node at the cursor; None if none is chosen."""
        return self.nodes[self.place] if self.nodes else None


def listing_of(cluster: Cluster, choice: Choice, chosen: frozenset[int]) -> Listing:
    """Return the nodes with the ids in `chosen` that are in the wanted state, in the wanted order."""
    by_name = [
        node for node in cluster.nodes if node.id in chosen and (choice.only is None or node.state == choice.only)
    ]
    nodes = ordered(by_name, choice.sort, choice.metric, choice.is_reversed)
    place = next((place for place, node in enumerate(nodes) if node.id == choice.cursor), 0)
    return Listing(by_name, nodes, place)


def chosen_ids(cluster: Cluster, text: str) -> frozenset[int]:
    """Return the ids of the nodes that a text selects."""
    is_chosen = chooser(text, cluster.nodes, cluster.groups)
    return frozenset(node.id for node in cluster.nodes if is_chosen(node))


def pressed(choice: Choice, key: str, listing: Listing, rows: int) -> Choice:
    """Return the choice after a key, which has its name from keys.py. `rows`: how many nodes the list shows at once."""
    if choice.mode == "typing":
        return _typed(choice, key)
    if choice.mode == "help":
        return replace(choice, mode="cluster", is_over=key == "q")
    if key == "q":
        return replace(choice, is_over=True)
    if key in _MOVES:
        return _moved(choice, key, listing, rows)
    if choice.mode == "node" and key in ("esc", "enter", "backspace", "left"):
        return replace(choice, mode="cluster")
    return _commanded(choice, key, listing)


def scrolled(first: int, place: int, rows: int, count: int) -> int:
    """Return the index of the list's top line, so that the cursor is visible and no line is wasted."""
    first = min(first, place)
    if place >= first + rows:
        first = place - rows + 1
    return max(0, min(first, count - rows))


_MOVES = {"up": -1, "k": -1, "down": 1, "j": 1, "pgup": 0, "pgdn": 0, "home": 0, "end": 0}


def _moved(choice: Choice, key: str, listing: Listing, rows: int) -> Choice:
    if not listing.nodes:
        return choice
    last = len(listing.nodes) - 1
    page = max(1, rows - 1)
    steps = {"pgup": -page, "pgdn": page, "home": -last, "end": last}.get(key, _MOVES[key])
    place = max(0, min(last, listing.place + steps))
    # Without an id, the cursor stays on the worst node, whichever that is.
    return replace(choice, cursor=None if key == "home" and choice.mode == "cluster" else listing.nodes[place].id)


def _commanded(choice: Choice, key: str, listing: Listing) -> Choice:
    if key == "?":
        return replace(choice, mode="help")
    if key == "m":
        return replace(choice, metric=_next(METRICS, choice.metric))
    if choice.mode == "node":
        return choice
    if key == "esc":
        return replace(choice, is_over=True)
    if key == "enter" and listing.marked is not None:
        return replace(choice, mode="node", cursor=listing.marked.id)
    if key == "/":
        return replace(choice, mode="typing")
    if key == "s":
        return _sorted(choice, _next(SORTS, choice.sort))
    if key == "r":
        return replace(choice, is_reversed=not choice.is_reversed, first=0)
    if key == "f":
        return replace(choice, only=_next(ONLY, choice.only), first=0)
    if key == "v":
        return replace(choice, view=_next(VIEWS, choice.view))
    return choice


def _sorted(choice: Choice, sort: str) -> Choice:
    # To sort by a metric also shows it in the map.
    metric = next((metric for metric in METRICS if metric.name == sort), choice.metric)
    return replace(choice, sort=sort, metric=metric, is_reversed=False, first=0, cursor=None)


def _typed(choice: Choice, key: str) -> Choice:
    if key == "enter":
        return replace(choice, mode="cluster")
    if key == "esc":
        return replace(choice, mode="cluster", text="")
    if key == "backspace":
        return replace(choice, text=choice.text[:-1], first=0)
    if key == "ctrl-u":
        return replace(choice, text="", first=0)
    if len(key) == 1 and key.isprintable() and len(choice.text) < _LONGEST_TEXT:
        return replace(choice, text=choice.text + key, first=0, cursor=None)
    return choice


def _next(sequence: Sequence[T], current: T) -> T:
    return sequence[(sequence.index(current) + 1) % len(sequence)]
