"""Why a node is silent, as people read it in both languages; and a thousand nodes in one message."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Literal

import pytest

from minipanel.alerts.config import AlertsConfig
from minipanel.alerts.refused import Refused
from minipanel.errors import BadInput, NotAuthenticated
from minipanel.models.node import Node
from tests.alerts.running import cluster_config, running

SUBJECTS = {
    ("en", "no answer"): "[c1] CRITICAL cn0003 down: no answer, since ",
    ("zh", "no answer"): "[c1] 严重 cn0003 离线：节点无响应，自 ",
    ("en", "agent"): "[c1] CRITICAL cn0003 down: the node answers, but its agent sends nothing, since ",
    ("zh", "agent"): "[c1] 严重 cn0003 离线：节点有响应，但 Agent 未上报，自 ",
    ("en", "refused"): "[c1] CRITICAL cn0003 down: the panel refuses its samples, since ",
    ("zh", "refused"): "[c1] 严重 cn0003 离线：样本被面板拒绝，自 ",
    ("en", "clock"): (
        "[c1] CRITICAL cn0003 down: the panel refuses its samples because its clock is 412 s ahead, since "
    ),
    ("zh", "clock"): "[c1] 严重 cn0003 离线：时钟快了 412 秒，样本被面板拒绝，自 ",
    ("en", "munge"): (
        "[c1] CRITICAL cn0003 down: the panel refuses its samples because its clock is 412 s ahead, since "
    ),
    ("zh", "munge"): "[c1] 严重 cn0003 离线：时钟快了 412 秒，样本被面板拒绝，自 ",
    ("en", "behind"): (
        "[c1] CRITICAL cn0003 down: the panel refuses its samples because its clock is 412 s behind, since "
    ),
    ("zh", "behind"): "[c1] 严重 cn0003 离线：时钟慢了 412 秒，样本被面板拒绝，自 ",
}
REFUSALS = {
    "refused": BadInput("Refused."),
    "clock": BadInput("Refused."),
    # The words of credentials.py for a MUNGE credential that a wrong clock spoils.
    "munge": NotAuthenticated("Refused.", "MUNGE", 412),
    "behind": NotAuthenticated("Refused.", "MUNGE", -412),
}


@pytest.mark.parametrize(("language", "reason"), SUBJECTS)
def test_the_reason_of_a_silence_is_in_the_subject(tmp_path: Path, language: Literal["en", "zh"], reason: str) -> None:
    async def story() -> None:
        told = AlertsConfig(mail=("ops@example.org",), name="c1", language=language)
        async with running(cluster_config(tmp_path, 20, alerts=told)) as it:
            await it.pass_seconds(120)
            it.silent = {3}
            it.answers = reason != "no answer"
            node = next(node for node in it.panel.directory.nodes if node.id == 3)
            if reason == "clock":
                it.panel.live.note_agent(node, None, None, 412.0)
            for _ in range(45):
                if reason in REFUSALS:
                    it.panel.refusals.note(node.ip, REFUSALS[reason])
                await it.pass_seconds(10)
            (subject,) = it.subjects
            assert subject.startswith(SUBJECTS[language, reason]), subject

    asyncio.run(story())


def test_a_credential_that_is_bad_for_its_clock_is_forgotten_with_the_next_refusal() -> None:
    node = Node(1, "n1", "10.0.0.1", "n1", True)
    refused = Refused(lambda: 0)
    refused.note(node.ip, NotAuthenticated("Refused.", "MUNGE", 412))
    assert refused.ahead_seconds(node) is None  # it is not configured
    refused.replace([node])
    refused.note(node.ip, NotAuthenticated("Refused.", "MUNGE", 412))
    assert (refused.lately(), refused.ahead_seconds(node)) == ({node.ip}, 412)
    refused.replace([node])
    assert refused.ahead_seconds(node) == 412
    refused.note(node.ip, NotAuthenticated("Refused.", "MUNGE"))
    assert (refused.lately(), refused.ahead_seconds(node)) == ({node.ip}, None)
    refused.note(node.ip, NotAuthenticated("Refused.", "MUNGE", 412))
    refused.replace([])
    assert refused.ahead_seconds(node) is None


def test_a_thousand_agents_that_stop_at_once_are_exactly_one_message(tmp_path: Path) -> None:
    async def story() -> None:
        told = AlertsConfig(mail=("ops@example.org",), name="c1")
        async with running(cluster_config(tmp_path, 1000, alerts=told)) as it:
            it.answers = True
            await it.pass_seconds(90)
            it.silent = range(1, 1001)
            await it.pass_seconds(900)
            (subject,) = it.subjects
            assert "cn[0001-1000] down together: some of them answer, but their agents send nothing" in subject
            assert "(1000 nodes" in subject

    asyncio.run(story())
