"""An engine behind a vmauth, which requires a token and gives each tenant its own addresses."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from minipanel.archive.probe import trouble_of
from tests.storage.example import (
    archived,
    copying_of,
    drained,
    look_after,
    plain,
    records_here,
    records_there,
    running_panel,
    samples_of,
    storage_of,
    times_in,
)
from tests.victoria import running_victoria
from tests.vmauth import running_vmauth

TOKEN = "a-token-of-the-panel"
NOW = int(time.time()) // 300 * 300


@pytest.mark.anyio
async def test_records_come_and_go_through_vmauth_with_the_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_after(monkeypatch, 0, 0)
    token_file = tmp_path / "token"
    with (
        running_victoria(tmp_path, "-inmemoryDataFlushInterval=1s") as victoria,
        running_vmauth(tmp_path, TOKEN, victoria.url, victoria.url) as vmauth,
    ):
        write_url, read_url = f"{vmauth}/insert/7/prometheus", f"{vmauth}/select/7/prometheus"
        more = {"read_url": read_url, "token_file": token_file}

        token_file.write_text("another\n")
        sentence = trouble_of(storage_of(write_url, **more))
        assert sentence is not None
        assert sentence.startswith(f"{write_url} answered 401: ")
        assert "another" not in sentence, "a token is nobody's to read"
        token_file.write_text(f"{TOKEN}-single")
        assert trouble_of(storage_of(vmauth, token_file=token_file)) is None
        # From now on the file's token is sent, without a restart.
        token_file.write_text(f"{TOKEN}\nonly the first line is one\n")
        assert trouble_of(storage_of(write_url, **more)) is None
        other = trouble_of(storage_of(f"{vmauth}/insert/8/prometheus", **more))
        assert other is not None
        assert other.startswith(f"{vmauth}/insert/8/prometheus answered 400: ")

        async with running_panel(archived(tmp_path, write_url, **more), lambda: NOW) as panel:
            copier, dice = await copying_of(panel), random.Random(3)
            await copier.round()  # from now on what changes is copied
            for node in panel.directory.nodes:
                await panel.ingest.submit(node, samples_of(node.hostname, times_in(NOW - 3600, dice, 0.5), dice))
            await drained(copier)
            here = await records_here(panel, NOW)
            assert len(here) == 3
            assert list(map(plain, await records_there(panel, here))) == list(map(plain, here))
