"""`minipanel nodes sync`: makes config.toml match /etc/hosts or another list of nodes, then rolls out the agent."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from minipanel.commands.agents_left import Report, RollOut, still_reporting, take_agents_away, wants_agents_away
from minipanel.commands.node_lists import NodeList, read_node_list
from minipanel.commands.question import can_ask, confirm
from minipanel.commands.sync_lines import as_json, lines
from minipanel.config import Config
from minipanel.edits import change_nodes
from minipanel.errors import CommandError, PanelError
from minipanel.exits import DONE, FAILED
from minipanel.machine.addresses import LocalAddresses
from minipanel.machine.reload import tell_running_panel
from minipanel.models.name_patterns import NamePatterns
from minipanel.models.nodeset import fold
from minipanel.sections import load_config
from minipanel.services.demo_config import refuse_demo
from minipanel.services.node_changes import NodeChanges, compare
from minipanel.translations.language import Translate, in_english, translator


@dataclass(frozen=True, slots=True)
class SyncOptions:
    """The options of the command. source: as read_node_list takes it, None for /etc/hosts."""

    source: str | None = None
    yes: bool = False
    dry_run: bool = False
    with_agent: bool = False
    remove_all: bool = False
    roll_out: bool = True
    as_json: bool = False


def sync_nodes(config_path: Path, options: SyncOptions, roll_out: RollOut) -> int:
    """Show the differences, and apply them if the user agrees. Returns the exit code.

    0: nothing differs, or all differences are applied. 1: some differences are left, or a roll-out failed. Raises
    CommandError for a list that can't be read or that would remove all nodes, and ConfigError.
    """
    t = translator()
    config = load_config(config_path)
    refuse_demo(config, t)
    listed = read_node_list(options.source, NamePatterns(config.hosts.ignore), t)
    changes = compare(config.nodes, listed.nodes, LocalAddresses().__contains__, _staying(config, listed))
    if options.as_json:
        return _for_programs(config, listed, changes, options, roll_out, in_english)
    print("\n".join(lines(config, listed, changes, t)))
    if not changes:
        return DONE
    _refuse_clearance(config, listed, changes, options, t)
    if options.dry_run or not _is_wanted(changes, options, t):
        print(t("Nothing was changed."))
        return FAILED
    reporting = still_reporting(config, changes.go)
    going = [node.hostname for node in changes.go] if options.with_agent else []
    if not options.with_agent and wants_agents_away(reporting, not options.yes, t):
        going = reporting
    return _apply(config, changes, options, roll_out, going, print, lambda _, report: report.show(), t)


def _for_programs(
    config: Config, listed: NodeList, changes: NodeChanges, options: SyncOptions, roll_out: RollOut, t: Translate
) -> int:
    """Do the same without a question, and print one JSON object on stdout."""
    said: dict[str, Any] = {**as_json(listed, changes), "is_written": False}
    code = FAILED if changes else DONE
    try:
        if changes and options.yes and not options.dry_run:
            _refuse_clearance(config, listed, changes, options, t)

            def note(what: str, report: Report) -> None:
                said[what] = report.as_json()

            def tell(_: str) -> None:
                said["is_written"] = True

            going = [node.hostname for node in changes.go] if options.with_agent else []
            code = _apply(config, changes, options, roll_out, going, tell, note, t)
    except (CommandError, PanelError) as error:
        said["error"] = str(error)
        code = FAILED
    print(json.dumps(said, ensure_ascii=False, indent=2))
    return code


def _apply(
    config: Config,
    changes: NodeChanges,
    options: SyncOptions,
    roll_out: RollOut,
    agents_away: Sequence[str],
    say: Callable[[str], None],
    show: Callable[[str, Report], None],
    t: Translate,
) -> int:
    """Remove agents, write config.toml, roll out. A node whose agent still reports then stays configured."""
    kept: Sequence[str] = ()
    code = DONE
    if agents_away:
        reporting = still_reporting(config, changes.go)
        removal = take_agents_away(config, agents_away, reporting, roll_out, partial(show, "removal"), t)
        kept, code = removal.kept, removal.exit_code
    config = change_nodes(
        config.path,
        config.nodes,
        {node.hostname for node in changes.go if node.hostname not in kept},
        {change.before.hostname: change.after for change in changes.changed},
        changes.come,
    )
    say(t("Written to {path}.", path=config.path))
    say(tell_running_panel(config.database.path, t))
    if kept:
        say(t("Still configured, because the agent could not be removed: {nodes}", nodes=fold(kept)))
    visited = _to_visit(changes)
    if not options.roll_out or not visited:
        return code
    report = roll_out(config, visited, False)
    show("rollout", report)
    return code or report.exit_code


def _refuse_clearance(
    config: Config, listed: NodeList, changes: NodeChanges, options: SyncOptions, t: Translate
) -> None:
    """Raise CommandError if all nodes would be removed without --remove-all."""
    if changes.is_clearance and not options.remove_all:
        raise CommandError(
            t(
                "{source} has none of the nodes in {path} ({count}), so nothing was changed; "
                "to remove all of them: minipanel nodes sync --remove-all",
                source=listed.source, count=len(changes.go), path=config.path,
            )
        )  # fmt: skip


def _is_wanted(changes: NodeChanges, options: SyncOptions, t: Translate) -> bool:
    """Return whether to apply the changes: with --yes, or if the user answers yes."""
    if options.yes:
        return True
    if not can_ask():
        print(t("There is no terminal for the question; to apply the changes: minipanel nodes sync --yes"))
        return False
    count = len(_to_visit(changes))
    if count and options.roll_out:
        return confirm(
            t("Write this to config.toml, and install the agent on new and changed nodes ({count})?", count=count), t
        )
    return confirm(t("Write this to config.toml?"), t)


def _to_visit(changes: NodeChanges) -> list[str]:
    """Return the hostnames of the nodes that need the agent: those that are new or changed, and enabled."""
    nodes = [*changes.come, *(change.after for change in changes.changed)]
    return [node.hostname for node in nodes if node.enabled]


def _staying(config: Config, listed: NodeList) -> list[str]:
    """Return the configured hostnames that the list names without an address."""
    named = {name.lower() for name in listed.without_address}
    shorts = {name.partition(".")[0] for name in named}
    return [
        node.hostname
        for node in config.nodes
        if node.hostname.lower() in named or node.hostname.lower().partition(".")[0] in shorts
    ]
