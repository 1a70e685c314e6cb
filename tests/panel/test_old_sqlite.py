"""The database's tests again, on SQLite 3.26: that is RHEL 8's version, which its Python 3.11 uses."""

from __future__ import annotations

import hashlib
import io
import os
import platform
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from tests.cache import cache_folder, locked, part_of

ROOT = Path(__file__).resolve().parent.parent.parent
VERSION = "3.26.0"

PACKAGE = "sqlite3@4.0.6"
"""The npm package with the source: SQLite's own archive, unchanged, which its checksum proves."""

ARCHIVE = "package/deps/sqlite-autoconf-3260000.tar.gz"
ARCHIVE_SHA256 = "5daa6a3fb7d1e8c767cd59c4ded8da6e4b00c61d3b466d0685e35c4dd6d7bf5d"
SOURCE = "sqlite-autoconf-3260000/sqlite3.c"

OPTIONS = (
    # The options of Fedora's package in 2019, and of RHEL 9's.
    "-DSQLITE_THREADSAFE=1",
    "-DSQLITE_ENABLE_COLUMN_METADATA=1",
    "-DSQLITE_DISABLE_DIRSYNC=1",
    "-DSQLITE_ENABLE_FTS3=3",
    "-DSQLITE_ENABLE_FTS3_PARENTHESIS=1",
    "-DSQLITE_ENABLE_FTS5=1",
    "-DSQLITE_ENABLE_RTREE=1",
    "-DSQLITE_SECURE_DELETE=1",
    "-DSQLITE_ENABLE_UNLOCK_NOTIFY=1",
    "-DSQLITE_ENABLE_DBSTAT_VTAB=1",
    "-DSQLITE_ENABLE_JSON1=1",
    # Not one of theirs: a Python built for a newer SQLite can't load without sqlite3_serialize.
    "-DSQLITE_ENABLE_DESERIALIZE=1",
)
# Unoptimised: it compiles in 4 s instead of 22, and these tests are no slower (measured).
COMPILE = ("gcc", "-O0", "-w", "-fPIC", "-shared", "-Wl,-soname,libsqlite3.so.0", *OPTIONS)
LIBRARIES = ("-lm", "-ldl", "-lpthread")
MAKING_SECONDS = 120

FILES = (
    "store",
    "records",
    "history_query",
    "batch",
    "gaps",
    "spread",
    "forecast",
    "backup",
    "backups",
    "schema_versions",
    "drawn_hours",
)
"""These call every function of minipanel/database but one, which only formats an error."""

TELL_VERSION = "import sqlite3; print(sqlite3.sqlite_version)"
RUN_TESTS = f"""
import sqlite3, sys, pytest
assert sqlite3.sqlite_version == "{VERSION}", sqlite3.sqlite_version
sys.exit(pytest.main(sys.argv[1:]))
"""
TESTS_SECONDS = 300


@pytest.fixture
def environment() -> dict[str, str]:
    """Return environment variables with which Python uses that SQLite."""
    try:
        return _checked({**os.environ, "LD_LIBRARY_PATH": _first_in("LD_LIBRARY_PATH", library_folder())})
    except (RuntimeError, OSError, subprocess.TimeoutExpired) as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"There is no SQLite {VERSION} to test with: {error}")


def test_the_database_works_on_sqlite_as_old_as_rhel_8s(environment: dict[str, str]) -> None:
    tests = [f"tests/panel/test_{name}.py" for name in FILES]
    command = [sys.executable, "-c", RUN_TESTS, "-q", "-p", "no:cacheprovider", *tests]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=TESTS_SECONDS)
    assert done.returncode == 0, done.stdout + done.stderr


def _checked(environment: dict[str, str]) -> dict[str, str]:
    told = _run([sys.executable, "-c", TELL_VERSION], ROOT, environment).strip()
    if told != VERSION:
        raise RuntimeError(f"{sys.executable} has an SQLite of its own built in, {told}; use another Python.")
    return environment


def library_folder() -> Path:
    """Return the folder of libsqlite3.so.0, made first if it is missing (about 6 s).

    Its name has a hash of what it is made from, and it appears whole or not at all. Raises RuntimeError with the output
    of npm or gcc, OSError if one is missing, TimeoutExpired.
    """
    recipe = hashlib.sha256("\n".join((platform.machine(), ARCHIVE_SHA256, *COMPILE, *LIBRARIES)).encode()).hexdigest()
    folder = cache_folder() / f"sqlite-{VERSION}-{recipe[:12]}"
    with locked(cache_folder() / "sqlite.lock"):
        if not folder.exists():
            _make(folder)
    return folder


def _make(folder: Path) -> None:
    with part_of(folder) as part:
        source = part / "sqlite3.c"
        source.write_bytes(_source(_packed(part)))
        made = part / "made"
        made.mkdir()
        _run([*COMPILE, source, "-o", made / "libsqlite3.so.0", *LIBRARIES], part, dict(os.environ))
        made.rename(folder)


def _packed(folder: Path) -> Path:
    """Let npm put the package into the folder; return its archive."""
    tools = Path(sys.executable).parent
    # npm finds its Node on the PATH.
    environment = {**os.environ, "PATH": _first_in("PATH", tools)}
    _run([tools / "npm", "pack", "--ignore-scripts", PACKAGE], folder, environment)
    (package,) = folder.glob("*.tgz")
    return package


def _source(package: Path) -> bytes:
    """Return SQLite in one C file, from the archive in the package. Raises ValueError if it was changed."""
    archive = _member(package.read_bytes(), ARCHIVE)
    if hashlib.sha256(archive).hexdigest() != ARCHIVE_SHA256:
        raise ValueError(f"{ARCHIVE} in {PACKAGE} is not the archive that SQLite's developers released.")
    return _member(archive, SOURCE)


def _member(archive: bytes, name: str) -> bytes:
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        file = files.extractfile(name)
        assert file is not None
        return file.read()


def _run(command: list[str | Path], folder: Path, environment: dict[str, str]) -> str:
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=MAKING_SECONDS, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(f"{Path(command[0]).name} failed: {(done.stdout + done.stderr)[-2000:]}")
    return done.stdout


def _first_in(variable: str, folder: Path) -> str:
    return os.pathsep.join(filter(None, [str(folder), os.environ.get(variable)]))
