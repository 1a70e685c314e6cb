"""The id of the machine's boot, also for a panel whose sandbox hides the kernel's files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from minipanel.machine import uptime

ROOT = Path(__file__).resolve().parent.parent.parent
FILE = Path("/proc/sys/kernel/random/boot_id")


@pytest.fixture(autouse=True)
def unread(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("MINIPANEL_BOOT_ID", raising=False)
    uptime.boot_id.cache_clear()
    yield
    uptime.boot_id.cache_clear()


def test_systemd_and_the_kernel_name_a_start_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    by_kernel = uptime.boot_id()
    assert by_kernel == FILE.read_text().strip().replace("-", "")
    uptime.boot_id.cache_clear()
    monkeypatch.setenv("MINIPANEL_BOOT_ID", by_kernel)  # systemd's %b has no dashes
    monkeypatch.setattr(uptime, "_BOOT_ID", Path("/nowhere"))
    assert uptime.boot_id() == by_kernel


def test_an_unnamed_boot_differs_from_all_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uptime, "_BOOT_ID", Path("/nowhere"))
    first = uptime.boot_id()
    assert uptime.boot_id() == first
    uptime.boot_id.cache_clear()
    assert uptime.boot_id() != first


def test_the_service_hands_the_name_in_as_its_sandbox_hides_the_file() -> None:
    unit = (ROOT / "deploy" / "minipanel.service").read_text().splitlines()
    assert "ProcSubset=pid" in unit
    assert "Environment=MINIPANEL_BOOT_ID=%b" in unit
