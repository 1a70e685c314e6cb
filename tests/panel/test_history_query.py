"""What a history query may request, and the sentence for anything else."""

from __future__ import annotations

import pytest

from minipanel.errors import BadInput
from minipanel.models.record import VALUE_COLUMNS
from minipanel.services.history import PIECE_SECONDS, Span, pieces_of, read_span

NOW = 1_700_000_123.4


@pytest.mark.parametrize(("period", "days"), [("1d", 1), ("7d", 7), ("1m", 30)])
def test_a_period_ends_now(period: str, days: int) -> None:
    span = read_span(period, None, None, None, NOW)
    assert span == Span(period, 1_700_000_123 - days * 86_400, 1_700_000_123, VALUE_COLUMNS)


@pytest.mark.parametrize(
    ("start", "step"),
    [(1_700_000_000 - 3600, 300), (1_700_000_000 - 3601, 3600), (1_690_000_000, 3600), (1_700_000_000, 300)],
)
def test_a_time_older_than_the_records_comes_in_hours(start: int, step: int) -> None:
    asked = None, str(start), str(start + 600), None, NOW
    assert read_span(*asked, records_since=1_700_000_000).step == step
    assert read_span(*asked, step="300", records_since=1_700_000_000).step == 300


def test_from_and_to_replace_a_period() -> None:
    assert read_span(None, "100", "700", None, NOW) == Span(None, 100, 700, VALUE_COLUMNS)
    assert read_span(None, "1700000000", None, None, NOW).end == 1_700_000_123


@pytest.mark.parametrize(
    ("seconds", "pieces"), [(300, 1), (7 * 86_400, 1), (PIECE_SECONDS, 3), (30 * 86_400, 4), (4 * PIECE_SECONDS, 4)]
)
def test_a_long_span_is_read_in_pieces_that_follow_each_other(
    seconds: int, pieces: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("minipanel.services.history.SIDE_BY_SIDE", 4)
    found = pieces_of(Span(None, 1000, 1000 + seconds, VALUE_COLUMNS))
    assert len(found) == pieces
    assert [start for start, _ in found] == [1000, *(end for _, end in found[:-1])]
    assert found[-1][1] == 1000 + seconds


def test_fields_limit_the_columns_and_keep_their_order() -> None:
    assert read_span("1d", None, None, "cpu_temp, cpu_percent", NOW).columns == ("cpu_percent", "cpu_temp")


@pytest.mark.parametrize(
    ("period", "start", "end", "fields", "sentence"),
    [
        ("2w", None, None, None, "period is '2w'; it must be 1d, 7d, 1m or 1y."),
        ("", None, None, None, "period is ''; it must be"),
        (None, None, None, None, "period or from is missing"),
        ("1d", "100", None, None, "period can't be combined with from and to"),
        (None, "700", "100", None, "from is 700 and to is 100; from must be before to."),
        (None, "100", "100", None, "from must be before to."),
        (None, "0", "99999999", None, "99999999 seconds apart; at most 31622400 are allowed."),
        (None, "yesterday", None, None, "from is 'yesterday'; it must be a time in whole Unix seconds"),
        (None, "1e9", None, None, "from is '1e9'"),
        (None, "-5", None, None, "from is '-5'"),
        (None, "1", "4294967296", None, "to is 4294967296; times end at 4294967295."),
        (None, "9" * 5000, None, None, "from is '999"),
        (None, "٣", None, None, "from is '٣'"),
        ("1d", None, None, "cpu", "fields names 'cpu'; allowed are cpu_percent, "),
        ("1d", None, None, "", "fields names ''"),
        ("1d", None, None, "cpu_temp;DROP TABLE nodes", "fields names 'cpu_temp;DROP TABLE nodes'"),
    ],
)
def test_an_impossible_request_gets_a_sentence(
    period: str | None, start: str | None, end: str | None, fields: str | None, sentence: str
) -> None:
    with pytest.raises(BadInput) as caught:
        read_span(period, start, end, fields, NOW)
    assert sentence in str(caught.value)
    assert len(str(caught.value)) < 400
