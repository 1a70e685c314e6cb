"""What the nodes of a test cluster share: ssh keys, the munge key, the hosts file."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

DOMAIN = "cluster.test"


@dataclass(frozen=True)
class Keys:
    """A folder with root's ssh key, each node's host key, munge.key and hosts."""

    folder: Path

    @classmethod
    def make(cls, folder: Path, addresses: Mapping[str, str]) -> Keys:
        """Make all of them for these nodes. addresses: by name."""
        folder.mkdir()
        for name in ("id_ed25519", *(f"host_{node}" for node in addresses)):
            command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "minipanel-test", "-f", str(folder / name)]
            subprocess.run(command, check=True, capture_output=True)
        (folder / "munge.key").write_bytes(os.urandom(1024))
        lines = [f"{address}\t{name} {name}.{DOMAIN}" for name, address in addresses.items()]
        (folder / "hosts").write_text("\n".join(["127.0.0.1\tlocalhost", *lines, ""]))
        return cls(folder)

    def lay_into(self, root: Path, name: str) -> None:
        """Write the node's name, its keys and root's ssh access to every other node into its root folder.

        known_hosts stays empty, so that the roll-out meets the nodes for the first time, as on a new cluster.
        """
        (root / "etc/hostname").write_text(f"{name}\n")
        (root / "etc/hosts").write_bytes((self.folder / "hosts").read_bytes())
        home = root / "root/.ssh"
        home.mkdir(mode=0o700, exist_ok=True)
        self._lay("id_ed25519", home / "id_ed25519", 0o600)
        self._lay("id_ed25519.pub", home / "authorized_keys", 0o600)
        self._lay(f"host_{name}", root / "etc/ssh/ssh_host_ed25519_key", 0o600)
        self._lay(f"host_{name}.pub", root / "etc/ssh/ssh_host_ed25519_key.pub", 0o644)
        munge_key = root / "etc/munge/munge.key"
        owner = munge_key.parent.stat()
        self._lay("munge.key", munge_key, 0o400)
        os.chown(munge_key, owner.st_uid, owner.st_gid)

    def _lay(self, name: str, target: Path, mode: int) -> None:
        target.unlink(missing_ok=True)
        target.touch(mode=0o600)
        target.write_bytes((self.folder / name).read_bytes())
        target.chmod(mode)
