"""config.toml: what it accepts, and the one sentence about anything else."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minipanel.config import Config, check_config, load_config
from minipanel.errors import ConfigError

HASH = "$2b$12$" + "a" * 53
GOOD = f"""\
[server]
url = "http://10.0.0.1:8080"
jwt_secret = "{"j" * 32}"

[admin]
password_hash = "{HASH}"

[database]
path = "data.db"

[agents]
auth = "munge"

[[nodes]]
ip = "10.0.0.2"
hostname = "node001"

[[nodes]]
ip = "10.0.0.3"
hostname = "node002"
"""


def refusal(text: str) -> str:
    """Return the sentence with which a configuration is refused."""
    with pytest.raises(ConfigError) as caught:
        check_config(text, Path("/etc/minipanel/config.toml"))
    sentence = str(caught.value)
    assert sentence.startswith("/etc/minipanel/config.toml")
    assert sentence.isprintable()
    assert len(sentence) < 400
    return sentence


def with_key(section: str, key: str, value: str) -> str:
    """Return the good configuration with one key of a section set to some TOML."""
    without = re.sub(rf"(?m)^{re.escape(key)} = .*\n", "", GOOD, count=1)
    return without.replace(f"{section}\n", f"{section}\n{key} = {value}\n", 1)


def read(text: str = GOOD) -> Config:
    return check_config(text, Path("/etc/minipanel/config.toml"))


def test_what_is_left_out_has_the_documented_default() -> None:
    config = read()
    assert (config.server.port, config.server.host, config.server.session_hours) == (8080, "0.0.0.0", 12)
    assert (config.server.tls_certificate, config.server.tls_key) == (None, None)
    assert config.admin.username == "miniadmin"
    assert config.database.retention_days == 32
    assert (config.agents.allowed_uids, config.agents.interval, config.agents.munge_socket) == ((0,), 5, None)
    assert (config.nodes[0].name, config.nodes[0].enabled) == ("node001", True)


def test_relative_paths_are_taken_from_the_folder_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(GOOD)
    config = load_config(tmp_path / "config.toml")
    assert config.path == tmp_path / "config.toml"
    assert config.database.path == tmp_path / "data.db"


def test_a_path_given_from_the_current_folder_becomes_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config.toml").write_text(GOOD)
    monkeypatch.chdir(tmp_path)
    assert load_config(Path("config.toml")).database.path == tmp_path / "data.db"


def test_a_slash_at_the_end_of_the_url_is_dropped() -> None:
    assert read(with_key("[server]", "url", '"https://head.cluster/"')).server.url == "https://head.cluster"


def test_addresses_are_kept_in_one_spelling() -> None:
    config = read(GOOD.replace("10.0.0.2", "::ffff:10.0.0.9").replace("10.0.0.3", "2001:DB8:0::7"))
    assert [node.ip for node in config.nodes] == ["10.0.0.9", "2001:db8::7"]
    config = read(with_key("[[nodes]]", "addresses", '["::ffff:10.0.0.9", "FD00:0::1"]'))
    assert [node.addresses for node in config.nodes] == [("10.0.0.9", "fd00::1"), ()]


def test_nodes_may_share_an_address_that_they_report_from_but_no_ip() -> None:
    shared = GOOD.replace("hostname = ", 'addresses = ["10.0.0.3", "192.168.0.1"]\nhostname = ')
    assert {node.addresses for node in read(shared).nodes} == {("10.0.0.3", "192.168.0.1")}
    assert "ip in [[nodes]] number 2 is" in refusal(shared.replace('"10.0.0.2"', '"10.0.0.3"'))


def test_a_file_of_windows_line_ends_is_read_like_any_other() -> None:
    assert read(GOOD.replace("\n", "\r\n")) == read()


BAD_VALUES = [
    ("[server]", "port", "0", "1 to 65535"),
    ("[server]", "port", "65536", "1 to 65535"),
    ("[server]", "port", "true", "a whole number"),
    ("[server]", "port", "80.0", "a whole number"),
    ("[server]", "port", '"8080"', "a whole number"),
    ("[server]", "host", '"head"', "an IPv4 or IPv6 address"),
    ("[server]", "host", '""', "an IPv4 or IPv6 address"),
    ("[server]", "host", "1", "an IPv4 or IPv6 address"),
    ("[server]", "url", '"10.0.0.1:8080"', "http or https"),
    ("[server]", "url", '"ftp://10.0.0.1"', "http or https"),
    ("[server]", "url", '"http://"', "a host"),
    ("[server]", "url", '"http://10.0.0.1:99999"', "http or https"),
    ("[server]", "url", '"http://10.0.0.1:0"', "http or https"),
    ("[server]", "url", '"http://a b"', "http or https"),
    ("[server]", "url", '"http://me:pw@10.0.0.1"', "http or https"),
    ("[server]", "url", '"http://10.0.0.1/?a=1"', "http or https"),
    ("[server]", "hosts", '"monitor"', "an array of hostnames, without ports"),
    ("[server]", "hosts", '["monitor:8080"]', "an array of hostnames, without ports"),
    ("[server]", "hosts", "[1]", "an array of hostnames, without ports"),
    ("[server]", "trusted_proxies", '["10.0.0.0/8"]', "an array of IPv4 or IPv6 addresses"),
    ("[server]", "trusted_proxies", '["proxy"]', "an array of IPv4 or IPv6 addresses"),
    ("[server]", "session_hours", "0", "1 to 720"),
    ("[server]", "session_hours", "721", "1 to 720"),
    ("[server]", "session_hours", "nan", "1 to 720"),
    ("[server]", "session_hours", "inf", "1 to 720"),
    ("[server]", "session_hours", "false", "1 to 720"),
    ("[admin]", "username", '""', "printable"),
    ("[admin]", "username", '" admin"', "printable"),
    ("[admin]", "username", '"a\\tb"', "printable"),
    ("[admin]", "username", f'"{"u" * 65}"', "64"),
    ("[database]", "path", '""', "the path of a file"),
    ("[database]", "path", '"a\\u0000b"', "the path of a file"),
    ("[database]", "retention_days", "0", "1 to 3650"),
    ("[database]", "retention_days", "3651", "1 to 3650"),
    ("[database]", "retention_days", "1979-05-27", "1 to 3650"),
    ("[database]", "retention_days", "0x" + "f" * 5000, "1 to 3650"),
    ("[agents]", "auth", '"ssh"', '"munge" or "token"'),
    ("[agents]", "auth", "[]", '"munge" or "token"'),
    ("[agents]", "allowed_uids", "[]", "one or more user ids"),
    ("[agents]", "allowed_uids", "[-1]", "0 or more"),
    ("[agents]", "allowed_uids", "[true]", "whole numbers"),
    ("[agents]", "allowed_uids", "[4294967295]", "user ids"),
    ("[agents]", "allowed_uids", "0", "an array"),
    ("[agents]", "interval", "0", "a multiple of 5 from 5 to 60"),
    ("[agents]", "interval", "7", "a multiple of 5 from 5 to 60"),
    ("[agents]", "interval", "65", "a multiple of 5 from 5 to 60"),
    ("[agents]", "munge_socket", "7", "the path of a file"),
    ("[[nodes]]", "ip", '"10.0.0.300"', "IPv4 or IPv6"),
    ("[[nodes]]", "ip", '"10.0.0.0/24"', "IPv4 or IPv6"),
    ("[[nodes]]", "ip", '"0.0.0.0"', "of one machine"),
    ("[[nodes]]", "ip", '"224.0.0.1"', "of one machine"),
    ("[[nodes]]", "ip", '"255.255.255.255"', "of one machine"),
    ("[[nodes]]", "ip", '"fe80::1%eth0"', "IPv4 or IPv6"),
    ("[[nodes]]", "hostname", '"node 1"', "a hostname"),
    ("[[nodes]]", "hostname", '"-node"', "a hostname"),
    ("[[nodes]]", "hostname", '"node..a"', "a hostname"),
    ("[[nodes]]", "hostname", '"42"', "not only digits"),
    ("[[nodes]]", "hostname", '"10.0.0.2"', "not only digits"),
    ("[[nodes]]", "hostname", f'"{"n" * 64}"', "a hostname"),
    ("[[nodes]]", "hostname", f'"{".".join(["n" * 60] * 5)}"', "253"),
    ("[[nodes]]", "hostname", '"node\\u001b[2J"', "a hostname"),
    ("[[nodes]]", "name", '"登录,节点"', "a hostname"),
    ("[[nodes]]", "enabled", "1", "true or false"),
    ("[[nodes]]", "addresses", '"10.0.0.2"', "an array of IPv4 or IPv6 addresses"),
    ("[[nodes]]", "addresses", '["10.0.0.0/24"]', "each of one machine"),
    ("[[nodes]]", "addresses", "[7]", "an array of IPv4 or IPv6 addresses"),
]


@pytest.mark.parametrize(("section", "key", "value", "allowed"), BAD_VALUES)
def test_a_bad_value_is_refused_with_file_key_value_and_what_is_allowed(
    section: str, key: str, value: str, allowed: str
) -> None:
    sentence = refusal(with_key(section, key, value))
    assert f"{key} in {section}" in sentence
    assert allowed in sentence
    if len(value) < 30 and "\\" not in value:
        assert f"is {value};" in sentence


@pytest.mark.parametrize(
    ("section", "key", "value", "allowed"),
    [
        ("[server]", "jwt_secret", '"SHORT-SECRET"', "at least 32 random bytes"),
        ("[server]", "jwt_secret", "123456789", "at least 32 random bytes"),
        ("[agents]", "secret", '"SHORT-SECRET"', "at least 32 random bytes"),
        ("[admin]", "password_hash", '"SHORT-SECRET"', "a bcrypt hash"),
        ("[admin]", "password_hash", f'"{HASH.replace("$12$", "$31$")}"', "4 to 15"),
        ("[admin]", "password_hash", f'"{HASH}x"', "a bcrypt hash"),
        ("[admin]", "password_hash", "123456789", "not text"),
    ],
)
def test_no_sentence_shows_a_secret(section: str, key: str, value: str, allowed: str) -> None:
    sentence = refusal(with_key(section, key, value))
    assert f"{key} in {section}" in sentence
    assert allowed in sentence
    assert value.strip('"') not in sentence


def test_the_length_of_a_secret_counts_in_bytes() -> None:
    assert len(read(with_key("[server]", "jwt_secret", f'"{"密" * 11}"')).server.jwt_secret) == 11
    assert "has 30 bytes" in refusal(with_key("[server]", "jwt_secret", f'"{"密" * 10}"'))


@pytest.mark.parametrize("key", ["url", "jwt_secret", "password_hash", "ip", "hostname"])
def test_a_key_that_must_be_there_is_missed_by_name(key: str) -> None:
    assert f"{key} is missing in [" in refusal(re.sub(rf"(?m)^{key} = .*\n", "", GOOD))


def test_token_needs_a_secret() -> None:
    assert "secret is missing in [agents]" in refusal(with_key("[agents]", "auth", '"token"'))


def test_an_unknown_key_is_refused_with_the_nearest_known_one() -> None:
    assert 'unknown key "prot" in [server]; did you mean port?' in refusal(with_key("[server]", "prot", "1"))
    assert "known there: hostname, ip" not in refusal(with_key("[[nodes]]", "adress", "1"))
    assert "known there: addresses, enabled, hostname, ip, name" in refusal(with_key("[[nodes]]", "zzz", "1"))
    assert 'unknown key "sever" in the file; did you mean server?' in refusal(GOOD.replace("[server]", "[sever]"))


@pytest.mark.parametrize("name", ["计算节点 3", "GPU-1 (机柜 2)", "Rechenknoten Süd", "узел.1", "n" * 60])
def test_a_node_has_a_name_for_people_in_any_script(name: str) -> None:
    assert read(with_key("[[nodes]]", "name", f'"{name}"')).nodes[0].name == name


@pytest.mark.parametrize(
    "name",
    [
        "计算,节点",
        "节点[1-2]",
        "@机柜",
        "12",
        "节点１２",
        " 节点",
        "节点 ",
        "节" * 65,
        "",
        "a\\u202eb",
        "a\\u0007",
        "=1+1",
        "!节点",
    ],
)
def test_a_name_that_could_be_taken_for_something_else_is_refused(name: str) -> None:
    assert "it must be a hostname, or a name of at most 64" in refusal(with_key("[[nodes]]", "name", f'"{name}"'))


@pytest.mark.parametrize("hostname", ["计算节点", "node 1", "süd"])
def test_a_hostname_stays_one(hostname: str) -> None:
    assert "it must be a hostname: letters" in refusal(with_key("[[nodes]]", "hostname", f'"{hostname}"'))


def test_an_unknown_key_of_control_characters_is_shown_escaped() -> None:
    assert r'"a\n\x1b[2J"' in refusal(with_key("[server]", '"a\\n\\u001b[2J"', "1"))


@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        (
            'hostname = "NODE001"\nip = "10.0.0.9"',
            'hostname in [[nodes]] number 3 is "NODE001", as in [[nodes]] number 1',
        ),
        ('hostname = "x"\nname = "node002"\nip = "10.0.0.9"', 'name in [[nodes]] number 3 is "node002"'),
        ('hostname = "x"\nip = "::ffff:10.0.0.3"', 'ip in [[nodes]] number 3 is "10.0.0.3", as in [[nodes]] number 2'),
    ],
)
def test_two_nodes_of_one_name_or_address_are_refused(other: str, sentence: str) -> None:
    assert sentence in refusal(f"{GOOD}\n[[nodes]]\n{other}\n")


@pytest.mark.parametrize("other", ["nodes = 1\n", "nodes = [1]\n", 'nodes = "node[1-4]"\n'])
def test_nodes_that_are_not_a_list_of_tables_are_refused(other: str) -> None:
    assert "[[nodes]]" in refusal(other + GOOD.split("[[nodes]]")[0])


def test_a_section_that_is_not_a_table_is_refused() -> None:
    assert "server is not a table; it must be a section [server]" in refusal("server = 1\n")


def test_one_tls_file_without_the_other_is_refused() -> None:
    assert "tls_key is missing in [server]" in refusal(with_key("[server]", "tls_certificate", '"a.pem"'))
    assert "tls_certificate is missing in [server]" in refusal(with_key("[server]", "tls_key", '"a.pem"'))


def test_a_tls_file_that_can_not_be_read_is_named(tmp_path: Path) -> None:
    text = with_key("[server]", "tls_certificate", '"cert.pem"\ntls_key = "key.pem"')
    (tmp_path / "config.toml").write_text(text)
    (tmp_path / "cert.pem").touch()
    with pytest.raises(ConfigError, match=r"tls_key in \[server\] is .*key\.pem, which can't be read: No such file"):
        load_config(tmp_path / "config.toml")


def test_invalid_toml_is_refused_with_the_line() -> None:
    assert "is not TOML" in refusal("[server]\nport 8080\n")
    assert "line 2" in refusal("[server]\nport 8080\n")
    assert "too many nested brackets" in refusal("a = " + "[" * 5000)
    assert "is not TOML" in refusal("a = " + "1" * 5000)


def load(path: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    assert str(path) in str(caught.value)
    return str(caught.value)


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "is missing" in load(tmp_path / "nowhere" / "config.toml")
    assert "is a folder" in load(tmp_path)
    assert "is a pipe or a device" in load(tmp_path / "pipe")
    with pytest.raises(ConfigError, match=r"'/a\\x00b' can't be the path of a file"):
        load_config(Path("/a\0b"))


def test_a_file_that_is_not_utf8_is_refused_with_the_line(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(b"[server]\n# caf\xe9\n")
    assert "is not UTF-8 (line 2)" in load(path)
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    assert "byte order mark" in load(path)


def test_a_file_that_fails_while_it_is_read_is_refused() -> None:
    assert "can't be read: Input/output error" in load(Path("/proc/self/mem"))


@settings(max_examples=200, deadline=None)
@given(st.text())
def test_any_text_is_read_or_refused_in_a_sentence_on_one_line(text: str) -> None:
    for whole in (text, GOOD + text, GOOD.replace("node001", text)):
        assert said_about(whole).isprintable()


def said_about(text: str) -> str:
    try:
        return read(text).path.name
    except ConfigError as error:
        return str(error)


@pytest.mark.parametrize(
    ("groups", "sentence"),
    [
        (
            '[[groups]]\nname = "a b"\nnodes = "n1"\n',
            'name in [[groups]] number 1 is "a b"; it must be 1 to 64 letters',
        ),
        ('[[groups]]\nname = "@a"\nnodes = "n1"\n', 'name in [[groups]] number 1 is "@a"; it must be 1 to 64 letters'),
        ('[[groups]]\nname = "<b>"\nnodes = "n1"\n', 'name in [[groups]] number 1 is "<b>"; it must be 1 to 64'),
        (
            '[[groups]]\nname = "a\\u0000"\nnodes = "n1"\n',
            'name in [[groups]] number 1 is "a\\x00"; it must be 1 to 64',
        ),
        (
            '[[groups]]\nname = "a"\nnodes = "@b"\n',
            'nodes in [[groups]] number 1 is "@b"; it must be a node set such as',
        ),
        ('[[groups]]\nname = "a"\n', "nodes is missing in [[groups]] number 1; it must be a node set such as"),
        ('[[groups]]\nname = "a"\nnode = "n1"\n', 'unknown key "node" in [[groups]] number 1; did you mean nodes?'),
        ("[groups]\n", "groups is not a list of tables; each group must be a section [[groups]]."),
        (
            '[[groups]]\nname = "a"\nnodes = "n1"\n[[groups]]\nname = "A"\nnodes = "n2"\n',
            'name in [[groups]] number 2 is "A", as in [[groups]] number 1; each group must have its own.',
        ),
        (
            "".join(f'[[groups]]\nname = "{name}"\nnodes = "n[1-100000]"\n' for name in "abc"),
            "nodes in [[groups]] number 3 makes 300000 nodes in all groups; at most 200000 are allowed.",
        ),
    ],
)
def test_a_group_that_can_not_be_is_refused_in_a_sentence(groups: str, sentence: str) -> None:
    with pytest.raises(ConfigError) as caught:
        check_config(GOOD + groups, Path("/c.toml"))
    assert str(caught.value).removeprefix("/c.toml: ").startswith(sentence)


def test_a_group_is_a_name_and_its_nodes() -> None:
    config = check_config(f'{GOOD}[[groups]]\nname = "机柜_3"\nnodes = "n[1-2],n4"\n', Path("/c.toml"))
    assert [(group.name, group.nodes) for group in config.groups] == [("机柜_3", ("n1", "n2", "n4"))]
