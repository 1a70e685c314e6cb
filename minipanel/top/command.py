"""`minipanel top`: prints once for scripts and pipes, or runs live on a terminal."""

from __future__ import annotations

import getpass
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from minipanel.config import Config
from minipanel.errors import CommandError, ConfigError
from minipanel.models.metrics import METRICS, Metric
from minipanel.models.quote import quote
from minipanel.sections import load_config
from minipanel.top.choice import Choice
from minipanel.top.choosing import chooser
from minipanel.top.live import watch
from minipanel.top.once import as_json, as_lines
from minipanel.top.order import in_order_of_names, ordered
from minipanel.top.panel import PanelReader
from minipanel.top.sorts import SHORT_NAMES, SORTS, WORST, shown_sorts
from minipanel.top.words import words_of


@dataclass(frozen=True, slots=True)
class TopOptions:
    """The options of the command. `nodes`: node sets and parts of names, "" for all."""

    is_once: bool = False
    is_json: bool = False
    nodes: str = ""
    sort: str = WORST
    is_reversed: bool = False


def show_top(config_path: Path, options: TopOptions) -> None:
    """Show the cluster live. Print it once instead if asked to, as JSON, or if nobody can press a key.

    Raises ConfigError for a configuration that can't be read or an unknown sort key, CommandError if the panel does not
    answer or no node matches.
    """
    sort = _known_sort(options.sort)
    reader = PanelReader(_readable_config(config_path))
    if options.is_once or options.is_json or not _can_be_live():
        _print_once(reader, options, sort)
    else:
        metric = main_metric(sort)
        watch(reader, Choice(text=options.nodes, sort=sort, is_reversed=options.is_reversed, metric=metric))


def _print_once(reader: PanelReader, options: TopOptions, sort: str) -> None:
    realtime = reader.realtime()
    is_chosen = chooser(options.nodes, realtime.nodes, reader.groups())
    chosen = [node for node in in_order_of_names(realtime.nodes) if is_chosen(node)]
    if realtime.nodes and not chosen:
        raise CommandError("--nodes is {nodes}; no node has such a name.", nodes=quote(options.nodes))
    nodes = ordered(chosen, sort, main_metric(sort), options.is_reversed)
    findings = reader.findings().findings
    if options.is_json:
        print(as_json(realtime, nodes, findings))
    else:
        print("\n".join(as_lines(realtime, nodes, findings, words_of())))


def main_metric(sort: str) -> Metric:
    """Return the metric that is shown first: the one to sort by, or else the first of all."""
    return next((metric for metric in METRICS if metric.name == sort), METRICS[0])


def _can_be_live() -> bool:
    """Return whether somebody can press keys, and the terminal can redraw lines."""
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM", "dumb") not in ("", "dumb")


def _known_sort(text: str) -> str:
    sort = SHORT_NAMES.get(text, text)
    if sort not in SORTS:
        raise ConfigError(
            "--sort is {text}; it must be {names} or {last}.",
            text=quote(text),
            names=", ".join(shown_sorts()[:-1]),
            last=shown_sorts()[-1],
        )
    return sort


def _readable_config(path: Path) -> Config:
    try:
        return load_config(path)
    except ConfigError as error:
        if isinstance(error.__context__, PermissionError):
            raise ConfigError(
                "{path} can't be read by {user}: use sudo minipanel top.", path=path, user=getpass.getuser()
            ) from None
        raise
