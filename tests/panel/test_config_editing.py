"""config.toml as commands change it: nothing else in it changes, and it is never half written."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from minipanel import edits
from minipanel.config import NodeConfig, load_config
from minipanel.config.editing import add_nodes, remove_nodes, set_password_hash, set_values
from minipanel.config.writing import replace_file
from minipanel.errors import ConfigError
from minipanel.services.agent_config import AGENTS_NODE

OLD_HASH, NEW_HASH = "$2b$04$" + "a" * 53, "$2b$04$" + "b" * 53

TEXT = f"""\
# The cluster in the cellar.
[server]
port = 8080   # behind the firewall
url = 'http://10.0.0.1:8080'
jwt_secret = "{"j" * 32}"

[admin]
password_hash = "{OLD_HASH}" # set in May

# Rack 1
[[nodes]]
hostname = "node001"
ip = "10.0.0.2"
# its fan is loud

# Rack 2
[[nodes]] # the big one
hostname = "node002"
name = "big"
ip = "10.0.0.3"
# The end.
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(TEXT)
    path.chmod(0o640)
    return path


def test_a_node_is_added_after_the_last_one_and_nothing_else_changes(path: Path) -> None:
    config = add_nodes(path, [NodeConfig("n3", "10.0.0.4", "node003.cluster")])
    assert config.nodes[-1] == NodeConfig("n3", "10.0.0.4", "node003.cluster")
    added = '\n[[nodes]]\nname = "n3"\nip = "10.0.0.4"\nhostname = "node003.cluster"\nenabled = true\n'
    assert path.read_text() == TEXT.replace("# The end.\n", "") + added + "# The end.\n"


def test_the_first_node_goes_to_the_end_of_the_file(path: Path) -> None:
    path.write_text(TEXT.split("# Rack 1")[0])
    add_nodes(path, [NodeConfig("a", "10.0.0.4", "a"), NodeConfig("b", "10.0.0.5", "b")])
    assert path.read_text().startswith(TEXT.split("# Rack 1")[0])
    assert [node.name for node in load_config(path).nodes] == ["a", "b"]


def test_a_removed_node_takes_no_comment_of_another_with_it(path: Path) -> None:
    config = remove_nodes(path, {"node001"})
    assert [node.name for node in config.nodes] == ["big"]
    assert path.read_text() == TEXT.replace('[[nodes]]\nhostname = "node001"\nip = "10.0.0.2"\n', "")


def test_what_was_added_and_removed_again_leaves_the_file_as_it_was(path: Path) -> None:
    add_nodes(path, [NodeConfig("n3", "10.0.0.4", "n3"), NodeConfig("n4", "10.0.0.5", "n4")])
    remove_nodes(path, {"n4", "n3"})
    assert path.read_text() == TEXT


def test_nodes_among_other_sections_are_found(path: Path) -> None:
    path.write_text(TEXT + "\n[database]\nretention_days = 9\n")
    add_nodes(path, [NodeConfig("n3", "10.0.0.4", "n3")])
    remove_nodes(path, {"node002"})
    config = load_config(path)
    assert [node.hostname for node in config.nodes] == ["node001", "n3"]
    assert config.database.retention_days == 9
    assert path.read_text().endswith("[database]\nretention_days = 9\n")


def test_windows_line_ends_stay_and_new_lines_get_them(path: Path) -> None:
    path.write_bytes(TEXT.replace("\n", "\r\n").encode())
    add_nodes(path, [NodeConfig("n3", "10.0.0.4", "n3")])
    remove_nodes(path, {"node001"})
    content = path.read_bytes()
    assert content.count(b"\n") == content.count(b"\r\n")
    assert [node.name for node in load_config(path).nodes] == ["big", "n3"]


def test_a_password_hash_is_set_and_its_comment_stays(path: Path) -> None:
    assert set_password_hash(path, NEW_HASH).admin.password_hash == NEW_HASH
    assert path.read_text() == TEXT.replace(OLD_HASH, NEW_HASH)


def test_values_are_set_in_a_section_that_was_not_there(path: Path) -> None:
    config = set_values(path, "agents", {"interval": 10, "allowed_uids": [0, 7]})
    assert (config.agents.interval, config.agents.allowed_uids) == (10, (0, 7))
    assert "# its fan is loud" in path.read_text()


def test_values_are_set_in_a_section_below_another_one(path: Path) -> None:
    for hours in (48, 72):
        config = edits.set_values(path, "agents.node", {"spool_hours": hours})
        assert config.of(AGENTS_NODE).spool_hours == hours
    assert edits.set_values(path, "agents", {"interval": 10}).of(AGENTS_NODE).spool_hours == 72
    assert path.read_text().count("[agents.node]") == 1


def written(path: Path) -> tuple[int, ...]:
    """Return what changes if the file is written, but not if it is only read."""
    found = path.stat()
    return found.st_ino, found.st_mode, found.st_uid, found.st_gid, found.st_size, found.st_mtime_ns, found.st_ctime_ns


@pytest.mark.parametrize(
    ("node", "sentence"),
    [
        (NodeConfig("big", "10.0.0.9", "x"), "name in"),
        (NodeConfig("x", "10.0.0.9", "NODE001"), "hostname in"),
        (NodeConfig("x", "10.0.0.3", "x"), "ip in"),
        (NodeConfig('x"\nport = 1', "10.0.0.9", "x"), "name in"),
    ],
)
def test_a_change_that_would_spoil_the_file_leaves_it_as_it_was(path: Path, node: NodeConfig, sentence: str) -> None:
    before = written(path)
    with pytest.raises(ConfigError, match=sentence):
        add_nodes(path, [node])
    assert path.read_text() == TEXT
    assert written(path) == before
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("nodes", ['nodes = [{hostname = "a", ip = "10.0.0.9"}]\n', "nodes = []\n"])
def test_nodes_in_one_line_are_left_to_a_person(path: Path, nodes: str) -> None:
    text = nodes + TEXT.split("# Rack 1")[0]
    path.write_text(text)
    with pytest.raises(ConfigError, match=r"without \[\[nodes\]\] sections; edit it by hand"):
        add_nodes(path, [NodeConfig("n3", "10.0.0.4", "n3")])
    assert path.read_text() == text


def test_a_file_that_is_bad_already_is_not_edited(path: Path) -> None:
    path.write_text(TEXT + "[oops]\n")
    with pytest.raises(ConfigError, match="unknown key"):
        set_password_hash(path, NEW_HASH)
    assert path.read_text() == TEXT + "[oops]\n"


def test_mode_and_owner_stay(path: Path) -> None:
    owner = (1234, 4321) if os.geteuid() == 0 else (os.geteuid(), os.getegid())
    os.chown(path, *owner)
    set_password_hash(path, NEW_HASH)
    after = path.stat()
    assert stat.S_IMODE(after.st_mode) == 0o640
    assert (after.st_uid, after.st_gid) == owner


def test_a_link_stays_a_link(path: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.toml"
    link.symlink_to(path)
    set_password_hash(link, NEW_HASH)
    assert link.is_symlink()
    assert NEW_HASH in path.read_text()


def test_a_new_file_is_its_owners_alone(tmp_path: Path) -> None:
    replace_file(tmp_path / "new.toml", "x = 1\n")
    assert stat.S_IMODE((tmp_path / "new.toml").stat().st_mode) == 0o600


def test_a_file_that_can_not_be_written_is_named_and_stays() -> None:
    with pytest.raises(ConfigError, match="/proc/self/status can't be written"):
        replace_file(Path("/proc/self/status"), "x = 1\n")


def test_edits_at_the_same_time_lose_nothing(path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from minipanel.config import NodeConfig\n"
        "from minipanel.config.editing import add_nodes\n"
        "n = int(sys.argv[2])\n"
        "[add_nodes(Path(sys.argv[1]), [NodeConfig(f'x{i}', f'10.1.{n}.{i}', f'x{i}')])"
        " for i in range(10 * n, 10 * n + 10)]"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    writers = [subprocess.Popen([sys.executable, "-c", code, str(path), str(n)], env=environment) for n in range(4)]
    assert [writer.wait(30) for writer in writers] == [0, 0, 0, 0]
    assert len(load_config(path).nodes) == 2 + 40


def test_addresses_of_other_nodes_stay_and_those_of_a_removed_one_go_with_it(path: Path) -> None:
    many = 'addresses = [\n  "192.168.0.1", # by the gateway\n  "192.168.0.2",\n]\n'
    path.write_text(TEXT.replace('ip = "10.0.0.3"\n', f'ip = "10.0.0.3"\n{many}'))
    config = add_nodes(path, [NodeConfig("n3", "10.0.0.4", "n3", addresses=("192.168.0.1",))])
    assert [len(node.addresses) for node in config.nodes] == [0, 2, 1]
    assert many in remove_nodes(path, {"node001", "n3"}).path.read_text()
    assert "192.168" not in remove_nodes(path, {"node002"}).path.read_text()
