"""A visit, from the look to the first sample: which answer leads to which step. tests/cluster has the real ssh."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from minipanel.config import AgentsConfig
from minipanel.rollout.facts import UNIT
from minipanel.rollout.kit import SCRIPT, sum_of
from minipanel.rollout.outcome import Outcome, Word
from minipanel.rollout.step import Answer, FirstSample, Step, Visit
from minipanel.rollout.visit import Visitor
from minipanel.translations.language import in_english

FILES = {"minipanel-agent": b"agent", "config.toml": b"config", UNIT: b"unit", SCRIPT: b"script"}
FIT = """\
minipanel:clock=1000
minipanel:systemd=yes
minipanel:python=/usr/bin/python3
minipanel:looked=yes
"""
READ_ONLY = "minipanel:write_opt=Read-only file system\n"
SAME = FIT + "".join(f"minipanel:sum_{name}={sum_of(content)}\n" for name, content in FILES.items() if name != SCRIPT)
RUNNING = SAME + "minipanel:is_active=active\nminipanel:is_enabled=enabled\n"
NOTHING = Answer(255, "", "ssh: connect to host 10.0.0.2 port 22: No route to host")


def visitor(force: bool = False, dry_run: bool = False) -> Visitor:
    return Visitor(
        say=in_english,
        look="look",
        agents=AgentsConfig("token", "s" * 32),
        nodes_munge_socket="/run/m y",
        url="http://10.0.0.1:8080",
        panel_host="10.0.0.1",
        panel_port=8080,
        spread_seconds=0.5,
        step_seconds=30,
        force=force,
        dry_run=dry_run,
    )


def look(text: str) -> Answer:
    return Answer(0, text, "", seconds=1, ended_at=1000)


def follow(visit: Visit, answers: Sequence[Answer]) -> tuple[Outcome, list[Step | FirstSample]]:
    """Give a visit these answers, one after another; return how it ended and the steps it requested."""
    asked: list[Step | FirstSample] = [next(visit)]
    for answer in answers:
        try:
            asked.append(visit.send(answer))
        except StopIteration as end:
            assert answer is answers[-1]
            return end.value, asked
    raise AssertionError(f"the visit still waits for {asked[-1]}")


def install(*answers: Answer, is_up: bool = False, **options: bool) -> tuple[Outcome, list[Step | FirstSample]]:
    return follow(visitor(**options).install("node001", "10.0.0.2", FILES, is_up), answers)


STARTED = Answer(0, "Installed ...\nminipanel:started=1002", "")
ARRIVED, NOT_ARRIVED = Answer(0, "", ""), Answer(None, "", "")


def test_a_fit_node_gets_the_agent_and_is_done_with_its_first_sample() -> None:
    outcome, asked = install(look(FIT), STARTED, ARRIVED)
    assert outcome == Outcome("node001", Word.INSTALLED)
    assert asked[2] == FirstSample(after=1002, seconds=20.5)
    assert isinstance(asked[0], Step)
    assert asked[0].stdin == b"auth=token panel_host=10.0.0.1 panel_port=8080 munge_socket='/run/m y'\nlook"


def test_a_node_that_has_the_same_and_is_up_is_passed_over() -> None:
    outcome, asked = install(look(RUNNING), is_up=True)
    assert outcome == Outcome("node001", Word.UP_TO_DATE)
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("text", "is_up", "force"),
    [
        (RUNNING, False, False),
        (RUNNING, True, True),
        (SAME, True, False),
        (RUNNING.replace(sum_of(b"config"), sum_of(b"other")), True, False),
        (RUNNING.replace("=active", "=failed"), True, False),
        (RUNNING.replace("=enabled", "=disabled"), True, False),
        (RUNNING + f"minipanel:sum_ca.pem={'0' * 64}\n", True, False),
    ],
    ids=["not up", "forced", "not running", "other config", "failed", "not enabled", "a certificate too many"],
)
def test_anything_that_differs_is_put_right(text: str, is_up: bool, force: bool) -> None:
    outcome, _ = install(look(text), STARTED, ARRIVED, is_up=is_up, force=force)
    assert outcome.word == Word.INSTALLED


def test_an_agent_that_is_there_needs_little_space_for_another_configuration() -> None:
    full = "minipanel:free_opt=600\nminipanel:free_var=0\nminipanel:free_etc=16\n"
    changed = RUNNING.replace(sum_of(b"config"), sum_of(b"other"))
    assert install(look(changed + full), dry_run=True)[0].word == Word.WOULD_INSTALL
    assert install(look(FIT + full), dry_run=True)[0].word == Word.NO_SPACE


def test_a_dry_run_ends_after_the_look() -> None:
    assert install(look(FIT), dry_run=True)[0].word == Word.WOULD_INSTALL
    assert install(look(FIT.replace("python=/usr/bin/python3", "python=")), dry_run=True)[0].word == Word.NO_PYTHON
    assert install(look(FIT + READ_ONLY), dry_run=True)[0].word == Word.NOT_WRITABLE


def test_without_a_first_sample_the_agents_own_words_are_reported() -> None:
    journal = Answer(0, "minipanel-agent 0.1.0 reports ...\nThe panel did not store the sample (403): No.\n", "")
    outcome, _ = install(look(FIT), STARTED, NOT_ARRIVED, journal)
    assert outcome.word == Word.NO_SAMPLE
    assert outcome.sentence == (
        "the agent runs, but the panel got no sample within 20 s; "
        "the agent says: The panel did not store the sample (403): No."
    )


@pytest.mark.parametrize(
    ("answers", "word", "sentence"),
    [
        ([NOTHING, Answer(1, "", "")], Word.UNREACHABLE, "no answer to ping or on ssh's port"),
        (
            [NOTHING, Answer(0, "", "")],
            Word.SSH_FAILED,
            "answers ping, but ssh fails: ssh: connect to host 10.0.0.2 port 22: No route to host",
        ),
        (
            [Answer(255, "", "root@10.0.0.2: Permission denied (publickey).")],
            Word.LOGIN_REFUSED,
            "root's ssh key is not accepted; run ssh-copy-id root@NODE, or where root may not log in "
            "(PermitRootLogin no), set user and sudo in [rollout] of config.toml",
        ),
        (
            [Answer(1, "This account is currently not available.", "")],
            Word.SSH_FAILED,
            "ssh connects, but runs no commands: This account is currently not available.",
        ),
        ([Answer(None, "", "", 30)], Word.TIMED_OUT, "ssh connected, and then got no answer for 30 s"),
        ([look(FIT), Answer(None, "", "", 30)], Word.TIMED_OUT, "the installation took longer than 30 s"),
        ([look(FIT), Answer(3, "", "The agent did not stay up: x")], Word.NOT_ACTIVE, "The agent did not stay up: x"),
        ([look(FIT), Answer(1, "", "mkdir: read-only\n")], Word.INSTALL_FAILED, "mkdir: read-only"),
        ([look(FIT), Answer(7, "", "")], Word.INSTALL_FAILED, "install-agent.sh exited with 7"),
        (
            [look(FIT), Answer(1, "", "head: write error: No space left on device")],
            Word.NO_SPACE,
            "the disk filled up while the agent was copied: head: write error: No space left on device",
        ),
        (
            [look(FIT), Answer(255, "", "client_loop: send disconnect: Broken pipe")],
            Word.SSH_FAILED,
            "the connection broke while the agent was installed: client_loop: send disconnect: Broken pipe",
        ),
        (
            [look(FIT), Answer(255, "", "")],
            Word.SSH_FAILED,
            "the connection broke while the agent was installed: no reason was given",
        ),
        (
            [Answer(255, "", ""), Answer(0, "", "")],
            Word.SSH_FAILED,
            "answers ping, but ssh fails: no reason was given",
        ),
        ([look(FIT), Answer(3, "", "")], Word.NOT_ACTIVE, "no reason was given"),
        (
            [look(FIT), STARTED, NOT_ARRIVED, Answer(0, "", "")],
            Word.NO_SAMPLE,
            "the agent runs, but the panel got no sample within 20 s; the agent says: no reason was given",
        ),
    ],
    ids=lambda value: str(value) if isinstance(value, Word) else "",
)
def test_each_failure_has_its_own_word_and_sentence(answers: list[Answer], word: Word, sentence: str) -> None:
    assert install(*answers)[0] == Outcome("node001", word, sentence)


def test_the_agent_is_removed_where_it_is() -> None:
    there = look(FIT + "minipanel:is_there=yes\n")

    def remove(*answers: Answer, dry_run: bool = False) -> Outcome:
        return follow(visitor(dry_run=dry_run).remove("node001", "10.0.0.2", b"script"), answers)[0]

    assert remove(there, Answer(0, "Removed", "")).word == Word.REMOVED
    assert remove(look(FIT)).word == Word.ABSENT
    assert remove(there, dry_run=True).word == Word.WOULD_REMOVE
    assert remove(look(there.stdout + READ_ONLY), dry_run=True).word == Word.NOT_WRITABLE
    assert remove(look(FIT + READ_ONLY)).word == Word.ABSENT
    assert remove(there, Answer(1, "", "no")).word == Word.INSTALL_FAILED


def test_a_look_for_removing_asks_nothing_of_munge_or_the_panel() -> None:
    step = next(visitor().remove("node001", "10.0.0.2", b"script"))
    assert isinstance(step, Step)
    assert step.stdin.startswith(b"auth=none panel_host= panel_port=\n")
