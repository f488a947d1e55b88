"""A fresh machine goes with its test, also when the test is killed."""

import signal
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session", autouse=True)
def told_to_end_is_interrupted() -> Iterator[None]:
    """By itself Python dies of SIGTERM on the spot, and mounts, a link and cgroups stay."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    yield
    signal.signal(signal.SIGTERM, before)
