"""What the tests of the doctor share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.setup.machine import Machine


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine without files and without commands of its own."""
    return Machine(tmp_path)
