"""What `[hosts] ignore` matches: patterns, node sets and names, against any name of a line of the hosts file."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minipanel.config import HostsConfig, load_config
from minipanel.config.template import render_config
from minipanel.errors import ConfigError
from minipanel.machine.hosts import HostsNode, parse_hosts
from minipanel.models.name_patterns import NamePatterns, is_name_pattern, patterns_for
from minipanel.models.nodeset import expand
from tests.panel.commands import written_config


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("*-ib", ["node001-ib"]),
        ("*-ib", ["NODE001-IB"]),
        ("*-ib", ["node001-ib.cluster.test"]),
        ("*-ib", ["10g", "node001-ib"]),
        ("*.storage.test", ["node001.storage.test"]),
        ("switch*", ["switch"]),
        ("switch?", ["switch1"]),
        ("node[17-20]", ["node18"]),
        ("node[17-20]", ["node18.cluster"]),
        ("node[17-20],login", ["LOGIN"]),
        ("ups", ["ups.cluster"]),
    ],
)
def test_a_line_matches_by_any_of_its_names(pattern: str, names: list[str]) -> None:
    assert is_name_pattern(pattern)
    assert NamePatterns([pattern]).matches(names)


@pytest.mark.parametrize(
    ("pattern", "name"),
    [("*-ib", "node-ib1"), ("switch?", "switch"), ("switch?", "switch10"), ("node[17-20]", "node1"), ("a.b", "axb"),
     ("ups.cluster", "ups")],
)  # fmt: skip
def test_another_name_does_not_match(pattern: str, name: str) -> None:
    assert not NamePatterns([pattern]).matches([name])


@pytest.mark.parametrize("text", ["*", "?*", "", "*-ib[1-2]", "node[", "a b", "@all", "a/b", "!a", "10.0.0.1"])
def test_what_would_match_everything_or_nothing_is_not_a_pattern(text: str) -> None:
    assert not is_name_pattern(text)


def test_a_pattern_of_many_stars_takes_no_time() -> None:
    started = time.perf_counter()
    assert not NamePatterns(["a*" * 60 + "b"]).matches(["a" * 250])
    assert time.perf_counter() - started < 1


def test_an_ignored_line_makes_neither_a_node_nor_an_alias_nor_a_fault() -> None:
    text = "10.0.0.1 n1\n10.1.0.1 n1 n1-ib\n10.0.0.1 n1-bmc\n10.0.0.2 switch1\n127.0.0.1 me-ib\n"
    hosts = parse_hosts(text, NamePatterns(["*-ib", "*-bmc", "switch*"]))
    assert hosts.nodes == (HostsNode("n1", ("10.0.0.1",)),)
    assert hosts.faults == ()
    assert hosts.ignored == ("n1", "n1-bmc", "switch1")


def test_the_section_is_read_and_written_where_something_is_ignored(tmp_path: Path) -> None:
    config = written_config(tmp_path)
    assert config.hosts == HostsConfig()
    assert "[hosts]" not in config.path.read_text()
    config.path.write_text(config.path.read_text() + '\n[hosts]\nignore = ["*-ib", "node[1-4]"]\n')
    read = load_config(config.path)
    assert read.hosts.ignore == ("*-ib", "node[1-4]")
    config.path.write_text(render_config(read))
    assert load_config(config.path) == read


@pytest.mark.parametrize("value", ['"*-ib"', '["*"]', "[1]", '["node["]'])
def test_an_invalid_pattern_to_ignore_gets_one_sentence(tmp_path: Path, value: str) -> None:
    config = written_config(tmp_path)
    config.path.write_text(config.path.read_text() + f"\n[hosts]\nignore = {value}\n")
    with pytest.raises(ConfigError, match=r"ignore in \[hosts\] is .*; it must be an array of hostnames, node"):
        load_config(config.path)


@pytest.mark.parametrize(
    ("left_out", "kept", "patterns"),
    [
        ("n1-ib n2-ib n1-bmc n2-bmc switch1 switch2 ups", "mgmt n1 n2", ["*-ib", "*-bmc", "switch*", "ups"]),
        ("n[17-20]", "mgmt n[1-16]", ["n[17-20]"]),
        ("node[17-20]", "mgmt node[1-16]", ["node[17-20]"]),
        ("n1-ib n2-ib", "mgmt n1 n2 gw-ib", ["n[1-2]-ib"]),
        ("n1.ib n2.ib", "n1 n2", ["*.ib"]),
        ("n1.a n2.a", "n3.a", ["n[1-2].a"]),
        ("login", "mgmt", ["login"]),
        ("sw1 sw2", "mgmt", ["sw[1-2]"]),
        ("rack-1 rack-2", "mgmt", ["rack*"]),
        ("n1", "n1.cluster n2", []),
        ("", "mgmt", []),
    ],
)
def test_what_was_left_out_is_said_by_what_it_has_in_common(left_out: str, kept: str, patterns: list[str]) -> None:
    assert patterns_for(lines_of(left_out), lines_of(kept)) == patterns


def lines_of(text: str) -> list[list[str]]:
    return [[name] for node_set in text.split() for name in expand(node_set)]


NAMES = st.lists(
    st.builds(
        "{}{}{}".format,
        st.sampled_from(["n", "node", "switch", "login-", "a"]),
        st.integers(0, 12),
        st.sampled_from(["", "", "-ib", "-bmc", ".ib", ".cluster"]),
    ),
    unique=True,
    max_size=30,
)


@given(NAMES, st.sets(st.integers(0, 30)))
def test_patterns_mean_no_line_that_is_kept_and_all_others(names: list[str], gone: set[int]) -> None:
    left_out = [[name] for index, name in enumerate(names) if index in gone]
    kept = [[name] for index, name in enumerate(names) if index not in gone]
    patterns = patterns_for(left_out, kept)
    assert all(map(is_name_pattern, patterns))
    meant = NamePatterns(patterns)
    assert not any(map(meant.matches, kept))
    shorts = {name.partition(".")[0] for (name,) in kept}
    assert all(meant.matches(line) for line in left_out if line[0] not in shorts)


def test_ten_thousand_names_are_put_into_patterns_within_two_seconds() -> None:
    kept = [[f"node{i:05}.cluster", f"node{i:05}"] for i in range(10_000)]
    started = time.perf_counter()
    assert patterns_for([[f"node{i:05}-ib"] for i in range(10_000)], kept) == ["*-ib"]
    assert time.perf_counter() - started < 2
