"""Enforces the rules between folders: what may import what, how long a file may be, what every module has."""

from __future__ import annotations

import ast
import os
import re
import sys
from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

import minipanel_agent

import minipanel
from minipanel import edits, sections

ROOT = Path(__file__).resolve().parent.parent
PANEL = ROOT / "minipanel"
AGENT = ROOT / "agent" / "minipanel_agent"
BUILT = {".git", ".venv", "node_modules", "static", "var", "dist", "artefacts", "__pycache__", "coverage"}
"""Folders with files that were built or installed, not written."""

FLOORS = (
    {"sentence"},
    {"errors"},
    {"models", "exits", "translations"},
    {"machine", "config"},
    {"database"},
    {"services"},
    {"access", "alerts", "archive", "demo", "slurm"},
    {"sections"},
    {"edits"},
    {"handlers"},
    {"app"},
    {"serving"},
    {"setup", "rollout", "trial", "top", "commands"},
    {"doctor"},
    {"cli"},
    {"__main__"},
)
"""The rooms of the panel, from the lowest floor up. A room imports from floors below its own, and from itself."""

IMPORTS_IN_FUNCTIONS: dict[str, str] = {
    "minipanel/cli/": "a command loads what it needs: all of them together take three times as long to start",
    "minipanel/archive/archive.py": "without [storage] nothing of the archive is loaded",
}
"""Imports inside functions, and why there is no other way."""

OTHER_PYTHONS = {"_sha2", "_sha256"}
"""In the standard library of some Python that the agent runs on, but perhaps not of this one."""

LONG_FILES = {"web/src/api/schema.ts": "made from the OpenAPI document"}
LONGEST = 400


class Import(NamedTuple):
    """One import: the file, the line, the imported module, and whether it is inside a function."""

    path: Path
    line: int
    module: str
    is_relative: bool
    is_in_function: bool

    def __str__(self) -> str:
        return f"{self.path.relative_to(ROOT)}:{self.line} imports {self.module}"


def python_files(folder: Path) -> list[Path]:
    return [path for path in files(folder) if path.suffix == ".py"]


def files(folder: Path) -> list[Path]:
    """Return all files below a folder that were written by hand."""
    found = []
    for path, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in BUILT and not name.endswith("_cache")]
        found += [Path(path, name) for name in names]
    return sorted(found)


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), str(path))


def module_name(path: Path) -> str:
    """minipanel/handlers/auth.py -> minipanel.handlers.auth; a folder's __init__.py is the folder."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def panel_modules() -> frozenset[str]:
    return frozenset(module_name(path) for path in python_files(PANEL))


def imports(path: Path) -> Iterator[Import]:
    in_functions = {
        id(inner)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            names, is_relative = [alias.name for alias in node.names], False
        elif isinstance(node, ast.ImportFrom):
            names, is_relative = imported_modules(node), node.level > 0
        else:
            continue
        for name in names:
            yield Import(path, node.lineno, name, is_relative, id(node) in in_functions)


def imported_modules(node: ast.ImportFrom) -> list[str]:
    """`from minipanel.handlers import auth` means the module minipanel.handlers.auth, not the folder."""
    module = node.module or ""
    inner = [f"{module}.{alias.name}" for alias in node.names]
    return [name if name in panel_modules() else module for name in inner]


def room(module: str) -> str:
    """minipanel.handlers.auth -> handlers; the package itself, which only has the version, is not a room."""
    return module.split(".")[1] if "." in module else ""


def floor(module: str) -> int:
    """Return the floor of a module of the panel, -1 for the package itself: below all."""
    return next((number for number, rooms in enumerate(FLOORS) if room(module) in rooms), -1)


def panel_imports() -> Iterator[Import]:
    for path in python_files(PANEL):
        yield from (found for found in imports(path) if found.module.split(".")[0] == "minipanel")


def test_every_room_of_the_panel_has_a_floor() -> None:
    homeless = sorted({room(name) for name in panel_modules() if "." in name and floor(name) < 0})
    assert homeless == []


def test_imports_of_the_panel_fall_one_way() -> None:
    upward = [
        f"{found}, which is {'a neighbour' if floor(found.module) == floor(module_name(found.path)) else 'above'}"
        for found in panel_imports()
        if room(found.module) != room(module_name(found.path))
        and floor(found.module) >= floor(module_name(found.path)) >= 0
    ]
    assert upward == []


def test_no_module_of_the_panel_reaches_itself_by_its_imports() -> None:
    graph: dict[str, set[str]] = {}
    for found in panel_imports():
        importer = module_name(found.path)
        if found.module not in ("minipanel", importer) and not importer.startswith(f"{found.module}."):
            graph.setdefault(importer, set()).add(found.module)
    circles = [start for start in sorted(graph) if start in reachable(graph, start)]
    assert circles == []


def reachable(graph: dict[str, set[str]], start: str) -> set[str]:
    seen: set[str] = set()
    waiting = list(graph.get(start, ()))
    while waiting:
        module = waiting.pop()
        if module not in seen:
            seen.add(module)
            waiting.extend(graph.get(module, ()))
    return seen


def test_the_panel_takes_only_the_munge_binding_from_the_agent() -> None:
    others = [
        str(found)
        for path in python_files(PANEL)
        for found in imports(path)
        if found.module.split(".")[0] == "minipanel_agent" and not is_munge(found)
    ]
    assert others == []


def is_munge(found: Import) -> bool:
    """True for `minipanel_agent.munge`, also when written `from minipanel_agent import munge`."""
    if found.module == "minipanel_agent.munge":
        return True
    line = found.path.read_text("utf-8").splitlines()[found.line - 1]
    return (
        found.module == "minipanel_agent"
        and re.fullmatch(r"from minipanel_agent import munge( as \w+)?", line) is not None
    )


def test_config_toml_is_read_and_changed_with_the_sections_of_all_rooms() -> None:
    with_rooms = {name for name, value in (vars(sections) | vars(edits)).items() if isinstance(value, partial)}
    assert with_rooms
    past = [
        f"{path.relative_to(ROOT)} imports {alias.name} of {node.module}"
        for path in python_files(PANEL)
        if path.parent.name != "config" and path not in (Path(sections.__file__), Path(edits.__file__))
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("minipanel.config")
        for alias in node.names
        if alias.name in with_rooms
    ]
    assert past == []


def test_the_agent_imports_only_itself_and_the_standard_library() -> None:
    allowed = sys.stdlib_module_names | OTHER_PYTHONS | {"minipanel_agent", "tomli"}
    foreign = [
        str(found)
        for path in python_files(AGENT)
        for found in imports(path)
        if not found.is_relative and found.module.split(".")[0] not in allowed
    ]
    assert foreign == []


def test_imports_are_at_the_top_of_their_file() -> None:
    inside = [
        str(found)
        for path in [*python_files(PANEL), *python_files(AGENT)]
        for found in imports(path)
        if found.is_in_function and not str(path.relative_to(ROOT)).startswith(tuple(IMPORTS_IN_FUNCTIONS))
    ]
    assert inside == []


def test_the_panel_imports_by_full_names() -> None:
    assert [str(found) for path in python_files(PANEL) for found in imports(path) if found.is_relative] == []


def test_sql_is_only_in_the_database_folder() -> None:
    statement = re.compile(r"\s*(SELECT\s|INSERT\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s|CREATE\s+TABLE\s|PRAGMA\s)")
    outside = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in python_files(PANEL)
        if path.parent.name != "database"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and statement.match(node.value)
    ]
    assert outside == []


def test_every_python_file_says_what_it_is_for() -> None:
    silent = [str(path.relative_to(ROOT)) for path in python_files(ROOT) if not ast.get_docstring(tree(path))]
    assert silent == []


def test_no_file_is_longer_than_400_lines() -> None:
    long = [
        f"{path.relative_to(ROOT)} has {lines} lines"
        for path in written_files()
        if (lines := path.read_text("utf-8").count("\n")) > LONGEST
        and path.relative_to(ROOT).as_posix() not in LONG_FILES
    ]
    assert long == []


def written_files() -> Iterator[Path]:
    """Every file of code: by its suffix, and the scripts, which have none."""
    for path in files(ROOT):
        if path.suffix in {".py", ".ts", ".vue", ".sh", ".css", ".sql"} or path.parent == ROOT / "scripts":
            yield path


def test_no_file_is_named_after_nothing() -> None:
    empty_names = {"utils", "util", "helpers", "helper", "common", "misc", "manager"}
    assert [str(path.relative_to(ROOT)) for path in written_files() if path.stem.lower() in empty_names] == []


def test_panel_agent_and_changelog_have_one_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    newest = re.search(r"^## \[(\d+\.\d+\.\d+)\]", changelog, re.MULTILINE)
    assert newest is not None
    assert newest[1] == minipanel.__version__ == minipanel_agent.__version__


def test_the_package_takes_its_version_from_the_panel() -> None:
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    assert 'dynamic = ["version"]' in project
    assert 'path = "minipanel/__init__.py"' in project
