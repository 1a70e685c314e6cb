"""The doctor on config.toml: broken, readable by all, or not by the service; and what it may show of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from minipanel.alerts.config import ALERTS, AlertsConfig, RuleConfig
from minipanel.config import NodeConfig, values
from minipanel.config.template import render_config
from minipanel.doctor.checks.configuration import differing_keys, judge_mode, look_at_configuration
from minipanel.doctor.checks.rights import Need, judge_needs, look_at_rights
from minipanel.doctor.subject import Subject, read_subject
from minipanel.sections import ROOMS, read_what_can_be
from minipanel.services.agent_config import AGENTS_NODE, AgentsNodeConfig
from minipanel.setup.look.check import Check
from tests.doctor.examined import FIX, OK, english, only, subject_of
from tests.panel.example import config_in
from tests.setup.machine import Machine


def read(text: str, folder: Path, machine: Machine) -> Subject:
    path = folder / "config.toml"
    path.write_text(text)
    path.chmod(0o640)
    return read_subject(path, machine.system, english)


def test_a_good_configuration_is_one_line(tmp_path: Path, machine: Machine) -> None:
    subject = read(render_config(config_in(tmp_path)), tmp_path, machine)
    assert only(look_at_configuration(subject)) == Check("configuration", OK, f"{tmp_path}/config.toml")


def test_a_broken_key_is_reported_and_all_others_are_used(tmp_path: Path, machine: Machine) -> None:
    good = render_config(config_in(tmp_path))
    text = good.replace("port = 8080", 'port = "http"').replace("[server]", "[server]\nx = 1")
    subject = read(text, tmp_path, machine)
    check = only(look_at_configuration(subject))
    assert check.verdict is FIX
    assert 'unknown key "x" in [server]' in check.detail
    assert check.remedy == f"correct the line in {tmp_path}/config.toml, then: systemctl restart minipanel"
    assert subject.config.server.port == 8080
    assert subject.config.database.path == tmp_path / "data.db"
    assert [node.hostname for node in subject.config.nodes] == ["node001", "node002.cluster.example", "node003"]


@pytest.mark.parametrize(
    "text", ["", "[server", "[server]\nport = 99999999\n", "nodes = 3", "a = " + "[" * 5000, "\ufeff"]
)
def test_a_file_that_is_not_a_configuration_leaves_the_defaults(tmp_path: Path, machine: Machine, text: str) -> None:
    subject = read(text, tmp_path, machine)
    assert only(look_at_configuration(subject)).verdict is FIX
    assert (subject.config.server.port, subject.config.nodes) == (8080, ())
    assert subject.config.database.path == Path("/var/lib/minipanel/data.db")


def test_valid_nodes_are_kept_beside_invalid_ones(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('[[nodes]]\nip = "10.0.0.1"\nhostname = "n1"\n[[nodes]]\nip = "no"\nhostname = "n2"\n')
    assert read_what_can_be(path).nodes == (NodeConfig("n1", "10.0.0.1", "n1"),)


def test_a_configuration_that_is_missing_comes_with_the_way_to_one(tmp_path: Path, machine: Machine) -> None:
    check = only(look_at_configuration(read_subject(tmp_path / "none.toml", machine.system, english)))
    assert (check.verdict, check.remedy) == (FIX, "sudo ./install.sh, or name the file with --config")


@pytest.mark.parametrize(("mode", "is_good"), [(0o640, True), (0o600, True), (0o644, False), (0o660, False)])
def test_secrets_are_for_root_and_the_service_alone(mode: int, is_good: bool) -> None:
    checks = list(judge_mode(Path("/etc/minipanel/config.toml"), mode, english))
    assert [check.remedy for check in checks] == ([] if is_good else ["chmod 640 /etc/minipanel/config.toml"])


def test_only_settings_that_differ_from_the_defaults_are_shown_and_no_secret(tmp_path: Path) -> None:
    config = config_in(tmp_path)
    config = replace(
        config,
        server=replace(config.server, port=8443),
        groups=(values.GroupConfig("rack3", "node[081-120]"),),
        rooms={
            AGENTS_NODE.name: AgentsNodeConfig(spool_hours=72),
            ALERTS.name: AlertsConfig(rule=(RuleConfig("hot", None, "warning", True, None),) * 2),
        },
    )
    assert differing_keys(config) == [
        '[server] host = "127.0.0.1"',
        "[server] port = 8443",
        '[server] url = "http://127.0.0.1:8080"',
        "[server] jwt_secret = …",
        "[admin] password_hash = …",
        '[database] path = "data.db"',
        '[agents] auth = "token"',
        "[agents] secret = …",
        "[agents.node] spool_hours = 72",
        "[[alerts.rule]] 2",
        "[[groups]] 1: rack3",
        "[[nodes]] 3: node[001,003],node002.cluster.example",
    ]


def test_every_key_that_holds_a_secret_is_declared_as_one() -> None:
    sections = (values.SERVER, values.ADMIN, values.DATABASE, values.AGENTS, values.HOSTS, values.USERS, *ROOMS)
    keys = {f"{section.name}.{name}": key for section in sections for name, (key, _) in section.keys.items()}
    suspects = {name for name in keys if any(word in name for word in ("secret", "hash", "password", "token"))}
    suspects -= {name for name in suspects if name.endswith("_file")}  # a path is no secret
    suspects |= {"alerts.channel", "alerts.heartbeat"}  # addresses that contain a key
    assert {name for name, key in keys.items() if key.kind.is_secret} == suspects


def need(path: str, is_written: bool = False, is_granted: bool | None = True, is_hidden: bool = False) -> Need:
    return Need(Path(path), is_written, is_granted, is_hidden)


def test_a_key_that_the_service_can_not_read_comes_with_the_commands() -> None:
    check = only(judge_needs([need("/etc/minipanel/config.toml"), need("/etc/pki/key.pem", is_granted=False)], english))
    assert check.verdict is FIX
    assert check.detail == "the user minipanel can't read /etc/pki/key.pem"
    assert check.remedy.startswith("chgrp minipanel /etc/pki/key.pem && chmod 640 /etc/pki/key.pem")


def test_a_key_that_the_sandbox_hides_comes_with_a_better_place() -> None:
    check = only(judge_needs([need("/root/key.pem", is_hidden=True)], english))
    assert check.verdict is FIX
    assert check.remedy == "move it to /etc/minipanel, and name it there in config.toml"


def test_a_database_that_the_service_can_not_write_comes_with_the_command() -> None:
    check = only(judge_needs([need("/data/m.db", is_written=True, is_granted=False)], english))
    assert (check.detail, check.remedy) == ("the user minipanel can't write /data/m.db", "chown minipanel: /data/m.db")
    on_its_disk = replace(need("/data/m.db", is_written=True, is_granted=False), is_read_only=True)
    assert only(judge_needs([on_its_disk], english)).remedy == "findmnt -T /data/m.db"


def test_what_could_not_be_tried_is_not_reported_as_good() -> None:
    assert list(judge_needs([need("/a", is_granted=None)], english)) == []
    assert only(judge_needs([need("/a"), need("/b", is_granted=None)], english)).verdict is OK


def test_rights_are_tried_as_the_services_user(tmp_path: Path, machine: Machine) -> None:
    machine.command("getent", "echo minipanel:x:990:990::/x:/sbin/nologin")
    machine.command("runuser", 'shift 3; exec "$@"')
    config = config_in(tmp_path)
    config.path.touch()
    config.database.path.touch()
    assert only(look_at_rights(subject_of(tmp_path, machine, config))).verdict is OK
    machine.command("runuser", "exit 1")
    refused = list(look_at_rights(subject_of(tmp_path, machine, config)))
    assert [check.detail.rpartition(" ")[2] for check in refused] == [
        str(config.path), str(tmp_path), str(config.database.path),
    ]  # fmt: skip
    machine.command("runuser", "echo 'runuser: cannot set groups' >&2; exit 1")
    assert list(look_at_rights(subject_of(tmp_path, machine, config))) == []
    assert list(look_at_rights(subject_of(tmp_path, machine, config, user_id=1000))) == []
