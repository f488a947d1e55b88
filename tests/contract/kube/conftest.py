"""An administrator's access to a real API server."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

from labkit.kube.kubeconfig import Access, read_access
from labkit.kube.reader import Reader
from labkit.kube.writer import Writer


class Cluster(Protocol):
    """What these tests need of the suite's `cluster` fixture."""

    @property
    def kubeconfig(self) -> Path: ...


@pytest.fixture
def admin_access(cluster: Cluster) -> Access:
    return read_access(cluster.kubeconfig)


@pytest.fixture
def reader(admin_access: Access) -> Iterator[Reader]:
    with Reader(admin_access) as opened:
        yield opened


@pytest.fixture
def writer(admin_access: Access) -> Iterator[Writer]:
    with Writer(admin_access) as opened:
        yield opened
