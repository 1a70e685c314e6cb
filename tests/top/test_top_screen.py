"""The screen of `minipanel top` as lines, without a terminal, for any size, cluster and language."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rich.cells import cell_len

from minipanel.models.alert_answers import Finding, Words
from minipanel.models.metrics import METRICS
from minipanel.top.choice import VIEWS, Choice, View
from minipanel.top.pieces import plain
from minipanel.top.screen import draw
from minipanel.top.words import words_of
from tests.top.nodes import node
from tests.top.pictures import ASCII, CHINESE, ENGLISH, drawn, fleet, looked_at, picture_of, styles

SIZES = [(40, 10), (80, 24), (81, 25), (200, 60), (10, 3)]
CASES = [(size, count, ENGLISH) for size in SIZES for count in (1, 4, 64, 1000)]
CASES += [(size, 64, locale) for size in SIZES for locale in (CHINESE, ASCII)]
CASES += [((80, 24), 10_000, ENGLISH), ((200, 60), 10_000, ENGLISH)]


@pytest.mark.parametrize(("size", "count", "locale"), CASES)
def test_each_line_is_just_as_wide_as_the_terminal(size: tuple[int, int], count: int, locale: dict[str, str]) -> None:
    columns, lines = size
    nodes = fleet(count)
    for picture in (
        *(picture_of(nodes, Choice(view=view)) for view in VIEWS),
        picture_of(nodes, Choice(text="no such node")),
        picture_of(nodes, Choice(mode="help")),
        picture_of(nodes, Choice(mode="typing", text="r1")),
        picture_of(nodes, lost_seconds=7.0, trouble="http://127.0.0.1:8080 can't be reached: Connection refused."),
        looked_at(nodes, nodes[0].name),
    ):
        shown = drawn(picture, columns, lines, locale)
        assert len(shown) == lines
        assert {cell_len(line) for line in shown} == {columns}, picture.choice
        assert locale is not ASCII or "".join(shown).isascii()


def test_each_node_has_a_cell_in_the_map_and_a_line_in_the_list() -> None:
    shown = drawn(picture_of(fleet(4)))
    assert shown[1].startswith("4 nodes  1 up  1 down  1 never  1 disabled")
    assert shown[1].endswith("by worst")
    assert shown[3].split() == ["r1n[01-04]", "X", "o", "-", "10"]
    assert [line.split()[:2] for line in shown[6:10]] == [
        [">", "r1n01"], ["r1n02", "never"], ["r1n04", "up"], ["r1n03", "disabled"],
    ]  # fmt: skip
    assert shown[5].split() == ["NAME", "STATE", "CPU", "MEMORY", "TEMPERATURE", "SEEN"]
    assert shown[-1].startswith("? help  / find  Enter one node")


def test_a_thousand_nodes_share_cells_where_they_do_not_fit_and_the_one_that_is_down_is_seen() -> None:
    shown = drawn(picture_of(fleet(1000)))
    cells = [line.split()[1] for line in shown[3:10]]
    assert cells[0][0] == "X"
    assert "(highest of 4 nodes)" in shown[10]
    assert "CLOCK" not in shown[11]
    wide = drawn(picture_of(fleet(1000)), 200, 60)
    assert "highest of" not in "".join(wide)
    assert "CLOCK" in "".join(wide)


def test_the_map_alone_shows_a_sign_for_each_of_a_thousand_nodes_in_80_columns() -> None:
    shown = drawn(picture_of(fleet(1000), Choice(view="map")))
    legend = next(place for place, line in enumerate(shown) if line.startswith("CPU  0123456789"))
    assert sum(len(line.split(" ", 1)[1].replace(" ", "")) for line in shown[3:legend]) == 1000


def test_each_cell_has_a_character_so_that_it_is_readable_without_colours() -> None:
    nodes = [node("n1", cpu_percent=0.0), node("n2", cpu_percent=47.0), node("n3", cpu_percent=100.0)]
    assert drawn(picture_of(nodes))[3].split() == ["n[1-3]", "0", "47", "100"]
    nodes += [node(f"n{number}", cpu_percent=15.0) for number in range(4, 1000)]
    assert drawn(picture_of(nodes, Choice(view="map")))[3].split()[1].startswith("0491111")


def test_the_temperature_of_a_node_without_a_sensor_is_not_zero() -> None:
    nodes = [node("n1", cpu_temp=None), node("n2", cpu_temp=72.5)]
    shown = drawn(picture_of(nodes, Choice(metric=METRICS[2])))
    assert shown[3].split() == ["n[1-2]", ".", "72"]
    assert shown[2].rstrip().endswith("temperature max 72.5 °C")
    assert drawn(picture_of(nodes), 120)[2].rstrip().endswith("temperature max 72.5 °C (n2)")


def test_what_is_old_has_no_colour_and_the_first_lines_say_since_when_and_why() -> None:
    nodes = [node("n1", cpu_percent=99.0), node("n2", cpu_percent=31.0)]
    assert styles(picture_of(nodes), "99") == {"cursor"}
    assert styles(picture_of(nodes), "31") == {"load3"}
    old = picture_of(nodes, lost_seconds=65.0, trouble="The panel was stopped.")
    assert styles(old, "31") == {"old"}
    shown = drawn(old)
    assert "no connection for 1m, values of " in shown[0]
    assert shown[2].rstrip() == "The panel was stopped."


def test_the_cursor_stays_with_its_node_and_in_sight() -> None:
    nodes = fleet(64)
    last = nodes[-1]
    picture = picture_of(nodes, Choice(sort="name", cursor=last.id))
    frame = draw(picture, words_of(ENGLISH), 80, 24)
    assert plain(frame.lines[-2]).startswith(f"> {last.name}")
    assert frame.first == 64 - frame.rows


@pytest.mark.parametrize(
    ("choice", "sentence"),
    [
        (Choice(text="zebra"), "No node matches zebra."),
        (Choice(only="disabled", text="r1n04"), "No node matches r1n04."),
        (Choice(only="up", text="!r1n04"), "No node matches !r1n04."),
    ],
)
def test_where_no_node_is_left_a_sentence_says_so(choice: Choice, sentence: str) -> None:
    assert drawn(picture_of(fleet(4), choice))[4].strip() == sentence


def test_without_any_node_it_says_how_to_add_one() -> None:
    assert drawn(picture_of([]))[4].strip() == "No nodes yet: minipanel nodes add NAME ADDRESS adds one."


def test_a_terminal_that_is_too_small_shows_a_message() -> None:
    assert "".join(drawn(picture_of(fleet(4)), 30, 9)).startswith("The terminal is too small")


def test_one_node_shows_its_last_hour_as_bars_with_its_gap() -> None:
    shown = drawn(looked_at(fleet(64), "r1n20"))
    assert shown[1].startswith("r1n20  up  seen 5s  clock 0.0 s  agent 0.1.0")
    assert shown[2].startswith("last hour, 600 of 720 samples  coretemp")
    assert shown[3].startswith("CPU  newest ")
    assert shown[3].rstrip().endswith("mean 40.0%, highest 100.0%")
    top, ground = shown[4], shown[8]
    assert top.rstrip() == "  100% " + " " * 60 + "█" * 12
    assert ground.rstrip() == "    0% " + "█" * 36 + "·" * 12 + "█" * 24
    assert shown[15].startswith("temperature  no sensor")
    assert shown[-3].rstrip().endswith("now")


def test_in_ascii_bars_are_made_of_ascii() -> None:
    shown = drawn(looked_at(fleet(64), "r1n20"), locale=ASCII)
    assert shown[8].rstrip() == "    0% " + "#" * 36 + "." * 12 + "#" * 24


def test_nothing_that_an_agent_says_of_itself_reaches_the_terminal_as_it_is() -> None:
    picture = looked_at(fleet(4), "r1n04", agent_version="1\x1b[2J", sensor="[bold]\u202ehot\x07")
    text = "".join(drawn(picture))
    assert "\\x1b[2J" in text
    assert "[bold]\\u202ehot\\x07" in text
    assert text.isprintable()


def test_chinese_names_things_as_the_page_does() -> None:
    shown = drawn(picture_of(fleet(64)), locale=CHINESE)
    assert shown[1].startswith("64 个节点  61 在线  1 离线  1 未上报  1 已停用")
    assert shown[1].endswith("排序：异常优先")


def test_a_map_that_was_laid_out_before_is_drawn_as_a_new_one() -> None:
    picture = picture_of(fleet(1000))
    first = drawn(picture)
    assert drawn(replace(picture, heat=None)) == first


def finding(severity: str = "critical", nodes: str = "r1n[01-02]", **more: object) -> Finding:
    what = Words("hot: 99 °C, limit 95 °C", "过热：99 °C，限值 95 °C")
    whole = {"is_suspended": False, "acked_by": None, "silenced_until": None, **more}
    return Finding("hot", severity, nodes, 0, [], None, 0, what, 0, 1, [1, 2], [1, 2], **whole)  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [(80, 24), (40, 10)])
@pytest.mark.parametrize("view", VIEWS)
def test_the_worst_of_what_is_wrong_is_one_line(view: View, size: tuple[int, int]) -> None:
    picture = picture_of(fleet(4), Choice(view=view))
    wrong = replace(picture, findings=[finding(), finding("warning", "r1n03"), finding(acked_by="alice")])
    shown = drawn(wrong, *size)
    assert len(shown) == size[1]
    assert shown[3].startswith(" r1n[01-02] hot: 99 °C")
    assert shown[3].endswith("  and 1 more")
    assert "过热" in drawn(wrong, *size, CHINESE)[3]
    assert "".join(drawn(wrong, *size, ASCII)).isascii()


def test_what_needs_no_attention_gives_no_line() -> None:
    picture = picture_of(fleet(4))
    quiet = [finding("info"), finding(acked_by="alice"), finding(silenced_until=9), finding(is_suspended=True)]
    assert drawn(replace(picture, findings=quiet)) == drawn(picture)
    assert drawn(replace(picture, findings=[finding()], lost_seconds=7.0)) == drawn(replace(picture, lost_seconds=7.0))
