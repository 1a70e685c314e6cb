"""Records that replace lost samples of a node's last hour, for example after a reboot of the panel's machine."""

from __future__ import annotations

from typing import Final

import msgspec

from minipanel.models.answers import RecentColumns
from minipanel.models.metrics import METRICS
from minipanel.models.record import RECORD_SECONDS, record_timestamp
from minipanel.models.shape import made
from minipanel.services.lasthour import HOUR_SECONDS, LastHour
from minipanel.services.reading import Reading

_MEANS: Final = [metric.name for metric in METRICS]

NO_RECORDS: Final = made(RecentColumns, [], *([] for _ in METRICS))


async def records_of(reading: Reading, node_id: int, hour: LastHour, until: int, now: float) -> RecentColumns:
    """Return the means of those records in the hour up to `until` that have no sample left. Raises TryLater."""
    there = {record_timestamp(timestamp) for timestamp in hour.times(until)}
    first = record_timestamp(until - HOUR_SECONDS + 1)
    lacking = [time for time in range(first, int(now) + 1, RECORD_SECONDS) if time not in there]
    if not lacking:
        return NO_RECORDS
    start = lacking[0] - RECORD_SECONDS
    arrays = await reading.do(reading.reader.history, node_id, start, lacking[-1], _MEANS, int(now))
    times, *values = (msgspec.json.decode(array) for array in arrays)
    chosen = [place for place, time in enumerate(times) if time not in there]
    return made(RecentColumns, *([column[place] for place in chosen] for column in (times, *values)))
