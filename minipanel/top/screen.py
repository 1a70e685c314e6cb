"""The screen as lines, drawn from the cluster's state, the user's choice and the terminal's size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from minipanel.models.alert_answers import Finding
from minipanel.models.answers import RealtimeOne
from minipanel.models.node import up_seconds
from minipanel.top.attention import attention
from minipanel.top.choice import Choice, Listing, scrolled
from minipanel.top.cluster import Cluster, Summary, summed_up
from minipanel.top.heat import NO_VALUE, SIGNS, HeatMap, heat_lines, heat_map, scale_of
from minipanel.top.nodelist import head_line, node_lines
from minipanel.top.onenode import node_screen
from minipanel.top.pieces import Line, Piece, at_both_ends, fitted, padded, width_of
from minipanel.top.words import Words, age, clock_time

SMALLEST = (40, 10)
"""Columns and lines."""


@dataclass(frozen=True)
class Picture:
    """Everything that is drawn. `lost_seconds`: how long the connection has been lost; None if it is not.

    `trouble`: why it is lost, in a sentence. `findings`: what is wrong, worst first.
    """

    cluster: Cluster
    listing: Listing
    choice: Choice
    lost_seconds: float | None = None
    trouble: str = ""
    one: RealtimeOne | None = None
    heat: HeatMap | None = None
    findings: Sequence[Finding] = ()

    @property
    def is_old(self) -> bool:
        """Whether the values may be out of date."""
        return self.lost_seconds is not None


@dataclass(frozen=True)
class Frame:
    """The lines of a screen, each exactly as wide as the screen. It shows `rows` nodes, from index `first` on."""

    lines: list[list[Piece]]
    first: int = 0
    rows: int = 1


def draw(picture: Picture, words: Words, columns: int, lines: int) -> Frame:
    """Return the screen for a terminal of this size."""
    if columns < SMALLEST[0] or lines < SMALLEST[1]:
        needed = words.t("The terminal is too small: {columns} x {lines} are needed.", columns=40, lines=10)
        return _framed([[(needed, "")]], [], columns, lines)
    if picture.choice.mode == "help":
        return _framed(_help(picture, words), [(words.t("Any key closes this."), "dim")], columns, lines)
    if picture.choice.mode == "node":
        body = node_screen(picture.one, picture.listing.marked, picture.cluster, words, columns, lines - 2)
        return _framed([_first_line(picture, words, columns), *body], _keys(picture, words, columns), columns, lines)
    return _cluster_screen(picture, words, columns, lines)


def map_space(choice: Choice, lines: int) -> int:
    """Return how many lines the heat map may take."""
    inner = lines - 6
    return {"both": max(2, inner // 2), "map": inner + 1, "list": 0}[choice.view]


def map_for(listing: Listing, choice: Choice, columns: int, lines: int) -> HeatMap:
    """Return the heat map's layout. Callers keep it: it depends only on names and size."""
    return heat_map([node.name for node in listing.by_name], columns, map_space(choice, lines))


def _cluster_screen(picture: Picture, words: Words, columns: int, lines: int) -> Frame:
    choice, listing = picture.choice, picture.listing
    top: list[Line] = [_first_line(picture, words, columns), *_summary(picture, words, columns)]
    wrong = [] if picture.is_old else attention(picture.findings, words, columns)
    top += wrong
    if not listing.nodes:
        return _framed([*top, [], [(_nothing(picture, words), "warn")]], _keys(picture, words, columns), columns, lines)
    if choice.view != "list":
        heat = picture.heat or map_for(listing, choice, columns, lines - len(wrong))
        top += heat_lines(heat, listing.by_name, choice.metric, _place_by_name(listing), picture.is_old)
        top.append(_legend(heat, choice, words))
    rows = max(0, lines - len(top) - 2)
    first = scrolled(choice.first, listing.place, rows, len(listing.nodes)) if rows else 0
    if choice.view != "map":
        top.append(head_line(choice, listing.nodes, words, columns))
        shown = listing.nodes[first : first + rows]
        top += node_lines(shown, listing, picture.cluster.timestamp, words, columns, picture.is_old)
    return _framed(top, _keys(picture, words, columns), columns, lines, first, max(1, rows))


def _framed(top: Sequence[Line], last: Line, columns: int, lines: int, first: int = 0, rows: int = 1) -> Frame:
    """Return a frame with `last` as its last line."""
    above = [fitted(line, columns) for line in top[: lines - 1]]
    above += [[(" " * columns, "")] for _ in range(lines - 1 - len(above))]
    return Frame([*above, fitted(last, columns)], first, rows)


def _first_line(picture: Picture, words: Words, columns: int) -> Line:
    cluster = picture.cluster
    if picture.lost_seconds is not None:
        told = {"age": age(picture.lost_seconds), "time": clock_time(cluster.timestamp)}
        text = words.t("no connection for {age}, values of {time}", **told)
        return at_both_ends([("MiniPanel", "bold")], [(f" {text} ", "alarm")], columns)
    return at_both_ends([("MiniPanel", "bold")], [(clock_time(cluster.timestamp), "")], columns)


def _summary(picture: Picture, words: Words, columns: int) -> list[Line]:
    """Return two lines: counts by state with the filter and order, and the metrics over the chosen nodes."""
    choice, t = picture.choice, words.t
    shown, count = len(picture.listing.nodes), len(picture.cluster.nodes)
    summary = summed_up(picture.listing.by_name)
    said = (
        t("{count} nodes", count=count) if shown == count else t("{shown} of {count} nodes", shown=shown, count=count)
    )
    counts: list[Piece] = [(said, "bold")]
    for state, found in summary.counts.items():
        if found:
            counts.append((f"  {found} {t(state)}", state if not picture.is_old else "old"))
    chosen = _chosen(choice, words)
    if picture.is_old:
        return [at_both_ends(counts, chosen, columns), [(words.plain(picture.trouble, 500), "dim")]]
    return [at_both_ends(counts, chosen, columns), _metrics(summary, words, columns)]


def _metrics(summary: Summary, words: Words, columns: int) -> Line:
    """Return each metric's mean and highest value over the nodes; if there is room, with the node of the highest."""
    t = words.t
    told = [each for each in summary.metrics if each.highest is not None]
    for form in ("max {value} ({name})", "max {value}", ""):
        pieces: list[Piece] = []
        for each in told:
            value, name = words.value(each.highest, each.metric), words.plain(each.highest_name)
            said = [words.value(each.mean, each.metric)] if each.mean is not None else []
            said += [t(form or "max {value}", value=value, name=name)] if form or not said else []
            pieces += [("   " if pieces else "", ""), (words.title(each.metric) + " ", "dim"), (t(", ").join(said), "")]
        if width_of(pieces) <= columns:
            break
    return pieces


def _chosen(choice: Choice, words: Words) -> Line:
    t = words.t
    parts = [t("by {sort}, reversed" if choice.is_reversed else "by {sort}", sort=words.sort(choice.sort))]
    if choice.only:
        parts.insert(0, t("only {state}", state=t(choice.only)))
    if choice.text and choice.mode != "typing":
        parts.insert(0, t("filter: {text}", text=words.plain(choice.text)))
    return [("  ".join(parts), "dim")]


def _nothing(picture: Picture, words: Words) -> str:
    choice, t = picture.choice, words.t
    if not picture.cluster.nodes:
        return t("No nodes yet: minipanel nodes add NAME ADDRESS adds one.")
    if choice.only and not choice.text:
        return t("No node is {state}.", state=t(choice.only))
    return t("No node matches {text}.", text=words.plain(choice.text))


def _place_by_name(listing: Listing) -> int | None:
    marked = listing.marked
    return next((place for place, node in enumerate(listing.by_name) if node is marked), None)


def _legend(heat: HeatMap, choice: Choice, words: Words) -> Line:
    t = words.t
    pieces: list[Piece] = [(words.title(choice.metric), "bold"), ("  ", "")]
    pieces += [(str(step), f"{scale_of(choice.metric)}{step}") for step in range(10)]
    pieces.append((f" x10{words.unit(choice.metric)} ", "dim"))
    if heat.per_cell > 1:
        pieces.append((t("(highest of {count} nodes)", count=heat.per_cell) + " ", "dim"))
    for state, sign in SIGNS.items():
        pieces += [(" ", ""), (sign, state), (f" {t(state)} ", "dim")]
    return [*pieces, (f" {NO_VALUE} {t('no value')}", "dim")]


def _keys(picture: Picture, words: Words, columns: int) -> Line:
    choice, t = picture.choice, words.t
    if choice.mode == "typing":
        typed = t("Nodes: {text}", text=words.plain(choice.text, 200))
        return at_both_ends([(typed, "bold"), (" ", "cursor")], [(t("Enter keeps it, Esc clears it"), "dim")], columns)
    shown = (
        [("Esc", "back"), ("m", "metric"), ("?", "help"), ("q", "quit")]
        if choice.mode == "node"
        else [("?", "help"), ("/", "find"), ("Enter", "one node"), ("m", "metric"), ("s", "sort"), ("f", "states"),
              ("v", "view"), ("q", "quit")]
    )  # fmt: skip
    return [piece for key, what in shown for piece in ((key, "key"), (f" {t(what)}  ", "dim"))]


def _help(picture: Picture, words: Words) -> list[Line]:
    t = words.t
    rows = (
        (t("arrows, j, k"), t("move in the list")),
        ("PgUp, PgDn, Home, End", t("move by pages, to the first and the last")),
        ("Enter", t("one node's last hour; again, or Esc: back")),
        ("/", t("find: part of a name or a node set, node[01-64] !node03")),
        ("m", t("the metric of the map and of the sort order")),
        ("s, r", t("the sort order; r reverses it")),
        ("f", t("only nodes of one state; again: the next, then all")),
        ("v", t("map and list, map alone, list alone")),
        ("q", t("quit; Esc and Ctrl-C too")),
    )
    wide = max(width_of([(keys, "")]) for keys, _ in rows)
    seconds = up_seconds(picture.cluster.interval)
    states = t("down: no sample for {seconds} s    never: no sample yet    disabled: enabled = false", seconds=seconds)
    table: list[Line] = [[(padded(keys, wide), "key"), (f"  {what}", "")] for keys, what in rows]
    return [[("MiniPanel", "bold")], [], *table, [], [(states, "dim")]]
