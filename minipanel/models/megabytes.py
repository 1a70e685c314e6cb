"""Sizes of files and disks as people read them: 1 MB is 10^6 bytes."""

from __future__ import annotations


def megabytes(size_bytes: float, digits: int = 0) -> str:
    """Return a size in MB, rounded, its thousands separated: 1234567890 -> "1,235", with one digit "1,234.6"."""
    return f"{size_bytes / 10**6:,.{digits}f}"
