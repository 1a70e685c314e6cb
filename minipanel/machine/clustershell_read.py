"""Prints ClusterShell's groups as JSON. A separate process, so that no source can block the panel or fill its memory.

Files are read as groups.conf(5) says. Of the sources that run commands (map, list, mapall) only the default one is
used: others list running jobs or drained nodes, which change every minute.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from string import Template
from typing import Any

from ClusterShell.NodeSet import NodeSet
from ClusterShell.NodeUtils import GroupResolverConfig, GroupSourceQueryFailed, UpcallGroupSource

from minipanel.machine.nice import be_nice
from minipanel.machine.program import read_within
from minipanel.models.group import MAX_GROUPS, MAX_MEMBERS, is_name_of_a_source
from minipanel.models.quote import escape

MEMORY_BYTES = 256 * 2**20
MEMORY_OF_A_COMMAND_BYTES = 2**30

COMMAND_SECONDS = 5.0
COMMAND_BYTES = 4_000_000

ILLEGAL = set("@,!&^*")
"""Characters that ClusterShell does not allow in a group's name."""

_TROUBLE_CHARACTERS = 200
_MAX_TROUBLES = 5


def main(file: str, seconds: str) -> None:
    """Read the groups and print {"groups": [[name, [node, ...]], ...], "troubles": [sentence, ...]}"""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_OF_A_COMMAND_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    be_nice()
    groups, troubles = read(Path(file), time.monotonic() + float(seconds))
    print(json.dumps({"groups": groups, "troubles": troubles[:_MAX_TROUBLES]}))


def read(file: Path, end: float) -> tuple[list[tuple[str, list[str]]], list[str]]:
    """Return the groups with their nodes, and sentences about failures. `end`: when to stop, by time.monotonic()."""
    UpcallGroupSource._upcall_read = _bounded(end)
    groups: list[tuple[str, list[str]]] = []
    troubles: list[str] = []
    members = 0
    try:
        resolver = GroupResolverConfig([str(file)], ILLEGAL)
        names = list(_names(resolver, str(file), troubles))
    except Exception as error:  # ClusterShell raises many kinds for a broken file
        return [], [_trouble(str(file), error)]
    for name in names:
        if time.monotonic() > end:
            return groups, [*troubles, f"{file}: the groups from @{name} on were not read in time."]
        try:
            nodes = list(NodeSet(f"@{name}", resolver=resolver))
        except Exception as error:  # including MemoryError, for an endless group
            troubles.append(_trouble(f"{file}: group @{name}", error, f': "@{name}"'))
            continue
        members += len(nodes)
        if len(groups) == MAX_GROUPS or members > MAX_MEMBERS:
            most = f"at most {MAX_GROUPS} groups with {MAX_MEMBERS} nodes together are read"
            return groups, [*troubles, f"{file}: the groups from @{name} on were left out; {most}."]
        groups.append((name, nodes))
    return groups, troubles


def _names(resolver: Any, file: str, troubles: list[str]) -> Iterator[str]:
    """Yield the names of all groups: first those of the default source, then source:name for other sources."""
    sources = resolver.sources() if resolver.default_source_name else []
    for place, source in enumerate(sources):
        if place and isinstance(resolver._source(source), UpcallGroupSource):
            continue
        try:
            names = list(dict.fromkeys(resolver.grouplist(source if place else None)))
        except Exception as error:
            troubles.append(_trouble(f"{file}: source {escape(source)}", error))
            continue
        good = [name for name in names if is_name_of_a_source(name) and ":" not in name and is_name_of_a_source(source)]
        if len(good) < len(names):
            troubles.append(
                f"{file}: {len(names) - len(good)} groups of source {escape(source)} have names that can't be typed."
            )
        yield from (f"{source}:{name}" if place else name for name in good)


def _bounded(end: float) -> Callable[..., str]:
    """Return a replacement for ClusterShell's function that runs a source's command, which waits without a limit."""

    def read(source: Any, call: str, values: dict[str, object]) -> str:
        command = Template(source.upcalls[call]).safe_substitute(values)
        seconds = min(COMMAND_SECONDS, end - time.monotonic())
        process = subprocess.Popen(
            # The hard limit bounds the command's memory; the soft one bounds this program's.
            f"ulimit -S -v $(ulimit -H -v)\n{command}",
            shell=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=source.cfgdir,
        )
        try:
            output, _ = read_within(process, max(0.0, seconds), COMMAND_BYTES)
            code = process.wait(max(0.1, end - time.monotonic()))
        except (TimeoutError, subprocess.TimeoutExpired):
            raise GroupSourceQueryFailed(f"{call} did not finish within {seconds:.0f} s", source) from None
        except OverflowError:
            raise GroupSourceQueryFailed(f"{call} printed more than {COMMAND_BYTES} bytes", source) from None
        finally:
            process.kill()
        if code != 0:
            raise GroupSourceQueryFailed(f"{call} failed with exit code {code}", source)
        return output.strip()

    return read


def _trouble(about: str, error: Exception, ending: str = "") -> str:
    what = " ".join(str(error).split()).removesuffix(ending) or type(error).__name__
    if "maximum recursion depth" in what:
        what = "it is a part of itself"
    return f"{about}: {escape(what, _TROUBLE_CHARACTERS)}."


if __name__ == "__main__":
    main(*sys.argv[1:])
