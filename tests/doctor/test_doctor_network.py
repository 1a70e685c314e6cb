"""The doctor on the way from the nodes to the panel: who has the port, where agents report, the firewall."""

from __future__ import annotations

import resource
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from minipanel.commands.overview import PanelOverview
from minipanel.doctor.checks.network import Way, judge_way, look_at_firewall, look_at_way, resolved
from minipanel.doctor.checks.panel import judge_panel, look_at_answer
from minipanel.setup.look.check import Check, Verdict
from tests.doctor.examined import FIX, OK, WARNING, english, only, subject_of
from tests.panel.example import config_in
from tests.ports import free_port
from tests.setup.machine import Machine

URL = "http://127.0.0.1:8080"


def test_a_panel_that_answers_is_reported_with_its_version_and_process() -> None:
    check = only(judge_panel(PanelOverview(URL, "0.1.0", 1204, None), None, 8080, english))
    assert check == Check("panel", OK, f"answers at {URL} as version 0.1.0, process 1204")


def test_a_panel_of_another_version_is_to_be_restarted() -> None:
    trouble = "The running panel is version 0.0.9, but 0.1.0 is installed: restart it."
    check = only(judge_panel(PanelOverview(URL, "0.0.9", 1204, trouble), None, 8080, english))
    assert check == Check("panel", FIX, trouble, "systemctl restart minipanel")


def test_a_stopped_panel_is_reported_with_how_to_start_it(tmp_path: Path, machine: Machine) -> None:
    port = free_port()
    check = only(look_at_answer(subject_of(tmp_path, machine, at_port(tmp_path, port))))
    assert check.verdict is FIX
    assert check.detail == f"http://127.0.0.1:{port} can't be reached: Connection refused."
    assert check.remedy.startswith("systemctl restart minipanel")


def test_a_panel_whose_port_can_not_be_read_is_not_called_broken(tmp_path: Path, machine: Machine) -> None:
    subject = subject_of(tmp_path, machine, at_port(tmp_path, free_port()))
    with pytest.raises(PermissionError):
        list(look_at_answer(replace(subject, is_denied=True)))


@contextmanager
def stranger() -> Iterator[int]:
    """Another program on a port; it does not speak HTTP."""
    with socket.create_server(("0.0.0.0", 0)) as listener:

        def hang_up() -> None:
            connection, _ = listener.accept()
            connection.sendall(b"220 this is mail\r\n")
            connection.close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()


def test_a_port_taken_by_another_program_is_reported_with_that_program(tmp_path: Path, machine: Machine) -> None:
    machine.command("ss", """echo 'LISTEN 0 5 0.0.0.0:1 0.0.0.0:* users:(("nginx",pid=123,fd=3))'""")
    with stranger() as port:
        check = only(look_at_answer(subject_of(tmp_path, machine, at_port(tmp_path, port))))
    assert check.detail == f"port {port} is taken by nginx, process 123"
    assert (check.verdict, check.remedy) == (FIX, "stop it, or use another port: minipanel setup --port PORT")


def at_port(folder: Path, port: int):  # type: ignore[no-untyped-def]
    config = config_in(folder)
    return replace(config, server=replace(config.server, port=port))


OWN, OTHER, LOOPBACK = "10.0.0.1", "10.0.0.9", "127.0.0.1"


@pytest.mark.parametrize(
    ("url", "is_tls", "resolved", "verdict", "words"),
    [
        ("http://10.0.0.1:8080", False, OWN, OK, "agents report to http://10.0.0.1:8080"),
        ("https://10.0.0.1:8080", False, OWN, FIX, "but the panel uses http"),
        ("http://10.0.0.1:8080", True, OWN, FIX, "but the panel uses https"),
        ("http://mgmt:8080", False, None, FIX, "a name without an address"),
        ("http://127.0.0.1:8080", False, LOOPBACK, FIX, "is that node itself"),
        ("http://10.0.0.9:8080", False, OTHER, WARNING, "not an address of this machine"),
        ("http://10.0.0.1:8081", False, OWN, WARNING, "but the panel listens on port 8080"),
    ],
)
def test_the_address_that_agents_use_is_compared_with_the_panels(
    url: str, is_tls: bool, resolved: str | None, verdict: Verdict, words: str
) -> None:
    way = Way(url, is_tls, 8080, frozenset({resolved} if resolved else ()), frozenset({OWN}), 2)
    check = only(judge_way(way, english))
    assert (check.verdict, words in check.detail) == (verdict, True), check
    assert verdict is OK or "[server] url" in check.remedy


def test_a_panel_only_for_its_own_machine_may_have_a_loopback_address(tmp_path: Path, machine: Machine) -> None:
    config = replace(config_in(tmp_path), nodes=())
    assert only(look_at_way(subject_of(tmp_path, machine, config))).verdict is OK


@pytest.mark.parametrize("host", ["mgmt.invalid", "mgmt..org", f"{'m' * 64}.org"])
def test_a_name_that_is_unknown_or_not_a_name_has_no_address(tmp_path: Path, machine: Machine, host: str) -> None:
    config = config_in(tmp_path)
    config = replace(config, server=replace(config.server, url=f"http://{host}:8080"))
    check = only(look_at_way(subject_of(tmp_path, machine, config)))
    assert (check.verdict, check.detail) == (FIX, f"agents report to http://{host}:8080, a name without an address")


def test_a_name_that_could_not_be_looked_up_is_not_called_one_without_an_address() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, hard))  # neither /etc/hosts nor a socket can be opened
    try:
        with pytest.raises(OSError, match="Too many open files"):
            resolved("localhost")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


FIREWALL = """\
case "$*" in
--state) exit 0 ;;
--get-default-zone) echo public ;;
*query-port=8080/tcp) exit {code} ;;
*) exit 1 ;;
esac
"""


def test_a_port_that_firewalld_closes_comes_with_the_commands_that_open_it(tmp_path: Path, machine: Machine) -> None:
    machine.command("firewall-cmd", FIREWALL.format(code=1))
    machine.command("ip", "")
    check = only(look_at_firewall(subject_of(tmp_path, machine)))
    assert check.verdict is FIX
    assert check.detail == "8080/tcp is closed in the zone public: agents and browsers can't connect"
    assert check.remedy == (
        "firewall-cmd --zone=public --add-port=8080/tcp && firewall-cmd --permanent --zone=public --add-port=8080/tcp"
    )


def test_without_an_answer_from_firewalld_the_port_is_not_reported_as_closed(tmp_path: Path, machine: Machine) -> None:
    machine.command("firewall-cmd", FIREWALL.format(code=13))
    machine.command("ip", "")
    check = only(look_at_firewall(subject_of(tmp_path, machine)))
    assert (check.verdict, check.remedy) == (WARNING, "firewall-cmd --list-all-zones")
    assert check.detail == "`firewall-cmd --zone=public --query-port=8080/tcp`: exit code 13"


def test_a_port_that_firewalld_lets_in_is_good(tmp_path: Path, machine: Machine) -> None:
    machine.command("firewall-cmd", FIREWALL.format(code=0))
    machine.command("ip", "")
    assert only(look_at_firewall(subject_of(tmp_path, machine))) == Check("firewalld", OK, "allows 8080/tcp")


def test_without_firewalld_there_is_nothing_to_say(tmp_path: Path, machine: Machine) -> None:
    machine.command("firewall-cmd", "exit 252")
    assert list(look_at_firewall(subject_of(tmp_path, machine))) == []
