"""The doctor on the nodes: each reason why one is not up, folded into node sets, with a remedy."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import httpx

from minipanel import __version__
from minipanel.commands.overview import NodeOverview
from minipanel.config import NodeConfig
from minipanel.doctor.checks.nodes import (
    NodeFacts,
    judge_nodes,
    judge_strangers,
    look_at_last_rollout,
    look_at_states,
)
from minipanel.doctor.journal import Refusal, parse_refusals, warnings
from minipanel.models.node import State
from minipanel.rollout.failed import remember
from minipanel.rollout.outcome import Outcome, Word
from minipanel.setup.look.check import Check
from tests.doctor.examined import FIX, OK, WARNING, chinese, english, only, subject_of
from tests.panel.commands import running_panel, written_config
from tests.panel.example import bearer, body_of, config_in, sample
from tests.setup.machine import Machine

NOON = 1_700_000_000


def nodes(states: dict[str, State]) -> list[NodeOverview]:
    return [NodeOverview(name, name, state, None if state == "never" else NOON) for name, state in states.items()]


def judged(*overviews: NodeOverview, is_running: bool = True, **known: dict[str, object]) -> list[Check]:
    return list(judge_nodes(NodeFacts(overviews, is_running, **known), english))  # type: ignore[arg-type]


def test_nodes_that_are_all_up_are_one_line() -> None:
    found = judged(*nodes({"n1": "up", "n2": "up", "spare": "disabled"}))
    assert found == [Check("nodes", OK, "2 of 2 are up")]


def test_nodes_that_never_reported_are_folded_with_the_roll_out_to_them() -> None:
    _, never = judged(*nodes({"n1": "up", "n2": "never", "n3": "never"}))
    assert never == Check("nodes", WARNING, "n[2-3]: no sample yet", "minipanel rollout n[2-3]")


def test_nodes_that_went_down_together_are_one_line_with_the_time() -> None:
    went = [NodeOverview(name, name, "down", NOON + late) for name, late in (("n1", 0), ("n2", 5), ("n3", 3600))]
    found = judged(*went)
    since = time.strftime("%Y-%m-%d %H:%M %Z", time.localtime(NOON))
    assert [check.detail.split(":")[0] for check in found] == ["n[1-2]", "n3"]
    assert found[0] == Check("nodes", WARNING, f"n[1-2]: down since {since}", "minipanel rollout --dry-run n[1-2]")


def test_many_moments_are_not_as_many_lines() -> None:
    went = [NodeOverview(f"n{number}", f"n{number}", "down", NOON + 600 * number) for number in range(40)]
    found = judged(*went)
    assert len(found) == 5
    assert found[-1].detail.startswith("n[4-39]: down since ")


OTHER_KEY = "The MUNGE credential was changed on its way, or made with another key than the panel's."
AHEAD = "timestamp is {}, {} seconds ahead of the panel's clock; at most 60 are allowed. Check both clocks."
ADDRESS = (
    "'n2' may report from 10.0.0.2, but the request came from 10.9.9.9. If that is the way to this node, "
    'add to its [[nodes]] in config.toml: addresses = ["10.9.9.9"]'
)


def test_nodes_with_another_munge_key_come_with_the_way_to_one_key() -> None:
    found = judged(*nodes({"n1": "never", "n2": "down"}), refused={"n1": OTHER_KEY, "n2": OTHER_KEY})
    remedy = "copy /etc/munge/munge.key from here to n[1-2], then there: systemctl restart munge"
    assert found == [Check("nodes", FIX, f"n[1-2]: the panel refuses what it sends: {OTHER_KEY}", remedy)]


def test_nodes_whose_clocks_are_far_ahead_are_one_line_whatever_their_times() -> None:
    refused = {"n1": AHEAD.format(NOON, 412), "n2": AHEAD.format(NOON + 5, 97)}
    found = only(judged(*nodes({"n1": "down", "n2": "down"}), refused=refused))
    assert found.detail == f"n[1-2]: the panel refuses what it sends: {AHEAD.format(NOON, 412)}"
    assert found.remedy == "set the clock on n[1-2]: chronyc makestep"
    facts = NodeFacts(nodes({"n1": "down"}), True, {"n1": AHEAD.format(NOON, 412)})
    assert only(judge_nodes(facts, chinese)).detail == (
        f"n1：面板拒绝其样本：timestamp 为 {NOON}，比面板时钟快 412 秒；最多允许快 60 秒。请检查两边的时钟。"
    )


def test_a_node_behind_another_address_comes_with_the_line_to_add() -> None:
    found = only(judged(*nodes({"n2": "down"}), refused={"n2": ADDRESS}))
    assert found.remedy == "add that line to config.toml, then: systemctl reload minipanel"


def test_a_token_of_another_secret_comes_with_the_roll_out() -> None:
    refused = {"n2": "The token belongs to no node in the panel's configuration."}
    assert only(judged(*nodes({"n2": "down"}), refused=refused)).remedy == "minipanel rollout --force n2"


def test_clocks_that_are_off_are_warned_of_before_samples_are_refused() -> None:
    _, ahead, behind = judged(
        *nodes({"n1": "up", "n2": "up", "n3": "up", "n4": "up"}), skew={"n1": 45.4, "n2": 31.0, "n3": -50.0, "n4": 3.0}
    )
    assert ahead.detail == "n[1-2]: the clock is up to 45 s ahead of this machine's"
    assert behind.detail == "n3: the clock is up to 50 s behind this machine's"
    assert behind.remedy == "set the clock on n3: chronyc makestep"


def test_agents_of_another_version_come_with_the_roll_out_of_this_one() -> None:
    versions = {"n1": "0.0.9", "n2": "0.0.9", "n3": __version__}
    _, other = judged(*nodes({"n1": "up", "n2": "up", "n3": "up", "n4": "up"}), versions=versions)
    detail = f"n[1-2]: the agent is version 0.0.9, the panel {__version__}"
    assert other == Check("nodes", WARNING, detail, "minipanel rollout n[1-2]")


def test_an_agents_version_is_read_while_the_panel_runs(tmp_path: Path, machine: Machine) -> None:
    config = written_config(tmp_path)
    headers = bearer() | {"User-Agent": "minipanel-agent/0.0.9"}
    with running_panel(config):
        body = body_of(sample(timestamp=int(time.time()) // 5 * 5))
        httpx.post(f"{config.server.url}/api/metrics", content=body, headers=headers).raise_for_status()
        time.sleep(3)  # it is written by then
        found = [check.detail for check in look_at_states(subject_of(tmp_path, machine, config))]
    assert f"node001: the agent is version 0.0.9, the panel {__version__}" in found


def test_with_a_stopped_panel_nothing_is_said_about_its_nodes() -> None:
    found = judged(*nodes({"n1": "down"}), is_running=False)
    assert found == [Check("nodes", WARNING, "not known while no panel runs")]


def test_a_cluster_without_nodes_is_reported() -> None:
    assert only(judged()).remedy == "minipanel nodes add NAME ADDRESS"


LOG = f"""\
MiniPanel 0.1.0 listens on 0.0.0.0 port 8080 for 2 nodes.
Refused samples from 10.0.0.2 (401): An older sentence.
Refused samples from 10.0.0.2 (401): {OTHER_KEY}
Refused samples from 10.9.9.9 (403): {ADDRESS}
Refused samples from 10.0.0.3 (503): The panel is busy; keep the samples and send them again.
Refused samples 12 more times in the minute of the last such lines.
"""


def test_the_log_shows_which_senders_the_panel_refuses() -> None:
    assert parse_refusals(LOG) == [Refusal("10.0.0.2", OTHER_KEY), Refusal("10.9.9.9", ADDRESS)]


def test_samples_from_unknown_addresses_are_reported() -> None:
    check = only(judge_strangers([Refusal("10.9.9.9", "The panel knows no node named 'n77'.")], english))
    assert check.detail == "samples from 10.9.9.9 are refused: The panel knows no node named 'n77'."
    assert list(judge_strangers([], english)) == []


def test_a_sender_in_the_log_is_found_by_its_address(tmp_path: Path, machine: Machine) -> None:
    machine.command("journalctl", f"cat <<'END'\n{LOG}END")
    config = written_config(tmp_path)
    config = replace(config, nodes=(*config.nodes, NodeConfig("nat", "10.0.0.8", "nat", addresses=("10.9.9.9",))))
    with running_panel(config):
        found = list(look_at_states(subject_of(tmp_path, machine, config)))
    assert [(check.verdict, check.detail.split(":")[0]) for check in found] == [
        (FIX, "node001"), (FIX, "nat"), (WARNING, "node002.cluster.example"),
    ]  # fmt: skip


def test_the_logs_last_warnings_are_bounded_and_escaped(machine: Machine) -> None:
    machine.command("journalctl", r"for i in $(seq 30); do printf 'line %s \033[2J' $i; printf '%01000d\n' 0; done")
    shown = warnings(machine.system)
    assert len(shown) == 20
    assert shown[0].startswith("line 11 \\x1b[2J0000")
    assert max(map(len, shown)) < 500


def test_nodes_where_the_last_roll_out_failed_are_reported(tmp_path: Path, machine: Machine) -> None:
    config = config_in(tmp_path)
    assert list(look_at_last_rollout(subject_of(tmp_path, machine, config))) == []
    remember(
        config.database.path, [Outcome("node001", Word.UNREACHABLE), Outcome("gone", Word.TIMED_OUT)], removes=False
    )
    check = only(look_at_last_rollout(subject_of(tmp_path, machine, config)))
    assert check == Check("roll-out", WARNING, "the last one failed on node001", "minipanel rollout --only-failed")
    # Removed since, and its agent is no longer wanted.
    config = replace(config, nodes=tuple(node for node in config.nodes if node.hostname != "node001"))
    assert list(look_at_last_rollout(subject_of(tmp_path, machine, config))) == []


def test_nodes_where_the_agent_could_not_be_removed_are_reported(tmp_path: Path, machine: Machine) -> None:
    config = config_in(tmp_path)
    remember(config.database.path, [Outcome("node001", Word.UNREACHABLE)], removes=True)
    disabled = tuple(replace(node, enabled=False) for node in config.nodes)
    check = only(look_at_last_rollout(subject_of(tmp_path, machine, replace(config, nodes=disabled))))
    detail = "the last one could not remove the agent from node001"
    assert check == Check("roll-out", WARNING, detail, "minipanel rollout --only-failed --remove")
