"""Tests of what is root's: they look into other users' processes, or end them."""

import os

import pytest

needs_root = pytest.mark.skipif(
    os.geteuid() != 0, reason="looks at what is root's, or breaks it: `sudo make test` does"
)
