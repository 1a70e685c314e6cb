"""The parts of the storm: clocks that it sets, credentials with their time, and what an agent must have measured."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from minipanel_agent import munge
from minipanel_agent.cpu import CpuMeter

from tests.munged import missing_munged, running_munged

sys.path.append(str(Path(__file__).parents[2] / "bench"))

from storm.clock import Clock
from storm.credential import Mint, decode
from storm.diary import Run, ticks
from storm.values import cpu_percent
from storm.world import World

T = 1_700_000_000
BODY = munge.payload_of(b"{}")


@pytest.fixture(scope="module")
def mint() -> Iterator[tuple[Mint, str]]:
    if missing_munged():
        pytest.skip("munged is not installed")
    key = b"a key of the test's own, 32 bytes"
    with running_munged(key=key) as socket:
        file = Path(socket).with_name("munge.key")
        yield Mint(socket, file), socket


@pytest.mark.parametrize(
    ("ahead", "status"), [(0, 0), (120, 0), (-120, 0), (600, munge.REWOUND), (-600, munge.EXPIRED)]
)
def test_munged_takes_a_credential_for_one_of_the_clock_it_was_made_by(
    mint: tuple[Mint, str], ahead: float, status: int
) -> None:
    made = munge.decode(mint[0].encode(BODY, ahead), mint[1])
    assert (made.status, made.payload) == (status, BODY)
    assert abs(made.encode_time - made.decode_time - ahead) <= 1


@pytest.mark.parametrize(("ahead", "status"), [(0, 0), (120, 0), (600, munge.EXPIRED), (-600, munge.REWOUND)])
def test_a_panel_whose_clock_is_off_judges_credentials_by_it(mint: tuple[Mint, str], ahead: float, status: int) -> None:
    made = decode(mint[0].encode(BODY, 0), mint[1], ahead)
    assert (made.status, made.payload) == (status, BODY)
    assert abs(made.decode_time - made.encode_time - ahead) <= 1


def test_a_replayed_credential_is_one_whatever_the_clock_says(mint: tuple[Mint, str]) -> None:
    credential = mint[0].encode(BODY, 0)
    munge.decode(credential, mint[1])
    assert decode(credential, mint[1], 120).status == munge.REPLAYED


def test_a_clock_is_set_by_another_process_and_a_suspension_lengthens_a_sleep(tmp_path: Path) -> None:
    """By the machine's clock: the node sleeps, is suspended for 0.2 s meanwhile, and sleeps the rest."""
    mine, theirs = Clock(tmp_path / "clock"), Clock(tmp_path / "clock")
    theirs.ahead_seconds = 600.5
    assert abs(mine.now() - time.time() - 600.5) < 0.1
    begin = time.monotonic()
    sleeper = threading.Thread(target=mine.sleep, args=(0.2,))
    sleeper.start()
    theirs.asleep_seconds += 0.2
    sleeper.join()
    assert 0.4 <= time.monotonic() - begin < 0.8


def test_the_world_follows_its_nodes_clock_at_once(tmp_path: Path) -> None:
    clock = Clock(tmp_path / "clock")
    world = World(tmp_path / "root", 7, clock)
    meter = CpuMeter(str(world.root))
    for ahead in (600.0, 0.0, -600.0):
        meter.start()
        world.set_clock(ahead)
        tick = int((clock.now() + 2.5) // 5) * 5
        assert meter.percent() == cpu_percent(7, tick)


def test_an_agent_must_have_measured_all_ticks_but_those_close_to_a_start_and_an_end() -> None:
    found = ticks([Run(T + 1, T + 31)])
    assert sorted(found.sure) == [T + 10, T + 15, T + 20, T + 25]
    assert sorted(found.possible) == [T, T + 5, T + 30]
    assert not found.ahead


def test_ticks_are_those_of_the_nodes_own_clock() -> None:
    """Set back by ten minutes, and then right again; for two ticks after each step the agent may still adjust."""
    found = ticks([Run(T + 1, T + 71, steps=[(T + 21, -600.0), (T + 46, 0.0)])])
    assert sorted(found.sure) == [
        *(T - 600 + tick for tick in (35, 40)),
        *(T + tick for tick in (10, 15, 60, 65)),
    ]
    assert {T - 600 + 25, T - 600 + 30, T + 50, T + 55} <= found.possible
    assert not found.ahead


def test_what_a_clock_that_is_ahead_measures_is_kept_apart() -> None:
    found = ticks([Run(T + 1, T + 61, steps=[(T + 21, 600.0), (T + 46, 0.0)])])
    assert sorted(found.ahead) == [T + 600 + 35, T + 600 + 40]
    assert T + 600 + 25 in found.possible


def test_after_a_pause_an_agent_may_miss_two_ticks() -> None:
    found = ticks([Run(T + 1, T + 61, pauses=[(T + 21, T + 28)])])
    assert sorted(found.sure) == [T + 10, T + 15, T + 40, T + 45, T + 50, T + 55]
