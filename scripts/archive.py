"""What scripts/release needs from locks and wheels: `archive.py only|refuse-markers|requirements|licences ...`."""

from __future__ import annotations

import hashlib
import json
import re
import sys
import zipfile
from collections.abc import Callable, Iterator
from email.message import Message
from email.parser import Parser
from pathlib import Path

LICENCE = re.compile(r"(licen[cs]e|copying|notice|authors)[^/]*", re.IGNORECASE)


def only(name: str, lock: str) -> str:
    """Return one package's lines of a lock, with its hashes."""
    found = [entry for entry in entries(Path(lock).read_text()) if re.match(rf"{re.escape(name)}==", entry)]
    if not found:
        sys.exit(f"{lock} has no {name}; add it to pyproject.toml and run scripts/lock.")
    return found[0]


def refuse_markers(lock: str) -> str:
    """Exit if a package is only for some Pythons: pip decides by the Python that downloads."""
    marked = [
        entry.split(";")[0] for entry in entries(Path(lock).read_text()) if re.search(r";.*(python|implem)", entry)
    ]
    if marked:
        sys.exit(f"{lock} has packages for some Pythons only ({', '.join(marked)}); download by each Python's own pip.")
    return ""


def entries(lock: str) -> list[str]:
    """Return a lock's packages, each with its hashes, without comments."""
    lines = [line for line in lock.splitlines() if not line.lstrip().startswith("#")]
    return re.findall(r"^\S.*(?:\n\s+.*)*", "\n".join(lines), re.MULTILINE)


def requirements(folder: str) -> str:
    """Return what pip is to install from a folder of wheels: these files with their hashes, except pip itself."""
    hashes: dict[str, list[str]] = {}
    for wheel in wheels(folder):
        name, version = wheel.name.split("-")[:2]
        if name != "pip":
            digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
            hashes.setdefault(f"{name}=={version}", []).append(f"--hash=sha256:{digest}")
    return "\n".join(" \\\n    ".join([package, *found]) for package, found in hashes.items())


def licences(folder: str, web: str, target: str) -> str:
    """Copy the licences of the wheels and of the page's packages to target, and list them in its README.txt."""
    rows = [*wheel_licences(folder, Path(target)), *page_licences(Path(web), Path(target))]
    text = [
        "What this archive carries, and under which licence. MiniPanel's own is LICENSE.",
        "",
        *sorted(set(rows)),
        "",
    ]
    (Path(target) / "README.txt").write_text("\n".join(text))
    return ""


def wheels(folder: str) -> list[Path]:
    """Return a folder's wheels in order."""
    return sorted(Path(folder).glob("*.whl"))


def wheel_licences(folder: str, target: Path) -> Iterator[str]:
    """Copy the licences out of each wheel. Yields "name version: licence"."""
    for wheel in wheels(folder):
        with zipfile.ZipFile(wheel) as archive:
            names = archive.namelist()
            meta = next(name for name in names if re.fullmatch(r"[^/]+\.dist-info/METADATA", name))
            facts = Parser().parsestr(archive.read(meta).decode())
            title = f"{facts['Name']} {facts['Version']}"
            for name in names:
                if LICENCE.fullmatch(Path(name).name) and ".dist-info/" in name:
                    copy(archive.read(name), target / "python" / title.replace(" ", "-") / Path(name).name)
            yield f"{title}: {licence_of(facts)}"


def licence_of(facts: Message) -> str:
    """Return a package's licence from its metadata: the expression, or the classifiers, or the first line of text."""
    if facts["License-Expression"]:
        return str(facts["License-Expression"])
    classes = [text.split(" :: ")[-1] for text in facts.get_all("Classifier", []) if text.startswith("License ::")]
    return ", ".join(classes) or str(facts["License"] or "see its files").splitlines()[0]


def page_licences(web: Path, target: Path) -> Iterator[str]:
    """Copy the licences of the packages in the page: all in package-lock.json that are not only for development."""
    for place, facts in json.loads((web / "package-lock.json").read_text())["packages"].items():
        if not place or facts.get("dev") or facts.get("devOptional") or facts.get("optional"):
            continue
        name = place.rpartition("node_modules/")[2]
        title = f"{name} {facts['version']}"
        for file in sorted((web / place).iterdir()):
            if file.is_file() and LICENCE.fullmatch(file.name):
                copy(file.read_bytes(), target / "page" / title.replace("/", "-").replace(" ", "-") / file.name)
        yield f"{title} (page): {facts.get('license', 'see its files')}"


def copy(content: bytes, target: Path) -> None:
    """Write a file, and the folders above it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)


COMMANDS: dict[str, Callable[..., str]] = {
    "only": only,
    "refuse-markers": refuse_markers,
    "requirements": requirements,
    "licences": licences,
}

if __name__ == "__main__":
    print(COMMANDS[sys.argv[1]](*sys.argv[2:]))
