"""Tells the panel whether the node was down when samples are missing, or only the agent."""

import os
from typing import Optional

BOOT_ID = "proc/sys/kernel/random/boot_id"
"""Changes with each boot of the node: random(4)."""

LENGTH = 36
"""Characters of a UUID, RFC 4122 section 3."""


def run_headers(started: int, root: str = "/") -> str:
    """Return the header lines that name this boot of the node and this run of the agent, begun at Unix seconds."""
    boot_id = read_boot_id(root)
    boot_line = f"X-MiniPanel-Boot: {boot_id}\r\n" if boot_id else ""
    return f"{boot_line}X-MiniPanel-Started: {started}\r\n"


def read_boot_id(root: str = "/") -> Optional[str]:
    """Return the kernel's id of this boot, "7a3e1c52-…"; None if /proc has none."""
    try:
        with open(os.path.join(root, BOOT_ID), encoding="ascii") as file:
            return parse_boot_id(file.read(2 * LENGTH))
    except (OSError, ValueError):
        return None


def parse_boot_id(text: str) -> Optional[str]:
    """Return the id in the file's text, None if it is not a UUID: it must not break a header."""
    boot_id = text.strip().lower()
    is_uuid = len(boot_id) == LENGTH and all(sign in "0123456789abcdef-" for sign in boot_id)
    return boot_id if is_uuid else None
