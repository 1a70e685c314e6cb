"""The guided session at a real terminal: what a person sees, and what must never be shown."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from tests.punctuation import HALF_WIDTH
from tests.setup.machine import Machine
from tests.setup.terminal import Terminal

ROOT = Path(__file__).resolve().parents[2]


def session(machine: Machine, locale: str = "C.UTF-8") -> Terminal:
    machine.write("/etc/hosts", "10.0.0.1\tmgmt\n10.0.0.2 node1 # rack 1\r\n10.0.0.3 node2\n10.0.0.300 node3\n")
    machine.command("getent", "exit 2")
    path = os.pathsep.join([str(ROOT), str(ROOT / "agent")])
    environment = {**os.environ, "PYTHONPATH": path, "LC_ALL": locale, "PYTHONUTF8": "1"}
    command = [sys.executable, "-m", "tests.setup.guided", str(machine.root), str(machine.commands)]
    return Terminal(command, environment)


def answers(terminal: Terminal) -> dict[str, Any]:
    found = terminal.expect(r"ANSWERS (\{.*\})\n")
    assert terminal.end() == 0
    told: dict[str, Any] = json.loads(found[1])
    return told


def test_a_person_types_some_answers_and_presses_enter_for_others(machine: Machine) -> None:
    with session(machine) as terminal:
        terminal.expect(r"Name of the account \[miniadmin\]: ")
        terminal.type("chief")
        terminal.expect("Password, not shown")
        terminal.type("correct horse")
        terminal.expect("Repeat the password")
        terminal.type("correct horse")
        terminal.expect(r"Line 4 of the hosts file is skipped: '10\.0\.0\.300' is not an address\.")
        terminal.expect(r"  1  10\.0\.0\.1  mgmt   this machine\n  2  10\.0\.0\.2  node1\n  3  10\.0\.0\.3  node2\n")
        terminal.expect("3 nodes; Enter, a, d or l: ")
        terminal.type("d node2")
        terminal.expect("2 nodes; ")
        terminal.type("a 10.0.0.9 login")
        terminal.expect("3 nodes; ")
        terminal.type()
        terminal.expect(r"Database file \[/var/lib/minipanel/data\.db\]: ")
        terminal.type()
        terminal.expect(r"Port .*\[\d+\]: ")
        terminal.type()
        terminal.expect(r"Address .* \[10\.0\.0\.1\]: ")
        terminal.type()
        terminal.expect(r"HTTPS \(no, own, self-made\) \[no\]: ")
        terminal.type()
        terminal.expect(r"Mail addresses for alerts, separated by commas \(Enter: none\): ")
        terminal.type("ops")
        terminal.expect("'ops' is not a mail address such as ops@example.org.")
        terminal.expect("Mail addresses for alerts")
        terminal.type("ops@example.org, boss@mgmt")
        told = answers(terminal)
        before = terminal.shown[: terminal.shown.index("ANSWERS")]
    assert told["admin"] == "chief"
    assert told["password"] == "correct horse"
    assert told["nodes"] == ["mgmt", "node1", "login"]
    assert told["mail"] == ["ops@example.org", "boss@mgmt"]
    assert told["url"] == f"http://10.0.0.1:{told['port']}"
    assert "correct" not in before


def test_the_session_is_chinese_where_the_locale_is(machine: Machine) -> None:
    with session(machine, "zh_CN.UTF-8") as terminal:
        terminal.expect(r"管理员账号 \[miniadmin\]: ")
        terminal.type()
        terminal.expect("密码（输入时不显示，直接回车则随机生成）：")
        terminal.type()
        terminal.expect("hosts 文件第 4 行被忽略：")
        terminal.expect("本机")
        for question in ("3 个节点", "数据库文件", "端口", "节点访问本机所用的地址", "HTTPS（no", "收件人"):
            terminal.expect(question)
            terminal.type()
        assert len(answers(terminal)["password"]) == 8
        asked = terminal.shown[: terminal.shown.index("ANSWERS")]
    assert [line for line in asked.splitlines() if HALF_WIDTH.search(line)] == []


def test_ctrl_c_and_ctrl_d_end_the_session_with_a_sentence(machine: Machine) -> None:
    for key, sentence in (
        ("\x03", "Interrupted."),
        ("\x04", "The input ended before the last answer; nothing was changed."),
    ):
        with session(machine) as terminal:
            terminal.expect("Name of the account")
            terminal.press(key)
            terminal.expect(sentence)
            assert terminal.end() == 1
            assert "Traceback" not in terminal.shown
