"""The proof of a good exercise, made once for all who look at it."""

import pytest
from pytest_socket import enable_socket

from tests.support.proof import Proven, good_proof


@pytest.fixture(scope="session")
def proof(tmp_path_factory: pytest.TempPathFactory) -> Proven:
    enable_socket()  # before any test does it for itself
    return good_proof(tmp_path_factory.mktemp("proof"))
