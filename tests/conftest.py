"""What all suites share: the cluster, a lab on it, and a namespace for each test."""

import secrets
from collections.abc import Iterator

import pytest

from labkit.kube.kubeconfig import read_access
from labkit.kube.writer import Writer
from labkit.workshop.lab import Lab, open_lab
from tests.support.order import long_files_first
from tests.support.shared_cluster import SharedCluster, bring_up


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--record", action="store_true", help="keep what a real cluster showed")
    parser.addoption("--engine", default="local", help="local (default) or simulated")
    parser.addoption("--screenshots", default="", help="where browser tests put what they saw")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    long_files_first(items)


@pytest.fixture(scope="session")
def cluster(request: pytest.FixtureRequest) -> SharedCluster:
    """A running cluster; it stays warm between runs, and `make test` takes it down."""
    return bring_up(str(request.config.getoption("--engine")))


@pytest.fixture
def lab(cluster: SharedCluster) -> Lab:
    return open_lab(cluster.settings)


@pytest.fixture
def namespace(cluster: SharedCluster) -> Iterator[str]:
    """A namespace of the test's own, deleted without waiting: the name is never taken again.

    Pods need its ServiceAccount, which a controller would make a moment later.
    """
    name = f"t-{secrets.token_hex(6)}"
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default"}}
    with Writer(read_access(cluster.kubeconfig)) as writer:
        writer.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
        writer.apply(account, namespace=name)
        yield name
        writer.delete("Namespace", name)
