"""The cluster that the tests in this folder share: mgmt, n1, n2, n3."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator

import pytest

from tests.cluster.image import base_image
from tests.cluster.nodes import Cluster, missing_for_nodes, running_cluster


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """The running cluster. A test that changes a node restores it, or begins with cluster.reset("n1")."""
    missing = missing_for_nodes() or _missing_image()
    if missing and os.environ.get("CI") == "true":
        pytest.fail(missing)
    if missing:
        pytest.skip(missing)
    with running_cluster() as nodes:
        yield nodes


def _missing_image() -> str | None:
    """Make the nodes' image if it is missing. Returns why that failed, usually for lack of a network."""
    try:
        base_image()
    except (RuntimeError, subprocess.TimeoutExpired) as error:
        return str(error)
    return None


@pytest.fixture(scope="module")
def fresh_cluster(cluster: Cluster) -> Cluster:
    """The cluster with all its nodes as just installed, for one test file."""
    cluster.reset()
    return cluster
