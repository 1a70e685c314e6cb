"""`minipanel alerts`: what is wrong, and what people do about it."""

from __future__ import annotations

from typing import Annotated

import typer
from typer import Argument, Option

from minipanel.cli.words import ConfigOption, JsonOption, group
from minipanel.config.values import DEFAULT_PATH

alerts = group("alerts", "What is wrong, and what to do about it.")

NodesOption = Annotated[str | None, Option(metavar="NODESET", help="Only alerts about these nodes: node[001-064].")]
AlertId = Annotated[str, Argument(metavar="ID", help="As `minipanel alerts list` shows it.")]


@alerts.command("list")
def alerts_list(nodes: NodesOption = None, config: ConfigOption = DEFAULT_PATH, as_json: JsonOption = False) -> None:
    """Show what is wrong now. Exits with 0 if nothing is, 1 if something is, 3 if that is not known."""
    from minipanel.commands.alerts_list import list_alerts

    raise typer.Exit(list_alerts(config, nodes, as_json))


@alerts.command("history")
def alerts_history(
    nodes: NodesOption = None,
    rule: Annotated[str | None, Option(metavar="RULE", help="Only alerts of this rule.")] = None,
    start: Annotated[str, Option("--from", metavar="TIME", help="2026-11-25, or 7d for seven days ago.")] = "30d",
    end: Annotated[str | None, Option("--to", metavar="TIME", help="The same; now by default.")] = None,
    config: ConfigOption = DEFAULT_PATH,
    as_json: JsonOption = False,
) -> None:
    """Show what was wrong, the newest first."""
    from minipanel.commands.alerts_list import Asked, show_history

    show_history(config, Asked(nodes, rule, start, end), as_json)


@alerts.command("ack")
def alerts_ack(
    id: AlertId,
    note: Annotated[str, Option("--note", "-m", metavar="TEXT", help="A note for others.")] = "",
    nodes: NodesOption = None,
    config: ConfigOption = DEFAULT_PATH,
) -> None:
    """Acknowledge an alert: from then on only its end is sent."""
    from minipanel.commands.alerts_act import acknowledge

    acknowledge(config, id, note, nodes)


@alerts.command("test")
def alerts_test(
    channel: Annotated[str | None, Argument(metavar="CHANNEL", help="All channels by default.")] = None,
    config: ConfigOption = DEFAULT_PATH,
) -> None:
    """Send a test message through a channel, and show the result. Exits with 1 if it was not accepted."""
    from minipanel.commands.alerts_act import test_channels

    raise typer.Exit(test_channels(config, channel))


@alerts.command("explain")
def alerts_explain(
    node: Annotated[str, Argument(metavar="NODE", help="The node's hostname.")],
    config: ConfigOption = DEFAULT_PATH,
    as_json: JsonOption = False,
) -> None:
    """Show how each rule judges a node: why an alert is open, or why not."""
    from minipanel.commands.alerts_explain import explain_node

    explain_node(config, node, as_json)


@alerts.command("silence")
def alerts_silence(
    nodes: Annotated[str, Argument(metavar="NODESET", help="node007, or node[001-064,100].")],
    lasting: Annotated[str, Option("--for", metavar="TIME", help="30m, 4h or 2d.")],
    why: Annotated[str, Option("--why", "-m", metavar="TEXT", help="The reason, which others see.")],
    rules: Annotated[
        list[str] | None, Option(metavar="RULES", help="Only of these rules, separated by commas.")
    ] = None,
    config: ConfigOption = DEFAULT_PATH,
) -> None:
    """Send nothing about some nodes for a while. Their alerts are still shown."""
    from minipanel.commands.alerts_act import silence

    silence(config, nodes, lasting, why, rules or [])


@alerts.command("silences")
def alerts_silences(config: ConfigOption = DEFAULT_PATH, as_json: JsonOption = False) -> None:
    """Show what is silenced, until when, by whom and why."""
    from minipanel.commands.alerts_act import list_silences

    list_silences(config, as_json)


@alerts.command("unsilence")
def alerts_unsilence(
    id: Annotated[str, Argument(metavar="ID", help="As `minipanel alerts silences` shows it.")],
    config: ConfigOption = DEFAULT_PATH,
) -> None:
    """End a silence now."""
    from minipanel.commands.alerts_act import end_silence

    end_silence(config, id)
