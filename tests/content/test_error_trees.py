"""Each errors.py draws its branch of the tree; the drawing must be the classes."""

import importlib
import re
from pathlib import Path

import pytest

from labkit.foundation.errors import LabError
from tests.content.repository import ROOT, name, tracked

MODULES = tracked("labkit/**/errors.py")
DRAWN = re.compile(r"^(?P<stem>[ │]*(?:[├└]── )?)(?P<name>[A-Z]\w+)\b")


def drawn(docstring: str) -> dict[str, str]:
    """Name of each class in the drawing, with the name it hangs below; "" for the top."""
    parents: dict[str, str] = {}
    above: list[tuple[int, str]] = []
    lines = docstring.splitlines()[1:]  # the first line is a sentence
    for line in lines:
        found = DRAWN.match(line)
        if not found or not (found["stem"].endswith("── ") or not above):
            continue
        depth = len(found["stem"])
        above = [(d, n) for d, n in above if d < depth]
        parents[found["name"]] = above[-1][1] if above else ""
        above.append((depth, found["name"]))
    return parents


def defined(path: Path) -> dict[str, str]:
    """Name of each LabError class written in the module, with its parent's; "" for the top."""
    module_name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    module = importlib.import_module(module_name)
    classes = {
        n: c
        for n, c in vars(module).items()
        if isinstance(c, type) and issubclass(c, LabError) and c.__module__ == module_name
    }
    return {n: p if (p := c.__bases__[0].__name__) in classes else "" for n, c in classes.items()}


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_drawing_equals_the_classes(path: Path) -> None:
    module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    assert drawn(module.__doc__ or "") == defined(path)


def test_drawing_of_three_levels_is_read() -> None:
    tree = "Says.\n\nTop   what\n├── Left   why\n│   └── Leaf\n└── Right\n    more words\n"
    assert drawn(tree) == {"Top": "", "Left": "Top", "Leaf": "Left", "Right": "Top"}
