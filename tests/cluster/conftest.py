"""Clusters that a test may break."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.own_cluster import OwnCluster


@pytest.fixture
def own_cluster(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OwnCluster]:
    """A name nobody else has; nothing runs yet, and whatever runs at the end is taken down."""
    digest = hashlib.sha256(request.node.nodeid.encode()).hexdigest()[:8]
    cluster = OwnCluster(f"t{digest}", tmp_path / "home")
    yield cluster
    cluster.labkit("down")
