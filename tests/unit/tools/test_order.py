"""Long files begin first, and are files that there are."""

from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest

from tests.support.order import LONG, TESTS, long_files_first


@dataclass
class Item:
    path: Path


def test_long_files_begin_first_and_others_stay_in_their_order() -> None:
    others = [TESTS / "content/test_pins.py", TESTS / "content/test_error_trees.py"]
    items = [Item(path) for path in (others[0], *reversed(LONG), others[1])]
    long_files_first(cast("list[pytest.Item]", items))
    assert [item.path for item in items] == [*LONG, *others]


def test_each_long_file_is_there_once() -> None:
    assert [path for path in LONG if not path.is_file()] == []
    assert len(set(LONG)) == len(LONG)
