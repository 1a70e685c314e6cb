"""The text of a message: one line per trouble, folded, bounded, in both languages."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from minipanel.alerts import words
from minipanel.alerts.fold import fold_short
from minipanel.alerts.message import MAX_CHARACTERS, Teller
from minipanel.alerts.rules.disk import DISK
from minipanel.alerts.rules.hot import HOT
from minipanel.alerts.rules.many_down import MANY_DOWN
from minipanel.alerts.rules.node_down import NODE_DOWN
from minipanel.models.alert import PANEL, Alert, Bad

NOON = 1_790_035_200 - 1_790_035_200 % 86400 + 43200
NAMES = {i: f"cn{i:04}" for i in range(1201, 1241)} | {i: f"cn{i:04}" for i in range(1301, 1341)}
WORDS = {rule.name: rule.words for rule in (HOT, NODE_DOWN, MANY_DOWN)}


def teller(language: words.Language = "en", names: dict[int, str] = NAMES) -> Teller:
    return Teller("c1", language, names, WORDS, "http://panel:8080", time.gmtime)


def alert(rule: str, node_id: int, reason: str = "", **more: object) -> Alert:
    begun = {"began_at": NOON - 3600, "opened_at": NOON - 3300, "hold_seconds": 300}
    return Alert(rule, node_id, "critical", bad=Bad(reason=reason), **(begun | more))  # type: ignore[arg-type]


def test_a_rack_that_is_down_is_one_line_that_names_it() -> None:
    down = [alert("many-down", i, "no-answer") for i in range(1201, 1241)]
    subject, body = teller().message(down, NOON)
    line = (
        "CRITICAL cn[1201-1240] down together: none of them answers (check the panel's network or a switch), "
        "since 11:00 (40 nodes, all of cn12)"
    )
    assert subject == f"[c1] {line}"
    assert body == f"{line}\nhttp://panel:8080/alerts"


def test_the_same_in_chinese() -> None:
    down = [alert("many-down", i, "no-answer") for i in range(1201, 1241)]
    subject, _ = teller("zh").message(down, NOON)
    assert subject == (
        "[c1] 严重 cn[1201-1240] 同时离线：全部无响应，请检查面板的网络或交换机，自 11:00 起（40 个节点，即 cn12 全部）"
    )


def test_a_hot_node_names_its_sensor_where_all_of_the_line_have_the_same() -> None:
    hot = [alert("hot", node_id, worst=worst) for node_id, worst in ((1201, 96.0), (1202, 99.0))]
    for each in hot:
        each.bad = Bad(95.0, 100)
    sensors = {1201: "coretemp Package id 0", 1202: "coretemp Package id 0"}
    said = replace(teller(), sensor_of=sensors.get)
    assert said.what(hot) == "hot: 99 °C, limit 100 °C (coretemp Package id 0)"
    sensors[1202] = "acpitz\x1b[2J"
    assert said.what(hot) == "hot: 99 °C, limit 100 °C"
    assert "\x1b" not in said.what(hot[1:])


def test_a_node_that_was_rebooted_is_back_with_that() -> None:
    back = alert("node-down", 1201, "rebooted", closed_at=NOON, over_at=NOON, announced_at=NOON - 3000)
    assert teller().what([back]) == "up again after a reboot"
    assert teller("zh").what([back]) == "已重新在线，节点曾重启"


def test_a_hot_node_is_said_with_its_value_its_limit_and_what_to_do() -> None:
    hot = alert("hot", 1201, worst=96.0)
    hot.bad = Bad(95.5, 95)
    _, body = teller().message([hot], NOON)
    assert body.splitlines()[:2] == [
        "CRITICAL cn1201 hot: 96 °C, limit 95 °C, since 11:00",
        "Check fans and air flow.",
    ]


def test_what_is_over_is_said_after_what_is_not() -> None:
    over = alert("node-down", 1301, announced_at=NOON - 3000, closed_at=NOON)
    _, body = teller().message([over, alert("node-down", 1201, "agent")], NOON)
    assert body.splitlines()[:3] == [
        "CRITICAL cn1201 down: the node answers, but its agent sends nothing, since 11:00",
        "OK cn1301 up again, after 1 h",
        "minipanel rollout --dry-run cn1201",
    ]


def test_the_next_step_is_for_all_that_are_wrong() -> None:
    over = alert("node-down", 1301, announced_at=NOON - 3000, closed_at=NOON)
    _, body = teller().message([alert("node-down", 1201, "agent"), alert("node-down", 1202, "no-answer"), over], NOON)
    assert body.splitlines()[3:] == ["minipanel rollout --dry-run cn[1201-1202]", "http://panel:8080/alerts"]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["OK cn[1201-1202] up again, after 1 h (2 nodes)", "OK cn1203 up again after a reboot, after 1 h"]),
        (
            "zh",
            [
                "恢复 cn[1201-1202] 已重新在线，历时 1 小时（2 个节点）",
                "恢复 cn1203 已重新在线，节点曾重启，历时 1 小时",
            ],
        ),
    ],
)
def test_ends_with_the_same_words_are_one_line(language: words.Language, said: list[str]) -> None:
    over = [
        alert("node-down", node_id, reason, announced_at=NOON - 3000, closed_at=NOON)
        for node_id, reason in ((1201, "agent"), (1202, "refused"), (1203, "rebooted"))
    ]
    _, body = teller(language).message(over, NOON)
    assert body.splitlines()[:2] == said
    reasons = [group["reason"] for group in teller().details(over, NOON)["groups"]]  # type: ignore[attr-defined]
    assert reasons == ["agent", "refused", "rebooted"]


def test_what_nobody_was_notified_of_is_reported_as_past() -> None:
    over = alert("node-down", 1301, "no-answer", closed_at=NOON)
    _, body = teller().message([over], NOON)
    assert body.startswith("CRITICAL cn1301 down: no answer, since 11:00; over at 12:00\n")


def test_an_alert_that_comes_and_goes_is_counted() -> None:
    _, body = teller().message([alert("node-down", 1201, times=7, first_at=NOON - 36000)], NOON)
    assert "cn1201 down: reason unknown, since 11:00, 7 times since 02:00" in body


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_message_of_thousands_of_scattered_nodes_is_short(language: words.Language) -> None:
    names = {i: f"a-long-name-of-a-node-{i:05}.cluster.example" for i in range(1, 10001)}
    down = [alert("node-down", i, reason) for i in range(1, 10001, 2) for reason in ("no-answer", "agent", "refused")]
    subject, body = teller(language, names).message(down, NOON)
    assert len(body) <= MAX_CHARACTERS
    assert len(subject) <= 400
    assert "others" in subject or "另外" in subject


def test_what_is_wrong_with_the_panel_names_the_panel() -> None:
    assert teller().line([alert("node-down", PANEL)], NOON).startswith("The panel down: ")
    chinese = replace(teller("zh"), words={"disk": DISK.words}).line([alert("disk", PANEL, "soon", worst=6.0)], NOON)
    assert chinese.startswith("面板的数据库所在磁盘预计约 6 天后写满")


def test_a_cut_node_set_shows_its_longest_runs_and_counts_the_others() -> None:
    folded = fold_short(["a", "b", "login", "x1", "x2"], 8)
    assert (folded.nodes, folded.others) == ("a,x[1-2]", 2)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 s"), (59, "59 s"), (3600, "1 h"), (6720, "1 h 52 min"), (90061, "1 d 1 h"), (-5, "0 s")],
)
def test_a_duration_is_said_in_its_two_largest_units(seconds: int, said: str) -> None:
    assert words.lasted(seconds, "en") == said
