"""Keys: what a terminal sends, and how each changes what is shown."""

from __future__ import annotations

import pytest

from minipanel.models.metrics import METRICS
from minipanel.top.choice import Choice, pressed, scrolled
from minipanel.top.keys import Keys
from tests.top.nodes import node
from tests.top.pictures import picture_of

NODES = [node(f"n{number}", cpu_percent=float(10 * number)) for number in range(1, 8)]


def after(keys: str, choice: Choice | None = None, rows: int = 3) -> Choice:
    """Return the choice after these keys, each a word, or the letters of one in quotes."""
    choice = choice or Choice()
    for word in keys.split():
        for key in word[1:-1] if word[0] == "'" else [word]:
            choice = pressed(choice, key, picture_of(NODES, choice).listing, rows)
    return choice


def marked(choice: Choice) -> str:
    node = picture_of(NODES, choice).listing.marked
    return node.name if node else ""


@pytest.mark.parametrize(
    ("sent", "keys"),
    [
        (b"\x1b[A\x1bOB", ["up", "down"]),
        (b"\x1b[5~\x1b[6~\x1b[H\x1bOF\x1b[1~\x1b[4~", ["pgup", "pgdn", "home", "end", "home", "end"]),
        (b"q?/\r\x7f\x15", ["q", "?", "/", "enter", "backspace", "ctrl-u"]),
        ("é节".encode(), ["é", "节"]),
        (b"\x00\x01\xff\xfe\t", []),
        (b"\x1b[1;5Aq", ["q"]),
        (b"\x1b[200~x\x1b[201~", ["x"]),
        (b"\x1bq", ["esc", "q"]),
        (b"\x1b\x1b[A", ["esc", "up"]),
    ],
)
def test_keys_are_known_by_what_a_terminal_sends(sent: bytes, keys: list[str]) -> None:
    assert Keys().read(sent) == keys
    split = Keys()
    assert [key for byte in sent for key in split.read(bytes([byte]))] == keys


def test_an_esc_that_nothing_follows_is_the_key() -> None:
    keys = Keys()
    assert (keys.read(b"\x1b"), keys.is_waiting) == ([], True)
    assert (keys.give_up(), keys.is_waiting) == (["esc"], False)


def test_a_sequence_without_an_end_does_not_wait_for_ever() -> None:
    assert Keys().read(b"\x1b[" + b"1" * 100 + b"q")[-1] == "q"


@pytest.mark.parametrize("keys", ["q", "esc", "? q", "enter q"])
def test_q_and_esc_quit(keys: str) -> None:
    assert after(keys).is_over


def test_arrows_move_and_the_cursor_follows_its_node_when_the_order_turns() -> None:
    choice = after("down")
    assert marked(choice) == "n6"
    assert marked(after("r", choice)) == "n6"
    assert marked(after("up up up")) == "n7"
    assert marked(after("end")) == "n1"
    assert marked(after("pgdn")) == "n5"
    assert after("end home").cursor is None


def test_without_a_node_of_its_own_the_cursor_stays_with_the_worst() -> None:
    choice = after("home")
    NODES[2].state = "down"
    try:
        assert marked(choice) == "n3"
    finally:
        NODES[2].state = "up"


def test_enter_opens_a_node_arrows_go_to_the_next_and_enter_or_esc_lead_back() -> None:
    choice = after("down enter")
    assert (choice.mode, marked(choice)) == ("node", "n6")
    assert marked(after("down", choice)) == "n5"
    assert after("esc", choice).mode == after("enter", choice).mode == "cluster"
    assert not after("esc", choice).is_over
    assert after("f v s r /", choice) == choice


def test_what_is_typed_after_a_slash_chooses_nodes() -> None:
    choice = after("/ 'n[1-2]x' backspace")
    assert (choice.mode, choice.text) == ("typing", "n[1-2]")
    assert [each.name for each in picture_of(NODES, choice).listing.by_name] == ["n1", "n2"]
    assert after("enter", choice).text == "n[1-2]"
    assert after("esc", choice) == Choice()
    assert after("ctrl-u", choice).text == ""
    assert after("/ 'q?s'").text == "q?s"


def test_s_sorts_by_the_next_and_looks_at_the_metric_that_it_sorts_by() -> None:
    orders = [after("s " * times) for times in range(1, 8)]
    assert [choice.sort for choice in orders] == [
        "name", "cpu_percent", "memory_used", "cpu_temp", "seen", "clock", "worst",
    ]  # fmt: skip
    assert orders[3].metric is METRICS[2]


def test_m_f_and_v_lead_round() -> None:
    assert [after("m " * times).metric.name for times in (1, 2, 3)] == ["memory_used", "cpu_temp", "cpu_percent"]
    assert [after("f " * times).only for times in range(1, 6)] == ["down", "never", "up", "disabled", None]
    assert [after("v " * times).view for times in (1, 2, 3)] == ["map", "list", "both"]


def test_where_no_node_is_left_keys_do_no_harm() -> None:
    assert after("/ 'zebra' enter down end enter").mode == "cluster"


@pytest.mark.parametrize(
    ("first", "place", "count", "top"), [(0, 0, 9, 0), (0, 3, 9, 1), (5, 4, 9, 4), (8, 8, 9, 6), (6, 1, 2, 0)]
)
def test_the_list_scrolls_no_further_than_it_must(first: int, place: int, count: int, top: int) -> None:
    assert scrolled(first, place, 3, count) == top
