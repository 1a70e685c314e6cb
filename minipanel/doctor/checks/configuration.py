"""config.toml: whether it is valid, whether only root and the service can read it, and which values are not default."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from dataclasses import MISSING, is_dataclass
from pathlib import Path
from typing import Any

from minipanel.config import Config
from minipanel.config.section import Section
from minipanel.config.template import as_toml
from minipanel.config.values import ADMIN, AGENTS, DATABASE, HOSTS, SERVER
from minipanel.doctor.subject import Subject
from minipanel.models.nodeset import fold
from minipanel.models.quote import escape
from minipanel.sections import ROOMS
from minipanel.setup.look.check import Check, Verdict
from minipanel.translations.language import Translate

HIDDEN = "…"
VALUE_CHARACTERS = 200


def look_at_configuration(subject: Subject) -> Iterator[Check]:
    """Read the file, and check who else may read it."""
    t, path = subject.t, subject.config.path
    if subject.is_denied:
        raise PermissionError(0, "", str(path))
    if subject.trouble is not None:
        yield Check(t("configuration"), Verdict.FIX, subject.trouble, _remedy(path, t))
    else:
        yield Check(t("configuration"), Verdict.OK, str(path))
    if path.exists():
        yield from judge_mode(path, stat.S_IMODE(path.stat().st_mode), t)


def _remedy(path: Path, t: Translate) -> str:
    if path.exists():
        return t("correct the line in {path}, then: systemctl restart minipanel", path=path)
    return t("sudo ./install.sh, or name the file with --config")


def judge_mode(path: Path, mode: int, t: Translate) -> Iterator[Check]:
    """Yield a line if the group can write the file, or others can use it at all: it holds secrets."""
    if mode & 0o027:
        detail = t("{path} holds secrets and has mode {mode}", path=path, mode=f"{mode:04o}")
        yield Check(t("configuration"), Verdict.FIX, detail, f"chmod 640 {path}")


def differing_keys(config: Config) -> list[str]:
    """Return a line for each key whose value is not the default, as in the file; a secret's value is hidden.

    [server] port = 8443
    """
    values: list[tuple[Section[Any], object]] = [
        (SERVER, config.server),
        (ADMIN, config.admin),
        (DATABASE, config.database),
        (AGENTS, config.agents),
        (HOSTS, config.hosts),
        *((section, config.of(section)) for section in ROOMS),
    ]
    lines = [line for section, value in values for line in _differing(section, value, config.path.parent)]
    names = [node.hostname for node in config.nodes]
    nodes = escape(fold(names), VALUE_CHARACTERS) if names else ""
    lines += [f"[[users]] {len(config.users)}"] if config.users else []
    groups = escape(", ".join(group.name for group in config.groups), VALUE_CHARACTERS)
    lines += [f"[[groups]] {len(config.groups)}: {groups}"] if config.groups else []
    return [*lines, f"[[nodes]] {len(names)}" + (f": {nodes}" if nodes else "")]


def _differing(section: Section[Any], value: object, folder: Path) -> Iterator[str]:
    for name, (key, default) in section.keys.items():
        said = getattr(value, name)
        if said in (None, "") or (default is not MISSING and said == default):
            continue
        if isinstance(said, tuple) and any(is_dataclass(each) or isinstance(each, dict) for each in said):
            yield f"[[{section.name}.{name}]] {len(said)}"
            continue
        shown = HIDDEN if key.kind.is_secret else escape(as_toml(said, folder), VALUE_CHARACTERS)
        yield f"[{section.name}] {name} = {shown}"
