"""In which order workers take files: what begins last decides when all of them are done."""

from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
LONG = tuple(
    TESTS / name
    for name in (
        "unit/cluster/test_supervising.py",
        "unit/authoring/test_broken_checks.py",
        "contract/cloud/test_fuzz.py",
        "unit/authoring/test_proof.py",
        "unit/workshop/test_starting.py",
        "content/test_notebooks.py",
        "unit/workshop/test_visiting.py",
        "contract/cloud/test_signatures.py",
        "unit/workshop/test_steps.py",
        "content/test_house.py",
    )
)
"""Seconds each, most of them spent waiting for a process; `pytest --durations=60` finds others."""


def long_files_first(items: list[pytest.Item]) -> None:
    rank = {path: place for place, path in enumerate(LONG)}
    items.sort(key=lambda item: rank.get(item.path, len(LONG)))
