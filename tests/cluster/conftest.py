"""The cluster that the tests of this folder share: mgmt, n1, n2, n3."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator

import pytest

from tests.cluster.image import base_image
from tests.cluster.nodes import Cluster, missing_for_nodes, running_cluster


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """The running cluster. Tests that change a node set it right again, or begin with cluster.reset("n1")."""
    missing = missing_for_nodes() or _missing_image()
    if missing and os.environ.get("CI") == "true":
        pytest.fail(missing)
    if missing:
        pytest.skip(missing)
    with running_cluster() as nodes:
        yield nodes


def _missing_image() -> str | None:
    """Make the nodes' image where it is not there yet. Returns why that failed: no network, usually."""
    try:
        base_image()
    except (RuntimeError, subprocess.TimeoutExpired) as error:
        return str(error)
    return None


@pytest.fixture(scope="module")
def fresh_cluster(cluster: Cluster) -> Cluster:
    """The cluster with all its nodes as just installed, for one file of tests."""
    cluster.reset()
    return cluster
