"""An emulator on a port of 127.0.0.1; no other address may be reached."""

from collections.abc import Iterator

import pytest
from pytest_socket import _remove_restrictions, socket_allow_hosts

from tests.support.cloud import Stage
from tests.support.served_cloud import served


@pytest.fixture(autouse=True)
def _only_loopback() -> Iterator[None]:
    socket_allow_hosts(["127.0.0.1"], allow_unix_socket=True)
    yield
    _remove_restrictions()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """For tests that make clusters of their own in it."""
    with served(tmp_path_factory.mktemp("cloud")) as stage:
        yield stage


@pytest.fixture
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """For tests that change what everybody shares: time, keys, planned faults."""
    with served(tmp_path_factory.mktemp("cloud")) as one:
        yield one
