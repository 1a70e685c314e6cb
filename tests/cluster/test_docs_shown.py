"""The docs, followed word for word on a real cluster: each shell block runs, in a sensible order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from tests.archive import NAME, made_archive
from tests.cluster.installation import CONTENT, PASSWORD_FILE, Installation
from tests.cluster.nodes import Cluster
from tests.cluster.panel import PASSWORD
from tests.setup.terminal import Terminal
from tests.shown import Shown, shown_blocks

BLOCK_SECONDS = 120
CODES = "/tmp/codes"

WORDS = {
    "node[001-064]": "n[1-2]",
    "node[065-128] 10.0.1.[65-128]": "n3 10.77.0.13",
    "node[065-128]": "n3",
    "node[017-020]": "n3",
    "node[17-20]": "n3",
    "10.0.0.1:8080": "10.77.0.10:8080",
    # The running panel takes a moment to read its configuration.
    "scripts --scope read)": "scripts --scope read; sleep 2)",
    "9f86d081884c7d65": "$(minipanel access sessions list --json | jq -r 'map(select(.username != \"vera\"))[-1].id')",
}
"""Names in the docs, and those here instead: mgmt, n1, n2 and n3; n3 comes and goes."""


@dataclass(frozen=True)
class Step:
    """A block, found by its page and its beginning. `before`: shell that makes what a reader has. `shows`: in the end.

    `answers`: to the questions at a terminal, in order; without any there is no terminal. `differ`:
    lines that may exit with another code than 0, because it reports what they found.
    """

    page: str
    begins: str
    shows: str
    before: str = ""
    answers: tuple[tuple[str, str], ...] = ()
    differ: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    folder: str = "/root"


ENTER = ""
QUESTIONS = (
    ("Name of the account", ENTER),
    ("Password, not shown", PASSWORD),
    ("Repeat the password", PASSWORD),
    ("4 nodes; Enter", "d n3"),
    ("3 nodes; Enter", ENTER),
    ("Database file", ENTER),
    ("Port for the page", ENTER),
    ("Address at which", ENTER),
    ("HTTPS", ENTER),
    ("Mail addresses", ENTER),
    ("Install now", ENTER),
)

PASSWORDS = (("New password for", PASSWORD), ("Repeat the password", PASSWORD)) * 3

ADD_VERA = f"minipanel access users add vera --password-file {PASSWORD_FILE}"
LOG_IN = (
    "for name in miniadmin vera; do "
    f'jq -n --arg name "$name" \'{{username: $name, password: "{PASSWORD}"}}\' | '
    "curl -sf -H 'Content-Type: application/json' -d @- http://10.77.0.10:8080/api/auth/login; done"
)

FINDINGS = {"minipanel doctor": (0, 1), "minipanel nodes sync": (0, 1)}

STORY = (
    Step("README.md", "tar -xzf", "MiniPanel is running.", before=f"rm -rf {CONTENT}", answers=QUESTIONS),
    Step("docs/rollout.md", "minipanel rollout\n", "nodes succeeded.", folder=CONTENT),
    Step("README.md", "minipanel nodes sync", "n3", differ=FINDINGS),
    Step("docs/operation.md", "minipanel status", "3 up"),
    Step("docs/operation.md", "minipanel doctor", "3 of 3 are up", differ=FINDINGS),
    Step("docs/operation.md", "minipanel nodes list", "n3", differ=FINDINGS),
    Step("docs/alerts.md", "curl -fsS", "", before="mkdir -p /etc/cron.d"),
    Step("docs/prometheus.md", "minipanel prometheus", ""),
    Step("docs/reference.md", "token=", '"hostname":"n1"'),
    Step("docs/access.md", "minipanel access users", "wim", answers=PASSWORDS),
    Step("docs/access.md", "minipanel access sessions", "miniadmin", before=f"{ADD_VERA}; sleep 2; {LOG_IN}"),
    Step("docs/access.md", "minipanel access kiosks", "hall"),
    Step(
        "docs/access.md",
        "minipanel access tokens",
        "prometheus",
        before="mkdir -p /etc/prometheus; minipanel access tokens remove scripts",
    ),
    Step("docs/access.md", "minipanel access audit", "vera"),
    Step("docs/operation.md", "minipanel backup", "read back and intact", before="mkdir /backup"),
    Step("docs/operation.md", "minipanel restore", ""),
    Step("docs/rollout.md", "minipanel rollout --root", "nodes succeeded", before="mkdir -p /srv/images/el9/etc"),
    Step("docs/install.md", "minipanel rollout --remove", "The panel is uninstalled.", folder=CONTENT),
    Step(
        "docs/install.md",
        "sudo ./install.sh --yes",
        "3 of 3 nodes succeeded.",
        before=f"{CONTENT}/install.sh --uninstall --purge --yes",
        folder=CONTENT,
    ),
)

NOT_HERE = {
    ("docs/api.md", ""): "run with their answers by tests/panel/test_api_examples.py",
    ("docs/operation.md", "minipanel top"): "fills a terminal until q is pressed: tests/top plays that",
    ("README.md", "scripts/run"): "starts this checkout for a developer: tests/panel/test_cli_try.py",
    ("README.md", "scripts/test"): "runs these tests",
    ("docs/install.md", "minipanel rollback"): "needs a release before: tests/cluster/test_keeping.py upgrades first",
    ("docs/operation.md", "minipanel setup"): "ten changes with a roll-out each: tests/cluster/test_settings.py",
    ("docs/prometheus.md", "install -D"): "needs Grafana, which is not on the nodes: tests/panel/test_grafana.py",
}
"""Blocks that are not run here, and what runs them instead."""

SHOWN = shown_blocks()


def is_at(shown: Shown, page: str, begins: str) -> bool:
    return shown.page == page and "\n".join((*shown.lines, "")).startswith(begins)


def test_every_block_of_the_docs_is_run_once_or_has_a_reason_not_to_be() -> None:
    places = [(step.page, step.begins) for step in STORY] + list(NOT_HERE)
    assert {shown.name: sum(is_at(shown, *place) for place in places) for shown in SHOWN} == {
        shown.name: 1 for shown in SHOWN
    }
    assert [place for place in places if not any(is_at(shown, *place) for shown in SHOWN)] == []


@pytest.fixture(scope="module")
def installation(fresh_cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """The nodes as just installed, and the archive on the management node."""
    made = Installation(fresh_cluster, tmp_path_factory.mktemp("archive"))
    made.node.put(made_archive(), f"/root/{NAME}.tar.gz")
    return made


@pytest.mark.parametrize("step", STORY, ids=[f"{step.page} | {step.begins.strip()}" for step in STORY])
def test_what_the_docs_show_does_what_they_say(installation: Installation, step: Step) -> None:
    (shown,) = [shown for shown in SHOWN if is_at(shown, step.page, step.begins)]
    if step.before:
        installation.node.shell(step.before, seconds=BLOCK_SECONDS)
    output = run(installation, script(shown, step), step)
    codes = [int(code) for code in installation.node.shell(f"cat {CODES}").split()]
    assert len(codes) == len(shown.lines), output
    wrong = [line for line, code in zip(shown.lines, codes, strict=True) if code not in step.differ.get(line, (0,))]
    assert wrong == [], output
    assert step.shows in output


def script(shown: Shown, step: Step) -> str:
    """Return the block as a script that notes how each line ended. One shell runs all: folders and variables stay."""
    lines = [f"cd {step.folder}", f": >{CODES}"]
    for line in shown.lines:
        for told, real in WORDS.items():
            line = line.replace(told, real)
        lines += [line, f"echo $? >>{CODES}"]
    return "\n".join(lines)


def run(installation: Installation, text: str, step: Step) -> str:
    """Run it on the management node, at a terminal where somebody answers. Return all that was shown."""
    node = installation.node
    if not step.answers:
        done = node.run("bash", "-c", text, check=False, seconds=BLOCK_SECONDS)
        return done.stdout + done.stderr
    with Terminal(node.command("setsid", "--ctty", "--wait", "bash", "-c", text)) as terminal:
        for question, answer in step.answers:
            terminal.expect(question)
            terminal.type(answer)
        terminal.end(BLOCK_SECONDS)
        return terminal.shown


def test_every_placeholder_of_the_docs_is_used() -> None:
    text = "\n".join(line for shown in SHOWN for line in shown.lines)
    assert [told for told in WORDS if told not in text] == []
