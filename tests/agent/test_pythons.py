"""This folder's tests, and the built agent, under the oldest and newest Pythons that nodes have."""

import json
import os
import re
import subprocess
import sys
import unittest
import zipfile
from pathlib import Path

try:
    import pytest
except ImportError:
    raise unittest.SkipTest("needs pytest") from None

from minipanel_agent import __version__

from agent.build import build_agent, installed_tomli
from tests.pythons import python

ROOT = Path(__file__).resolve().parent.parent.parent

VERSIONS = ["3.6", "3.9", "3.12"]
"""The Pythons of RHEL 8, 9 and 10, which all their nodes have."""

THIS = "{}.{}".format(*sys.version_info[:2])

SUITE_SECONDS = 180

PARTS = ["test_[a-c]*.py", "test_[d-z]*.py"]
"""Each part takes half of the time, most of it waiting for ticks."""

each_python = pytest.mark.parametrize("version", [*VERSIONS, *({THIS} - set(VERSIONS))])


@pytest.fixture(scope="module")
def pythons():
    """The path of each, {"3.6": path, ...}: the machine's own, or downloaded now."""
    try:
        return {version: python(version) for version in {*VERSIONS, THIS}}
    except (RuntimeError, OSError, subprocess.TimeoutExpired) as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The built agent."""
    path = tmp_path_factory.mktemp("built") / "minipanel-agent"
    build_agent(path, installed_tomli())
    return path


@pytest.fixture(scope="module")
def suites(built, pythons, tmp_path_factory):
    """The suite, started in parts under all these Pythons at once."""
    content = tmp_path_factory.mktemp("content")
    with zipfile.ZipFile(built) as archive:
        archive.extractall(content)
    running = {
        version: [start_part(path, part, content, tmp_path_factory) for part in PARTS]
        for version, path in pythons.items()
    }
    yield running
    for process, _ in (part for parts in running.values() for part in parts):
        process.kill()
        process.wait()


def start_part(python, pattern, content, tmp_path_factory):
    """Start unittest on what was built; return the process and the file with its output."""
    output = tmp_path_factory.mktemp("suite") / "output"
    environment = {**os.environ, "PYTHONPATH": f"{content}:{ROOT}", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [python, "-W", "error", "-m", "unittest", "discover", "-s", "tests/agent", "-p", pattern]
    with output.open("wb") as file:
        return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=file, stderr=file), output


@each_python
def test_the_suite_passes(suites, version):
    count = 0
    for process, output in suites[version]:
        code = process.wait(SUITE_SECONDS)
        text = output.read_text("utf-8", "replace")
        assert code == 0, text
        count += int(re.search(r"^Ran (\d+) tests", text, re.MULTILINE)[1])
    assert count > 150


@pytest.fixture(scope="module")
def samples(built, pythons):
    """One sample of the built agent under each Python, measured at once."""
    running = {
        version: subprocess.Popen([path, "-I", "-S", built, "--once"], stdout=subprocess.PIPE)
        for version, path in pythons.items()
    }
    return {version: process.communicate(timeout=30)[0] for version, process in running.items()}


@each_python
def test_the_built_agent_measures(samples, version):
    sample = json.loads(samples[version])
    assert 0 <= sample["cpu_percent"] <= 100
    assert 0 < sample["memory_used"] < sample["memory_total"]


@each_python
def test_the_built_agent_prints_its_version(built, pythons, version):
    output = subprocess.check_output([pythons[version], "-I", "-S", built, "--version"], text=True)
    assert output == f"minipanel-agent {__version__}\n"


@each_python
def test_the_built_agent_reads_its_config(built, pythons, version, tmp_path):
    config = tmp_path / "config.toml"
    config.write_text('server_url = "http://10.0.0.1:8080"\ninterval = 7\n')
    command = [pythons[version], "-I", "-S", built, "--config", config]
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    expected = f"minipanel-agent: {config}: interval is 7; it must be a multiple of 5 from 5 to 60, in seconds.\n"
    assert (result.returncode, result.stdout, result.stderr) == (2, "", expected)
