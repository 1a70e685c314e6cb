"""The report: folded, counted, in the reader's language, for people and for programs."""

from __future__ import annotations

from minipanel.rollout.outcome import Outcome, Word
from minipanel.rollout.report import RolloutReport
from minipanel.translations.language import in_english, translator

SAY = in_english
MIXED = (
    *(Outcome(f"node{number:03}", Word.INSTALLED) for number in range(1, 62)),
    Outcome("node062", Word.UNREACHABLE, "no answer"),
    Outcome("node063", Word.INSTALLED),
    Outcome("node064", Word.WRONG_CLOCK, "412 s ahead"),
    Outcome("node065", Word.WRONG_CLOCK, "9 s behind"),
)


def test_equal_outcomes_are_folded_into_node_sets_the_good_ones_first() -> None:
    assert RolloutReport(MIXED, ("A note.",), SAY).lines() == [
        "A note.",
        "installed: node[001-061,063]",
        "unreachable: node062 (no answer)",
        "wrong clock: node064 (412 s ahead)",
        "wrong clock: node065 (9 s behind)",
        "62 of 65 nodes succeeded, 3 failed.",
    ]


def test_the_exit_code_is_0_only_when_all_is_well() -> None:
    assert RolloutReport(MIXED, (), SAY).exit_code == 1
    assert RolloutReport(MIXED[:61], (), SAY).exit_code == 0
    assert RolloutReport((), (), SAY).exit_code == 0


def test_nothing_to_do_is_reported() -> None:
    assert RolloutReport((), (), SAY).lines() == ["There are no nodes to work on."]


def test_programs_get_the_same_words_in_every_language() -> None:
    chinese = translator({"LANG": "zh_CN.UTF-8"})
    report = RolloutReport((Outcome("n1", Word.NO_MUNGE, "why"),), (), chinese)
    assert report.lines()[0] == "MUNGE 不可用：n1（why）"
    assert report.as_json() == {
        "success": False,
        "counts": {"no_munge": 1},
        "notes": [],
        "nodes": [{"hostname": "n1", "outcome": "no_munge", "sentence": "why"}],
    }


def test_the_folder_of_an_image_is_shown_as_it_is() -> None:
    report = RolloutReport((Outcome("/srv/images/el9,[x", Word.INSTALLED),), (), SAY)
    assert report.lines()[0] == "installed: /srv/images/el9,[x"
