"""The rules about the panel's disk, certificate and backups, which are really read."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from minipanel.alerts.keeping import Keeping
from minipanel.alerts.rules.all import BY_NAME
from minipanel.config import Config
from minipanel.machine.certificate import ends_at
from minipanel.machine.health import LITTLE_SPACE_BYTES
from minipanel.models.alert import PANEL, Bad
from minipanel.models.cluster import Cluster, PanelNow
from minipanel.services.backup_config import BackupConfig
from minipanel.services.copies import name_at
from minipanel.services.panel import Panel
from tests.alerts.running import START, cluster_config
from tests.setup.authority import make_pair

pytestmark = pytest.mark.anyio

DAY = 86400


@asynccontextmanager
async def looking(config: Config) -> AsyncIterator[Keeping]:
    panel = Panel(config, lambda: float(START))
    await panel.start()
    try:
        yield Keeping(panel)
    finally:
        await panel.close()


@pytest.mark.parametrize("end", ["20261001120000Z", "20501001120000Z"])
def test_a_certificates_end_is_read_in_both_time_formats(tmp_path: Path, end: str) -> None:
    pair = make_pair(tmp_path / "a", "IP:10.0.0.1", end=end, ca_end="20600101000000Z")
    assert ends_at(pair.certificate) == datetime.strptime(end, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC).timestamp()


def test_of_a_chain_the_first_end_counts_and_what_is_no_certificate_is_a_sentence(tmp_path: Path) -> None:
    pair = make_pair(tmp_path / "a", "IP:10.0.0.1", end="20400101000000Z", ca_end="20300101000000Z")
    chain = tmp_path / "chain.pem"
    chain.write_text(pair.key.read_text() + pair.certificate.read_text() + pair.ca.read_text())
    assert ends_at(chain) == ends_at(pair.ca) < ends_at(pair.certificate)
    text = pair.certificate.read_text()
    for bad in ("", "no", text.replace("MII", "MIII", 1), text[: len(text) // 2]):
        chain.write_text(bad)
        with pytest.raises(ValueError, match=r"."):
            ends_at(chain)


async def test_days_of_the_certificate_are_counted_on_the_clock_and_a_lost_file_is_unknown(tmp_path: Path) -> None:
    pair = make_pair(tmp_path / "a", "IP:10.0.0.1")
    config = cluster_config(tmp_path, 1)
    async with looking(replace(config, server=replace(config.server, tls_certificate=pair.certificate))) as keeping:
        assert keeping.certificate_days is None
        await keeping.look()
        assert keeping.certificate_days == (ends_at(pair.certificate) - START) / DAY
        pair.certificate.unlink()
        await keeping.look()
        assert keeping.certificate_days is None


async def test_backups_count_from_the_newest_and_not_from_the_future(tmp_path: Path) -> None:
    folder = tmp_path / "copies"
    folder.mkdir()
    config = cluster_config(tmp_path, 1, backup=BackupConfig(folder=folder, at="00:00"))
    config.path.write_text("")
    os.utime(config.path, (START - 3 * DAY, START - 3 * DAY))
    async with looking(config) as keeping:
        await keeping._panel.backups.close()  # it would make one now
        await keeping.look()
        assert keeping.backup_days == 3
        for days in (9, 8, -1):
            (folder / name_at(START - days * DAY)).write_text("")
        await keeping.look()
        assert keeping.backup_days == 8
        shutil.rmtree(folder)
        await keeping.look()
        assert keeping.backup_days == 8


async def test_a_folder_that_never_could_be_read_counts_from_the_start_and_without_one_nothing_is_said(
    tmp_path: Path,
) -> None:
    async with looking(cluster_config(tmp_path, 1, backup=BackupConfig(folder=tmp_path / "gone"))) as keeping:
        await keeping._panel.backups.close()
        await keeping.look()
        assert keeping.backup_days == 0
    async with looking(cluster_config(tmp_path, 1)) as keeping:
        await keeping.look()
        assert keeping.backup_days is None


async def test_a_disk_that_will_be_full_within_days_is_found_by_the_forecast(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with looking(cluster_config(tmp_path, 1000)) as keeping:
        usage = shutil.disk_usage(tmp_path)
        for free, days in ((100 * 2**30, None), (LITTLE_SPACE_BYTES + 200 * 2**20, 3)):
            monkeypatch.setattr(shutil, "disk_usage", lambda _, free=free: usage._replace(free=free))
            await keeping.look()
            assert keeping.disk_full_days == days


def judged(name: str, panel: PanelNow) -> tuple[dict[int, Bad], bool | None]:
    rule, cluster = BY_NAME[name], Cluster(0, 0, 5, {}, {}, panel)
    parameters = rule.parameters()
    return dict(rule.find(parameters, cluster)), rule.is_good(parameters, cluster, PANEL)


@pytest.mark.parametrize(
    ("name", "panel", "bad", "is_good"),
    [
        ("certificate", PanelNow(), None, None),
        ("certificate", PanelNow(certificate_days=30.0), None, True),
        ("certificate", PanelNow(certificate_days=29.9), Bad(29.0, 30, "soon"), False),
        ("certificate", PanelNow(certificate_days=-3.0), Bad(-3.0, 30, "over"), False),
        ("backup", PanelNow(), None, None),
        ("backup", PanelNow(backup_days=6.9), None, True),
        ("backup", PanelNow(backup_days=8.2), Bad(8.0, 7), False),
        ("archive", PanelNow(), None, True),
        ("archive", PanelNow(archive_hours=0), None, True),
        ("archive", PanelNow(archive_hours=0.9), None, False),
        ("archive", PanelNow(archive_hours=5.5, archive_reason="engine"), Bad(5.0, 1, "engine"), False),
        ("archive", PanelNow(archive_hours=1, archive_reason="retention"), Bad(1.0, 1, "retention"), False),
        ("disk", PanelNow(), None, None),
        ("disk", PanelNow(disk_full_days=3), Bad(3.0, 7, "soon"), None),
        ("disk", PanelNow(disk_free_percent=20), None, True),
        ("disk", PanelNow(disk_free_percent=5.5), None, False),
        ("disk", PanelNow(disk_free_percent=20, disk_full_days=7), None, False),
        ("disk", PanelNow(disk_free_percent=20, disk_full_days=6), Bad(6.0, 7, "soon"), False),
        ("disk", PanelNow(disk_free_percent=4, disk_full_days=6), Bad(4, 5, "little"), False),
    ],
)
def test_the_panel_is_judged_by_what_is_known(
    name: str, panel: PanelNow, bad: Bad | None, is_good: bool | None
) -> None:
    assert judged(name, panel) == ({} if bad is None else {PANEL: bad}, is_good)
