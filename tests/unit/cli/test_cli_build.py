import json
from contextlib import chdir
from pathlib import Path

import typer
from typer.testing import CliRunner

from labkit.cli.build import build
from tests.unit.authoring.lesson_text import work_tree

APP = typer.Typer()
APP.command()(build)


def test_build_tells_programs_in_one_object_what_it_wrote(tmp_path: Path) -> None:
    work_tree(tmp_path)
    stale = ["notebooks/00-setup.ipynb", "labkit/foundation/catalogues/labkit.pot"]
    status, told = ended(tmp_path, "--check", "--json")
    assert (status, json.loads(told)) == (1, {"stale": stale})
    status, told = ended(tmp_path, "--json")
    assert (status, json.loads(told)) == (0, {"written": stale})


def ended(folder: Path, *words: str) -> tuple[int, str]:
    with chdir(folder):
        result = CliRunner().invoke(APP, words)
    return result.exit_code, result.output


def test_build_writes_what_is_stale_and_says_so(tmp_path: Path) -> None:
    work_tree(tmp_path)
    assert ended(tmp_path) == (
        0,
        "Wrote notebooks/00-setup.ipynb.\nWrote labkit/foundation/catalogues/labkit.pot.\n",
    )


def test_build_again_has_nothing_to_write(tmp_path: Path) -> None:
    work_tree(tmp_path)
    ended(tmp_path)
    assert ended(tmp_path) == (0, "")


def test_check_ends_with_1_and_writes_nothing(tmp_path: Path) -> None:
    content = work_tree(tmp_path)
    status, output = ended(tmp_path, "--check")
    assert status == 1
    assert "00-setup.ipynb is not built yet." in output
    assert "labkit build" in output
    assert not list(content.notebooks.glob("*.ipynb"))


def test_check_of_a_built_tree_says_nothing(tmp_path: Path) -> None:
    work_tree(tmp_path)
    ended(tmp_path)
    assert ended(tmp_path, "--check") == (0, "")
