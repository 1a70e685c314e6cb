"""The Debian tree that every node of a test cluster starts from, made once and kept outside the checkout."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

from tests.cache import cache_folder, locked, part_of

SUITE = "trixie"
PACKAGES = (
    "systemd",
    "systemd-sysv",
    "dbus",
    "openssh-server",
    "sudo",
    "munge",
    "python3",
    "python3-venv",
    "iproute2",
    "iputils-ping",
    "procps",
    "nftables",
    "firewalld",
    "curl",
    "jq",
    "libfaketime",
)
NEEDLESS_UNITS = (
    "apt-daily.timer",
    "apt-daily-upgrade.timer",
    "dpkg-db-backup.timer",
    "e2scrub_all.timer",
    "console-getty.service",
)
UNITS_TO_ORDER = ("firewalld.service",)
"""These start only when a test says so."""

MAKING_SECONDS = 600


def base_image() -> Path:
    """Return the root folder of the base image, and make it first if it is missing (about 25 s, 220 MB).

    Its name has a hash of what it is made from, and it appears whole or not at all. Raises RuntimeError with
    mmdebstrap's message if it can't be made.
    """
    recipe = hashlib.sha256("\n".join((SUITE, *PACKAGES, *NEEDLESS_UNITS, *UNITS_TO_ORDER)).encode()).hexdigest()[:12]
    folder = cache_folder() / f"node-{SUITE}-{recipe}"
    with locked(cache_folder() / "image.lock"):
        if not folder.exists():
            _make(folder)
    return folder


def _make(folder: Path) -> None:
    with part_of(folder) as part:
        # mmdebstrap's user for downloads must be able to enter it, which mkdtemp's 0700 would not allow.
        part.chmod(0o755)
        _bootstrap(part / "root")
        _prepare(part / "root")
        (part / "root").rename(folder)


def _bootstrap(root: Path) -> None:
    command = ["mmdebstrap", "--quiet", "--variant=minbase", f"--include={','.join(PACKAGES)}", SUITE, str(root)]
    made = subprocess.run(command, capture_output=True, text=True, timeout=MAKING_SECONDS, check=False)
    if made.returncode != 0:
        raise RuntimeError(f"mmdebstrap could not make the nodes' image: {made.stderr[-2000:]}")


def _prepare(root: Path) -> None:
    """Remove what must differ between nodes, and what would only disturb tests."""
    for key in root.glob("etc/ssh/ssh_host_*"):
        key.unlink()
    (root / "etc/machine-id").write_text("")
    for unit in NEEDLESS_UNITS:
        (root / "etc/systemd/system" / unit).symlink_to("/dev/null")
    for unit in UNITS_TO_ORDER:
        subprocess.run(["systemctl", f"--root={root}", "disable", unit], check=True, capture_output=True)
