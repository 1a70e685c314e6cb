"""`minipanel alerts`, with a real panel and a real mail server, and without them."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from minipanel.commands.alerts_list import folded
from minipanel.commands.alerts_words import time_of
from minipanel.config import Config
from minipanel.database import alerts as sql
from minipanel.database.store import Store
from minipanel.errors import ConfigError
from minipanel.machine.who import command_user
from minipanel.models.alert import PANEL, Alert, Bad, Message, Severity
from minipanel.models.alert_answers import AlertAnswer, Findings, Words
from minipanel.sections import load_config
from minipanel.top.panel import Event, PanelReader
from minipanel.translations.columns import width
from tests.alerts.smtp import Postbox, postbox
from tests.panel.commands import run, running_panel, written_config

ENGLISH = {"LC_ALL": "C.UTF-8", "COLUMNS": "80"}
CHINESE = {"LC_ALL": "zh_CN.UTF-8", "COLUMNS": "80"}
NOW = int(time.time())

FULL_DISK = '[[alerts.rule]]\nname = "disk"\nfree_below = 100\nfor = "0s"\n'
"""What is open at the first look, because it is about the panel itself."""


def alerts(config: Config, *words: str, **environment: str) -> tuple[int, str, str]:
    """Run `minipanel alerts`; each line that it prints must fit the terminal."""
    done = run("alerts", words[0], "--config", config.path, *words[1:], **(ENGLISH | environment))
    assert [line for line in done.stdout.splitlines() if width(line) > 80 and "--json" not in words] == []
    return done.returncode, done.stdout, done.stderr


def alert(rule: str, node_id: int, severity: Severity = "critical", value: float = 99.0, **more: object) -> Alert:
    began = NOW - 3600
    return Alert(rule, node_id, severity, began, began + 60, 300, Bad(value, 95.0), worst=value, **more)  # type: ignore[arg-type]


def kept(config: Config, *alerts: Alert) -> None:
    """Store alerts in the database, where the panel finds them at its start."""
    Store(config.database.path).close()
    with closing(sqlite3.connect(config.database.path)) as connection:
        connection.executemany(
            "INSERT INTO nodes (id, name, ip, hostname, enabled, created_at, updated_at) VALUES (?, ?, ?, ?, 1, 0, 0)",
            [(i, f"node{i:03}", f"10.0.0.{i + 1}", f"node{i:03}") for i in (1, 2)],
        )
        sql.put_alerts(connection, alerts)
        connection.commit()


@pytest.fixture
def box() -> Iterator[Postbox]:
    with postbox() as box:
        yield box


@pytest.fixture
def config(tmp_path: Path, box: Postbox) -> Config:
    config = written_config(tmp_path)
    config.path.write_text(config.path.read_text().replace('"spare"', '"计算 1/2"'))
    with config.path.open("a") as file:
        file.write(f'[alerts]\nmail = ["ops@example.org"]\n[alerts.smtp]\nport = {box.port}\n{FULL_DISK}')
    return config


def until_listed(config: Config, text: str) -> str:
    end = time.monotonic() + 20
    while True:
        code, out, err = alerts(config, "list")
        if text in out:
            assert (code, err) == (1, "")
            return out
        assert time.monotonic() < end, out + err
        time.sleep(0.5)


def test_people_handle_alerts_with_a_running_panel(config: Config, box: Postbox) -> None:
    with running_panel(config):
        out = until_listed(config, "disk")
        lines = out.splitlines()
        assert lines[0] == "critical  the panel"
        assert lines[1].startswith("          has ")
        assert lines[-1].startswith("          disk, since ")
        (finding,) = json.loads(alerts(config, "list", "--json")[1])["findings"]
        number = finding["alerts"][0]
        assert lines[-1].endswith(f"id {number}")
        assert alerts(config, "list", "--nodes", "node001")[:2] == (0, "No alerts are open for these nodes.\n")

        events = followed(PanelReader(load_config(config.path)))
        assert isinstance(next(events), Event)
        seen = next(events)
        assert isinstance(seen, Findings)
        assert [each.acked_by for each in seen.findings] == [None]
        code, out, _ = alerts(config, "ack", str(number), "-m", "disk ordered")
        assert (code, out.partition(":")[0]) == (0, f"{who()} acknowledged this; only its end will be sent")
        # The stream that `minipanel top` reads has it as well, between its samples.
        end = time.monotonic() + 60
        while not (isinstance(seen, Findings) and [each.acked_by for each in seen.findings] == [who()]):
            assert time.monotonic() < end, seen
            seen = next(events)
        assert f"acknowledged by {who()}" in alerts(config, "list")[1]
        assert "disk ordered" in alerts(config, "history")[1]
        assert alerts(config, "history", "--rule", "hot")[:2] == (0, "There were no alerts.\n")
        assert alerts(config, "history", "--nodes", "node001")[:2] == (0, "There were no alerts.\n")
        assert len(json.loads(alerts(config, "history", "--json", "--from", "1d")[1])) == 1
        assert alerts(config, "ack", "999")[0::2] == (
            1,
            "No alert 999 is open; minipanel alerts list shows those that are.\n",
        )

        code, out, _ = alerts(config, "silence", "node[001-002]", "--for", "4h", "-m", "new \x1b[31mfans")
        assert code == 0
        assert "new \\x1b[31mfans" in out
        assert out.endswith("To end it: minipanel alerts unsilence 1\n")
        assert json.loads(alerts(config, "silences", "--json")[1])[0]["who"] == who()
        code, out, _ = alerts(config, "explain", "node001")
        assert code == 0
        assert out.startswith("node001: never")
        assert "\nhot                     unknown: too few values\n" in out
        assert f"by {who()}: new \\x1b[31mfans" in out
        assert json.loads(alerts(config, "explain", "node001", "--json")[1])["silences"][0]["id"] == 1
        assert alerts(config, "explain", "计算 1/2")[1].startswith("node003: disabled")
        assert alerts(config, "explain", "a/b")[0::2] == (1, "There is no node 'a/b'.\n")
        assert alerts(config, "unsilence", "1")[0] == 0
        assert alerts(config, "silences")[:2] == (0, "Nothing is silenced.\n")
        assert alerts(config, "unsilence", "1")[0::2] == (1, "There is no active silence '1'.\n")

        code, out, _ = alerts(config, "test")
        assert (code, out) == (0, "mail: accepted. 250 taken\n")
        assert f"sent by {who()}" in box.mails[-1]["Subject"]
        box.answers = ["451 4.7.1 come later"]
        code, out, _ = alerts(config, "test", "mail")
        assert (code, out) == (
            1,
            f"mail: failed. The mail server 127.0.0.1:{box.port} answered 451 4.7.1 come later.\n",
        )
        assert alerts(config, "test", "pager")[0::2] == (1, "There is no channel 'pager'; known channels: mail.\n")


def followed(reader: PanelReader) -> Iterator[Event | Findings]:
    """Connect again whenever the stream must be renewed, as `minipanel top` and browsers do."""
    while True:
        yield from reader.events()


def who() -> str:
    return command_user()


def test_without_a_panel_the_database_is_read_and_nothing_is_done(config: Config) -> None:
    kept(config, alert("hot", 1), alert("hot", 2), alert("disk", PANEL), alert("memory", 2, "warning", closed_at=NOW))
    with closing(sqlite3.connect(config.database.path)) as connection:
        sql.put_message(connection, Message("mail", "hot", (1,), "subject", "body", NOW, NOW, "key"))
        (waiting,) = sql.waiting_messages(connection)
        sql.note_failed(connection, waiting, "The mail server x:25 answered 451 later.", NOW + 60, NOW)
        connection.commit()
    code, out, err = alerts(config, "list", "--nodes", "node001")
    assert code == 1
    assert out.splitlines()[:2] == ["critical  node001", "          hot: 99 °C, limit 95 °C"]
    assert out.endswith("mail: 1 not sent yet: The mail server x:25 answered 451 later.\n")
    assert "can't be reached" in err
    assert err.endswith("The following is from its database.\n")
    _, out, _ = alerts(config, "list")
    assert "critical  node[001-002] (2 nodes, all of node)" in out
    assert "critical  the panel" in out
    assert json.loads(alerts(config, "list", "--json")[1])["from_database"] is True
    _, out, _ = alerts(config, "history")
    assert "node[001-002] (2 nodes)" in out
    assert "for 59 min" in out or "for 1 h" in out
    for words in (["ack", "1"], ["silences"], ["test"], ["explain", "node001"], ["unsilence", "1"]):
        code, out, err = alerts(config, *words)
        assert (code, out, err.count("\n")) == (1, "", 1)
        assert "can't be reached: Connection refused. Start the panel" in err


def test_a_reader_of_chinese_reads_chinese(config: Config) -> None:
    kept(config, alert("hot", 1), alert("hot", 2))
    code, out, err = alerts(config, "list", **CHINESE)
    assert (code, out.splitlines()[:2]) == (
        1,
        ["严重      node[001-002]（2 个节点，即 node 全部）", "          过热：99 °C，限值 95 °C"],
    )
    assert err.startswith("无法连接 ")
    assert alerts(config, "silence", "node001", "--for", "x", "-m", "y", **CHINESE)[2] == (
        "--for 的值 'x' 无效；须为时长，例如 30m、4h 或 2d，最长 400d。\n"
    )


def test_a_list_that_can_not_be_found_out_is_neither_none_nor_some(config: Config) -> None:
    code, out, err = alerts(config, "list")
    assert (code, out) == (3, "")
    assert "There is no database" in err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("list --nodes a[", "nodes is 'a['; it must be a node set"),
        ("list --nodes node9", "nodes is 'node9'; none of them is configured."),
        ("history --rule warm", "--rule is 'warm'; it must be one of panel, "),
        ("history --from yesterday", "--from is 'yesterday'; it must be a time such as 2026-11-25"),
        ("history --from 1d --to 2d", "--from is 1d, which is later than --to."),
        ("silence node001 --for 4 -m x", "--for is '4'; it must be a time such as 30m, 4h or 2d, at most 400d."),
        ("silence node001 --for 401d -m x", "--for is '401d'; it must be a time such as"),
        ("silence node001 --for 4h -m x --rules hot,warm", "--rules is 'warm'; it must be one of panel, "),
        ("unsilence -- -1", "ID is '-1'; it must be a number such as 812."),
        ("ack x", "ID is 'x'; it must be a number such as 812."),
        ("silence node001 -m x", "Missing option '--for'."),
    ],
)
def test_bad_input_is_one_sentence_and_ends_with_2(config: Config, words: str, sentence: str) -> None:
    kept(config)
    code, out, err = alerts(config, *words.split())
    assert (code, out) == (2, "")
    assert sentence in err


def test_a_time_is_a_day_a_minute_or_an_age() -> None:
    assert time_of("--from", "2026-11-25") == int(time.mktime((2026, 11, 25, 0, 0, 0, 0, 0, -1)))
    assert time_of("--from", "2026-11-25 20:45") == time_of("--from", "2026-11-25T20:45")
    assert abs(time_of("--from", "4h") - (time.time() - 4 * 3600)) < 5
    for text in ("", "2026-13-01", "2026-02-30", "4h ago", "9999999999d", "\x1b"):
        with pytest.raises(ConfigError) as refused:
            time_of("--from", text)
        assert str(refused.value).isprintable()


def past(id: int, began: int, over: int | None, what: str = "hot") -> AlertAnswer:
    state = "open" if over is None else "closed"
    return AlertAnswer(
        id, "hot", id, f"node{id:03}", "critical", state, Words(what, what), began, began, over, over,  # type: ignore[arg-type]
        1, began, 99.0, 95.0, None, None, None, None,
    )  # fmt: skip


def test_what_began_and_ended_together_is_one_line() -> None:
    rows = [past(1, 1000, 2000), past(2, 1030, 2010), past(3, 1030, 3000), past(4, 1030, None), past(5, 5000, 6000)]
    assert [[each.id for each in group.alerts] for group in folded(rows)] == [[1, 2], [3], [4], [5]]
