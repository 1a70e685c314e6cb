"""The archive of scripts/release, made once for all tests that install it, and altered ones to upgrade to."""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess
import zipfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import minipanel
from tests.cache import locked

ROOT = Path(__file__).resolve().parent.parent
NAME = f"minipanel-{minipanel.__version__}-linux-{platform.machine()}"
ARCHIVE = ROOT / "dist" / f"{NAME}.tar.gz"
MAKING_SECONDS = 600


@cache
def made_archive() -> Path:
    """Return dist/minipanel-<version>-linux-<arch>.tar.gz, made from the current sources once per test run.

    Raises RuntimeError with the output of scripts/release. Needs the network the first time.
    """
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", "")
    stamp = ROOT / "dist" / ".made-for"
    with locked(ROOT / "dist" / ".archive.lock"):
        if not (run and ARCHIVE.exists() and stamp.exists() and stamp.read_text() == run):
            _make()
            stamp.write_text(run)
    return ARCHIVE


def _make() -> None:
    done = subprocess.run(
        [ROOT / "scripts" / "release"], capture_output=True, text=True, timeout=MAKING_SECONDS, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(f"scripts/release failed: {done.stdout}{done.stderr}")


def unpack(archive: Path, folder: Path) -> Path:
    """Unpack the archive into a folder. Returns the folder with install.sh."""
    subprocess.run(["tar", "-xzf", archive, "-C", folder], check=True)
    return folder / NAME


def altered(content: Path, version: str, files: Mapping[str, str]) -> None:
    """Turn an unpacked archive into one of another version, whose wheel has this text in these files."""
    old = minipanel.__version__
    (wheel,) = content.glob(f"wheels/minipanel-{old}-*.whl")
    new = wheel.with_name(wheel.name.replace(old, version, 1))
    texts = {"minipanel/__init__.py": (ROOT / "minipanel/__init__.py").read_text().replace(old, version), **files}
    with zipfile.ZipFile(wheel) as source, zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            text = source.read(name)
            if name.endswith(".dist-info/METADATA"):
                text = text.replace(f"\nVersion: {old}\n".encode(), f"\nVersion: {version}\n".encode())
            renamed = name.replace(f"minipanel-{old}.dist-info", f"minipanel-{version}.dist-info")
            target.writestr(renamed, texts.pop(name, text))
        for name, added in texts.items():
            target.writestr(name, added)
    _seal(content, wheel, new, version)


def _seal(content: Path, wheel: Path, new: Path, version: str) -> None:
    """Replace the old wheel by the new one, also in requirements and checksums."""
    requirements = content / "wheels/requirements.txt"
    text = requirements.read_text().replace(f"minipanel=={minipanel.__version__}", f"minipanel=={version}")
    requirements.write_text(text.replace(_sum(wheel), _sum(new)))
    wheel.unlink()
    files = sorted(file for file in content.rglob("*") if file.is_file() and file.name != "SHA256SUMS")
    sums = "".join(f"{_sum(file)}  ./{file.relative_to(content)}\n" for file in files)
    (content / "SHA256SUMS").write_text(sums)


def _sum(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def copied(content: Path, folder: Path) -> Path:
    """Return a copy of an unpacked archive that can be altered; its wheels are linked."""
    return Path(shutil.copytree(content, folder, copy_function=shutil.copy2))
