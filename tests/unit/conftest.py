"""Unit tests reach no network: a socket that is opened is a failed test.

A test with a server of its own says so: `@pytest.mark.allow_hosts(["127.0.0.1"])`.
"""

from collections.abc import Iterator

import pytest
from pytest_socket import disable_socket, enable_socket


@pytest.fixture(autouse=True)
def _no_network(request: pytest.FixtureRequest) -> Iterator[None]:
    if request.node.get_closest_marker("allow_hosts"):
        yield
        return
    disable_socket(allow_unix_socket=True)
    yield
    enable_socket()
