"""Fixtures and hooks of all tests."""

from __future__ import annotations

import pytest

LONGEST = (
    "tests/cluster/test_alerts_told.py",
    "tests/cluster/test_settings.py",
    "tests/cluster/test_rollout_faults.py",
    "tests/cluster/test_install_guided.py",
    "tests/front/test_schema.py",
    "tests/front/test_front_connections.py",
    "tests/cluster/test_install.py",
    "tests/cluster/test_doctor.py",
    "tests/cluster/test_keeping.py",
    "tests/cluster/test_docs_shown.py",
    "tests/panel/test_cli_try.py",
    "tests/alerts/test_kill.py",
    "tests/alerts/test_alerts_commands.py",
    "tests/front/test_logins.py",
    "tests/storage/test_archive_storm.py",
    "tests/front/test_bodies.py",
    "tests/cluster/test_rollout.py",
    "tests/test_bench.py",
    "tests/panel/test_faults.py",
    "tests/journey/test_storm.py",
    "tests/journey/test_spool_journey.py",
    "tests/rollout/test_install_killed.py",
    "tests/agent/test_pythons.py",
    "tests/panel/test_cli_serve.py",
    "tests/panel/test_old_sqlite.py",
    "tests/panel/test_demo.py",
    "tests/cluster/test_firewall.py",
    "tests/cluster/test_agent_install.py",
    "tests/cluster/test_racks.py",
    "tests/journey/test_journey.py",
    "tests/storage/test_archive_commands.py",
    "tests/top/test_top_live.py",
    "tests/setup/test_setup_restore.py",
    "tests/front/test_heads.py",
    "tests/test_one_more_metric.py",
    "tests/panel/test_cli_nodes.py",
    "tests/test_docs_facts.py",
    "tests/alerts/test_year.py",
    "tests/e2e/test_page_access.py",
    "tests/e2e/test_page_cluster.py",
    "tests/e2e/test_page_alerts.py",
    "tests/e2e/test_page.py",
    "tests/e2e/test_page_interval.py",
    "tests/e2e/test_page_history.py",
    "tests/e2e/test_page_sessions.py",
)
"""These files come first: started last, each would keep one worker busy while the others have nothing left."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort the files; each file's tests keep their order."""
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.nodeid.partition("::")[0], len(places)))


@pytest.fixture
def anyio_backend() -> str:
    """Asynchronous tests run on asyncio, as the panel does."""
    return "asyncio"
