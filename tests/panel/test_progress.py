"""The progress of long work if nobody is at a terminal."""

from __future__ import annotations

import pytest

from minipanel.commands import progress


def test_a_pipe_gets_a_line_now_and_then(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    work = progress.Progress()
    work.show("a tenth")
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(progress, "LINE_SECONDS", 0)
    long_work = progress.Progress()
    long_work.show("a tenth")
    long_work.show("a half")
    long_work.clear()
    assert capsys.readouterr().err == "a tenth\na half\n"
