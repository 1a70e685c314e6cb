"""What a look at a node reports, and how it is judged. MUNGE with real munged."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from minipanel_agent import munge

from minipanel.rollout.facts import Facts, fault_of, parse_facts
from minipanel.rollout.outcome import Word
from minipanel.rollout.step import Answer
from minipanel.translations.language import in_english
from tests.munged import missing_munged, running_munged

SAY = in_english
URL = "http://10.0.0.1:8080"
LOOK = Path(__file__).resolve().parent.parent.parent / "minipanel/rollout/look.sh"
FIT = {
    "clock": "1000",
    "systemd": "yes",
    "python": "/usr/bin/python3",
    "free_opt": "5000000",
    "free_var": "5000000",
    "free_etc": "5000000",
    "looked": "yes",
}


@pytest.fixture(scope="module")
def munged() -> Iterator[str]:
    missing = missing_munged()
    if missing:
        pytest.skip(missing)
    with running_munged() as socket:
        yield socket


def fault(auth: str = "token", socket: str | None = None, skew: int = 0, **changes: str) -> tuple[Word, str] | None:
    return fault_of(Facts({**FIT, **changes}, skew), {"opt": 400, "var": 8192}, auth, socket, URL, SAY)


def test_a_node_that_has_all_fits() -> None:
    assert fault() is None


@pytest.mark.parametrize(
    ("changes", "word", "sentence"),
    [
        ({"systemd": ""}, Word.NO_SYSTEMD, "the node does not run systemd, which starts the agent"),
        ({"python": ""}, Word.NO_PYTHON, "no Python 3.6 or newer found; install the package python3"),
        (
            {"python": "", "python_hidden": "/root/conda/bin/python3.12"},
            Word.NO_PYTHON,
            "/root/conda/bin/python3.12 is in a home folder, which the agent can't see; install the package python3",
        ),
        ({"free_var": "100"}, Word.NO_SPACE, "/var/lib has 100 KiB free; 8192 are needed"),
        ({"free_opt": "0"}, Word.NO_SPACE, "/opt has 0 KiB free; 400 are needed"),
        (
            {"write_opt": "Read-only file system"},
            Word.NOT_WRITABLE,
            "/opt can't be written: Read-only file system",
        ),
        (
            {"write_etc": "No space left on device"},
            Word.NO_SPACE,
            "/etc/systemd/system can't be written: No space left on device",
        ),
        (
            {"panel_trouble": "Connection refused"},
            Word.PANEL_UNREACHABLE,
            f"the node can't reach the panel at {URL}: Connection refused; check the firewall",
        ),
    ],
)
def test_what_is_missing_is_reported(changes: dict[str, str], word: Word, sentence: str) -> None:
    assert fault(**changes) == (word, sentence)


@pytest.mark.parametrize(("skew", "is_fit"), [(60, True), (-60, True), (61, False), (-61, False)])
def test_a_clock_may_be_60_s_off(skew: int, is_fit: bool) -> None:
    found = fault(skew=skew)
    assert (found is None) == is_fit
    assert found is None or found[0] == Word.WRONG_CLOCK


def test_the_clock_is_reported_before_the_credential_that_it_spoils(munged: str) -> None:
    found = fault("munge", munged, skew=412, credential="MUNGE:x:")
    assert found == (Word.WRONG_CLOCK, "the clock is 412 s ahead of the panel's; at most 60 s are allowed")


def test_a_credential_that_this_panel_accepts_fits(munged: str) -> None:
    assert fault("munge", munged, credential=munge.encode(b"minipanel/1 look", munged)) is None


def test_a_credential_by_another_key_is_refused(munged: str) -> None:
    with running_munged() as other:
        credential = munge.encode(b"minipanel/1 look", other)
    found = fault("munge", munged, credential=credential)
    assert found is not None
    assert found[0] == Word.MUNGE_REFUSED
    assert found[1].endswith("the node's munge key is not the panel's")


def test_an_invalid_credential_is_refused(munged: str) -> None:
    found = fault("munge", munged, credential="rubbish")
    assert found is not None
    assert found[0] == Word.MUNGE_REFUSED


def test_a_missing_credential_is_reported_in_munges_own_words() -> None:
    assert fault("munge", None, munge_trouble="munge is not installed") == (
        Word.NO_MUNGE,
        "no munge credential: munge is not installed",
    )


def test_output_of_login_scripts_is_skipped() -> None:
    facts = parse_facts(
        Answer(0, "Welcome!\nminipanel:python=/usr/bin/python3\nsay minipanel:x=1\nminipanel:looked=yes", "")
    )
    assert facts["python"] == "/usr/bin/python3"
    assert facts["x"] == ""
    assert facts.is_complete


def test_a_look_that_broke_off_is_not_complete() -> None:
    assert not parse_facts(Answer(255, "minipanel:python=/usr/bin/python3", "")).is_complete


@pytest.mark.parametrize(
    ("clock", "skew"), [(995, 0), (1000, 0), (994, 0), (1001, 1), (1600, 600), (993, -1), (394, -600)]
)
def test_a_slow_look_is_not_a_wrong_clock(clock: int, skew: int) -> None:
    # The look went from 995.0 to 1000.0 by this machine's clock; `date` says only whole seconds.
    answer = Answer(0, f"minipanel:clock={clock}", "", seconds=5.0, ended_at=1000.0)
    assert parse_facts(answer).skew_seconds == skew


def test_the_look_itself_runs_here_and_describes_this_machine() -> None:
    began_at = time.time()
    done = subprocess.run(
        ["/bin/sh", "-s"], input=f"auth=none\n{LOOK.read_text()}", capture_output=True, text=True, check=True
    )
    answer = Answer(done.returncode, done.stdout, done.stderr, time.time() - began_at, time.time())
    facts = parse_facts(answer)
    assert facts.is_complete
    assert facts.skew_seconds == 0
    assert facts["python"]
    assert int(facts["free_opt"]) > 0
    assert facts["write_opt"] == facts["write_var"] == facts["write_etc"] == ""
    assert done.stderr == ""


def test_a_python_in_a_home_folder_is_named_and_not_taken() -> None:
    # All Pythons of this machine are below /usr.
    text = LOOK.read_text().replace('"/home/"', '"/usr/"')
    done = subprocess.run(["/bin/sh", "-s"], input=f"auth=none\n{text}", capture_output=True, text=True, check=True)
    facts = parse_facts(Answer(done.returncode, done.stdout, done.stderr))
    assert facts["python"] == ""
    assert facts["python_hidden"].startswith("/usr/")


def look_script(root: Path) -> str:
    """Return the look for a node whose folders are below `root`."""
    text = LOOK.read_text()
    for place in ("/opt", "/var/lib", "/etc/systemd/system"):
        text = text.replace(f":{place}", f":{root}{place}")
    return text


def look_below(root: Path) -> Facts:
    """Return what a look reports about a node whose folders are below `root`."""
    text = look_script(root)
    done = subprocess.run(["/bin/sh", "-s"], input=f"auth=none\n{text}", capture_output=True, text=True, check=True)
    return parse_facts(Answer(done.returncode, done.stdout, done.stderr))


def test_the_look_tries_to_write_and_leaves_nothing(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("a file system is mounted read-only, which needs root")
    for folder in ("opt", "var/lib", "etc"):
        (tmp_path / folder).mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", tmp_path / "opt"], check=True)
    try:
        facts = look_below(tmp_path)
    finally:
        subprocess.run(["umount", tmp_path / "opt"], check=True)
    assert (facts["write_opt"], facts["write_var"], facts["write_etc"]) == ("Read-only file system", "", "")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_look_that_is_ended_half_way_leaves_nothing_and_the_next_takes_what_a_killed_one_left(tmp_path: Path) -> None:
    folder = tmp_path / "opt"
    folder.mkdir()
    text = look_script(tmp_path)
    ended, killed = (
        text.replace('        rm -f "$file"\n', f"        kill -s {name} $$\n") for name in ("TERM", "KILL")
    )
    assert (
        subprocess.run(["/bin/sh", "-s"], input=f"auth=none\n{ended}", capture_output=True, text=True).returncode == 1
    )
    assert list(folder.iterdir()) == []
    subprocess.run(["/bin/sh", "-s"], input=f"auth=none\n{killed}", capture_output=True, text=True)
    assert len(list(folder.iterdir())) == 1
    look_below(tmp_path)
    assert list(folder.iterdir()) == []


def test_the_look_asks_the_munged_that_the_agent_will_ask(munged: str) -> None:
    head = f"auth=munge munge_socket={munged}\n"
    done = subprocess.run(["/bin/sh", "-s"], input=head + LOOK.read_text(), capture_output=True, text=True, check=True)
    facts = parse_facts(Answer(0, done.stdout, done.stderr))
    assert munge.decode(facts["credential"], munged).status == munge.OK
    away = "auth=munge munge_socket='/nowhere/m s'\n"
    done = subprocess.run(["/bin/sh", "-s"], input=away + LOOK.read_text(), capture_output=True, text=True, check=True)
    assert '"/nowhere/m s"' in parse_facts(Answer(0, done.stdout, done.stderr))["munge_trouble"]


def test_an_installation_that_was_killed_counts_as_not_running(tmp_path: Path) -> None:
    (tmp_path / ".before").mkdir()
    script = LOOK.read_text("utf-8").replace("home=/opt/minipanel-agent\n", f"home={tmp_path}\n")
    looked = subprocess.run(["sh"], input=script, env={"auth": "token"}, capture_output=True, text=True, check=True)
    assert parse_facts(Answer(0, looked.stdout, looked.stderr))["is_active"] == "unfinished"


HOSTILE = [
    "clock=²",
    "clock=" + "9" * 5000,
    "free_opt=²",
    "sum_config.toml=\x1b[2J",
    "python=/usr/bin/python3\x1b]0;owned\x07",
    "credential=MUNGE:\x1b[31m:",
    "is_active=active\x9b2J",
    "nobody_knows=1",
]


@pytest.mark.parametrize("line", HOSTILE)
def test_an_invalid_fact_counts_as_missing(line: str) -> None:
    facts = parse_facts(Answer(0, f"minipanel:{line}\nminipanel:looked=yes", ""))
    assert dict(facts.values) == {"looked": "yes"}


def test_a_node_that_reports_no_time_gets_no_agent() -> None:
    facts = parse_facts(Answer(0, "minipanel:systemd=yes\nminipanel:python=/usr/bin/python3\nminipanel:clock=²", ""))
    assert fault_of(facts, {}, "token", None, URL, SAY) == (Word.WRONG_CLOCK, "the node reports no time")


@pytest.mark.parametrize("key", ["munge_trouble", "panel_trouble"])
def test_a_reason_reaches_no_terminal_as_a_command(key: str) -> None:
    facts = parse_facts(Answer(0, f"minipanel:{key}=no\x1b[2J\u202e way " + "x" * 900, ""))
    assert facts[key].startswith("no\\x1b[2J\\u202e way xx")
    assert len(facts[key]) < 350
