"""The archive on the management node and runs of install.sh there, for tests about installing."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.archive import NAME, altered, made_archive, unpack
from tests.cluster.nodes import Cluster, Node
from tests.cluster.panel import PASSWORD, ClusterPanel
from tests.setup.terminal import Terminal

CONTENT = f"/root/{NAME}"
PASSWORD_FILE = "/root/password"
INSTALL_SECONDS = 120

ASK_HEALTH = """\
import json, urllib.request
try:
    print(json.load(urllib.request.urlopen("http://127.0.0.1:8080/api/health", timeout=5))["version"])
except OSError:
    print()
"""

# The service's journal and the archive itself do not count as traces.
FIND_TRACES = """\
for part in proc sys run root var/log/journal; do set -- "$@" -path "/$part" -prune -o; done
find / -xdev "$@" '(' -name '*minipanel*' -o -nouser ')' -print
getent passwd minipanel || true
"""


class Installation:
    """The management node of a cluster, with an unpacked archive and without a route out of the cluster."""

    def __init__(self, cluster: Cluster, folder: Path) -> None:
        self.node: Node = cluster["mgmt"]
        self.panel = ClusterPanel(cluster)
        self._folder = folder
        self._content = unpack(made_archive(), folder)
        self.put_archive()

    def put_archive(self) -> None:
        """Put the archive on the node, as a person would."""
        self.node.put(self._content, CONTENT)
        self.node.write(PASSWORD_FILE, f"{PASSWORD}\n", 0o600)
        # On Debian and on RHEL, Python may lack it.
        self.node.shell("rm -rf /usr/lib/python3*/ensurepip")

    def install(self, *words: str, content: str = CONTENT) -> subprocess.CompletedProcess[str]:
        """Run install.sh with --yes, whatever its exit code."""
        command = (f"{content}/install.sh", "--yes", *words)
        return self.node.run(*command, check=False, seconds=INSTALL_SECONDS)

    def at_a_terminal(self, *words: str, locale: str = "C.UTF-8") -> Terminal:
        """Run install.sh at a terminal."""
        # In its own session inside the node, Ctrl-C reaches install.sh and not the program that entered the node.
        inside = ("setsid", "--ctty", "--wait", f"{CONTENT}/install.sh", *words)
        return Terminal(self.node.command(*inside, environment={"LC_ALL": locale}))

    def put_version(self, version: str, files: Mapping[str, str] | None = None) -> str:
        """Put an archive of another version on the node, with these files altered. Returns its folder there."""
        content = unpack(made_archive(), self._made_folder(version))
        altered(content, version, files or {})
        self.node.put(content, f"/root/{version}")
        return f"/root/{version}"

    def _made_folder(self, name: str) -> Path:
        folder = self._folder / name
        folder.mkdir()
        return folder

    def health(self) -> str:
        """Return the version that the panel answers with, "" if none answers."""
        return self.node.run("python3", "-c", ASK_HEALTH).stdout.strip()

    def traces(self) -> list[str]:
        """Return all paths on the node's disk that are the panel's: named after it, or owned by its user."""
        return self.node.shell(FIND_TRACES).splitlines()
