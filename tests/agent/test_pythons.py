"""The suite of this folder, and the built agent, under every Python of this machine that nodes may have."""

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

ROOT = Path(__file__).resolve().parent.parent.parent

OLDEST = (3, 6)

LEAST = 2
"""CI must have tried so many: one old and one new."""

SUITE_SECONDS = 180


def pythons():
    """Return one interpreter for each minor version found, {(3, 6): path, ...}, ascending."""
    candidates = sorted(Path.home().glob(".pyenv/versions/*/bin/python3"))
    for folder in [*os.environ.get("PATH", "").split(":"), "/usr/bin"]:
        candidates += [path for path in sorted(Path(folder).glob("python3.*")) if is_python(path.name)]
    candidates.append(Path("/usr/libexec/platform-python"))
    found = {}
    for path in candidates:
        version = version_of(path) if path.exists() else None
        if version and version >= OLDEST:
            found.setdefault(version, path)
    return dict(sorted(found.items()))


def is_python(name):
    return re.fullmatch(r"python3\.\d+", name) is not None


def version_of(path):
    """Return (3, 6) and the like; None for what does not run."""
    text = "import sys; print(sys.version_info[0], sys.version_info[1])"
    try:
        output = subprocess.run([path, "-I", "-S", "-c", text], stdout=subprocess.PIPE, timeout=10, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    return tuple(int(word) for word in output.split())


PYTHONS = pythons()

each_python = pytest.mark.parametrize("version", PYTHONS, ids=lambda version: ".".join(str(part) for part in version))


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The built agent."""
    path = tmp_path_factory.mktemp("built") / "minipanel-agent"
    build_agent(path, installed_tomli())
    return path


@pytest.fixture(scope="module")
def suites(built, tmp_path_factory):
    """The suite, started under all Pythons at once: it waits for ticks most of its time."""
    content = tmp_path_factory.mktemp("content")
    with zipfile.ZipFile(built) as archive:
        archive.extractall(content)
    running = {version: start_suite(path, content, tmp_path_factory) for version, path in PYTHONS.items()}
    yield running
    for process, _ in running.values():
        process.kill()
        process.wait()


def start_suite(python, content, tmp_path_factory):
    """Start unittest on what was built; return the process and the file that its words go to."""
    output = tmp_path_factory.mktemp("suite") / "output"
    environment = {**os.environ, "PYTHONPATH": f"{content}:{ROOT}", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [python, "-W", "error", "-m", "unittest", "discover", "-s", "tests/agent"]
    with output.open("wb") as file:
        return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=file, stderr=file), output


def test_enough_pythons_are_there_to_tell():
    if len(PYTHONS) < LEAST and os.environ.get("CI") != "true":
        pytest.skip(f"only {len(PYTHONS)} Python found; CI needs {LEAST}")
    assert len(PYTHONS) >= LEAST


@each_python
def test_the_suite_passes(suites, version):
    process, output = suites[version]
    code = process.wait(SUITE_SECONDS)
    text = output.read_text("utf-8", "replace")
    assert code == 0, text
    assert int(re.search(r"^Ran (\d+) tests", text, re.MULTILINE)[1]) > 150, text


@pytest.fixture(scope="module")
def samples(built):
    """One sample of the built agent under each Python, measured at once."""
    running = {
        version: subprocess.Popen([path, "-I", "-S", built, "--once"], stdout=subprocess.PIPE)
        for version, path in PYTHONS.items()
    }
    return {version: process.communicate(timeout=30)[0] for version, process in running.items()}


@each_python
def test_the_built_agent_measures(samples, version):
    sample = json.loads(samples[version])
    assert 0 <= sample["cpu_percent"] <= 100
    assert 0 < sample["memory_used"] < sample["memory_total"]


@each_python
def test_the_built_agent_tells_its_version(built, version):
    output = subprocess.check_output([PYTHONS[version], "-I", "-S", built, "--version"], text=True)
    assert output == f"minipanel-agent {__version__}\n"


@each_python
def test_the_built_agent_reads_its_config(built, version, tmp_path):
    config = tmp_path / "config.toml"
    config.write_text('server_url = "http://10.0.0.1:8080"\ninterval = 7\n')
    command = [PYTHONS[version], "-I", "-S", built, "--config", config]
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    expected = f"minipanel-agent: {config}: interval is 7; it must be a multiple of 5 from 5 to 60, in seconds.\n"
    assert (result.returncode, result.stdout, result.stderr) == (2, "", expected)


def test_this_python_is_one_of_them():
    assert sys.version_info[:2] in PYTHONS
