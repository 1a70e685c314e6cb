"""What the agent measures on this machine, compared with psutil."""

import time
import unittest

try:
    import psutil
    import pytest
except ImportError:
    raise unittest.SkipTest("needs pytest and psutil") from None

from minipanel_agent.cpu import CpuMeter
from minipanel_agent.memory import MemoryMeter
from minipanel_agent.temperature import Thermometer

CPU_TOLERANCE = 5.0
"""Percent points over a second: both read the kernel's 10 ms ticks, some microseconds apart."""

MEMORY_TOLERANCE = 64 * 1024**2
"""Bytes: what other processes take between the two readings."""

TEMPERATURE_TOLERANCE = 5.0
"""°C: a CPU's sensor moves between two readings."""


def burn(seconds):
    """Keep one CPU busy."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        sum(range(1000))


@pytest.mark.parametrize("busy_seconds", [0.1, 0.9])
def test_cpu_use_is_what_psutil_finds(busy_seconds):
    meter = CpuMeter()
    meter.start()
    psutil.cpu_percent()
    burn(busy_seconds)
    time.sleep(1 - busy_seconds)
    ours, theirs = meter.percent(), psutil.cpu_percent()
    meter.close()
    assert ours == pytest.approx(theirs, abs=CPU_TOLERANCE)


def test_memory_is_what_psutil_finds():
    meter = MemoryMeter()
    total, used = meter.total_and_used()
    theirs = psutil.virtual_memory()
    meter.close()
    assert total == theirs.total
    assert used == pytest.approx(theirs.total - theirs.available, abs=MEMORY_TOLERANCE)


def test_temperature_is_the_hottest_package_that_psutil_finds():
    thermometer = Thermometer()
    ours = thermometer.celsius()
    chips = psutil.sensors_temperatures()
    packages = [entry.current for entry in chips.get("coretemp", []) if entry.label.startswith("Package id")]
    packages = packages or [entry.current for entry in chips.get("k10temp", []) if entry.label in ("Tctl", "Tdie")]
    thermometer.close()
    if not chips:
        assert ours is None  # as on any virtual machine
        return
    if not packages:
        pytest.skip(f"psutil tells of {sorted(chips)} and not which is the CPU; the agent finds {ours}")
    assert ours == pytest.approx(max(packages), abs=TEMPERATURE_TOLERANCE)
