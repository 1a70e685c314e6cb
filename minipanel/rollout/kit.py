"""The files for a node: the agent, its configuration, its unit, and the script that installs them."""

from __future__ import annotations

import hashlib
import shlex
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import minipanel
from minipanel.config import Config
from minipanel.errors import CommandError
from minipanel.rollout.facts import UNIT
from minipanel.rollout.options import RolloutOptions
from minipanel.rollout.plan import spread_seconds
from minipanel.services.agent_config import Value, render_agent_config

AGENT = "minipanel-agent"
SCRIPT = "install-agent.sh"
CA = "ca.pem"
HOME = "/opt/minipanel-agent"

AT_WORK = "another roll-out is running on this node"
LOCK_SECONDS = 20
"""How long a roll-out waits for another one on the same node. Shorter than the limit of a step."""

_PACKAGE = Path(__file__).resolve().parent.parent
_CHECKOUT = _PACKAGE.parent
_BLOCK_BYTES = 4096
_FOLDERS_KIB = 64
_SPOOL_KIB = 8192


@dataclass(frozen=True, slots=True)
class Kit:
    """The files that are the same for every node, by name; ca.pem only if agents need it."""

    files: Mapping[str, bytes]

    def for_node(self, config_text: str) -> dict[str, bytes]:
        """Return all files of one node."""
        return {**self.files, "config.toml": config_text.encode()}


def gather_kit(config: Config, options: RolloutOptions) -> Kit:
    """Return the files. Raises CommandError if one can't be read, or if the agent is of another version."""
    agent = options.agent or _first_file([Path(sys.prefix).parent / AGENT, _CHECKOUT / "dist" / AGENT])
    _check_version(agent)
    deploy = _first_file([_PACKAGE / "deploy" / SCRIPT, _CHECKOUT / "deploy" / SCRIPT]).parent
    files = {AGENT: _read(agent), UNIT: _read(deploy / UNIT), SCRIPT: _read(deploy / SCRIPT)}
    certificate = _certificate(config, options)
    return Kit(files if certificate is None else {**files, CA: certificate})


def agent_config(config: Config, hostname: str | None, kit: Kit) -> str:
    """Return the config.toml of a node's agent. hostname: None on an image that several nodes boot from."""
    local: dict[str, Value] = {"spread_seconds": spread_seconds(config)}
    if CA in kit.files:
        local["ca_file"] = f"{HOME}/{CA}"
    return render_agent_config(config, hostname, **local)


def needed_kib(files: Mapping[str, bytes], is_installed: bool) -> dict[str, int]:
    """Return the free space that an installation of these files needs, in KiB, by place as look.sh names them.

    Until the new agent is up, /opt holds the files twice, and the previous ones once more. /var/lib must have space for
    a day of samples while the panel is away; an installed agent has taken that already.
    """
    once = sum(-(-len(content) // _BLOCK_BYTES) * _BLOCK_BYTES for content in files.values()) // 1024
    return {
        "opt": (3 if is_installed else 2) * once + _FOLDERS_KIB,
        "var": 0 if is_installed else _SPOOL_KIB,
        "etc": 16,
    }


def sum_of(content: bytes) -> str:
    """Return the SHA-256 as sha256sum prints it."""
    return hashlib.sha256(content).hexdigest()


def install_command(files: Mapping[str, bytes]) -> str:
    """Return the command that reads these files from stdin and installs them.

    It gathers the files in /opt: /tmp may be noexec, or too small. It uses head, as a minimal RHEL has no tar.

    However it ends, it leaves no files behind. If the connection breaks, the files are short, the checksums fail, and
    the folder is removed. The next run removes the folder of a run that was killed: nothing holds its lock any more.
    """
    takes = [f"head -c {len(content)} >{shlex.quote(name)}" for name, content in _in_order(files).items()]
    script = " && ".join(
        [
            "export LC_ALL=C",
            "umask 077",
            "mkdir -p /opt",
            # One at a time: after Ctrl-C, a run on the node goes on until it has cleaned up.
            "exec 8</opt",
            f"{{ flock -w {LOCK_SECONDS} 8 || {{ echo {AT_WORK} >&2; false; }}; }}",
            "for d in /opt/.minipanel-agent.*; do [ -d $d ] && flock -n $d true && rm -rf $d || :; done",
            "d=$(mktemp -d /opt/.minipanel-agent.XXXXXX)",
            'trap "rm -rf $d" EXIT',
            'trap "exit 1" HUP INT TERM',
            'cd "$d"',
            # The lock is held until everything that this shell started has ended.
            "exec 9<.",
            "flock -n 9",
            *takes,
            "sha256sum --check --quiet sums",
            f'sh ./{SCRIPT} --from "$d" --report',
        ]
    )
    # Root's login shell, whichever it is, only has to pass on one word.
    return f"exec /bin/sh -c {shlex.quote(script)}"


def install_input(files: Mapping[str, bytes]) -> bytes:
    """Return what install_command() reads from stdin."""
    return b"".join(_in_order(files).values())


def _in_order(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the files in the order in which they are sent: first their checksums, in one more file."""
    ordered = dict(sorted(files.items()))
    sums = "".join(f"{sum_of(content)}  {name}\n" for name, content in ordered.items())
    return {"sums": sums.encode(), **ordered}


def _certificate(config: Config, options: RolloutOptions) -> bytes | None:
    if not config.server.url.startswith("https:"):
        if options.ca_file is not None:
            raise CommandError(
                "--ca-file is for a panel with https; url in {path} is {url}.", path=config.path, url=config.server.url
            )
        return None
    if options.ca_file is not None:
        return _read(options.ca_file)
    beside = config.path.parent / CA
    return _read(beside) if beside.exists() else None


def _check_version(agent: Path) -> None:
    """Raise CommandError unless the file is the agent of this panel's version."""
    try:
        asked = subprocess.run(
            ["/bin/sh", str(agent), "--version"], capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CommandError("{where} can't be run: {reason}.", where=agent, reason=error) from None
    wanted = f"minipanel-agent {minipanel.__version__}"
    if asked.stdout.strip() != wanted:
        said = (asked.stdout or asked.stderr).strip()[:200]
        raise CommandError(
            "{agent} reports the version {said}; it must be {wanted}.",
            agent=agent,
            said=repr(said),
            wanted=repr(wanted),
        )


def _first_file(places: list[Path]) -> Path:
    for place in places:
        if place.is_file():
            return place
    raise CommandError(
        "{file} is missing; searched for {places}.", file=places[0].name, places=" and ".join(map(str, places))
    )


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CommandError("{path} can't be read: {reason}.", path=path, reason=error.strerror) from None
