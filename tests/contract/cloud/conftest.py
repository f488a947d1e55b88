"""An emulator on a port of 127.0.0.1; no other address may be reached."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_socket import _remove_restrictions, socket_allow_hosts

from tests.support.cloud import Stage
from tests.support.served_cloud import Front, opened_front, served


@pytest.fixture(autouse=True)
def _only_loopback() -> Iterator[None]:
    socket_allow_hosts(["127.0.0.1"], allow_unix_socket=True)
    yield
    _remove_restrictions()


@pytest.fixture(scope="session")
def front() -> Iterator[Front]:
    with opened_front() as one:
        yield one


@pytest.fixture
def stage(tmp_path: Path, front: Front) -> Iterator[Stage]:
    """An emulator of the test's own."""
    with served(tmp_path, front) as one:
        yield one
