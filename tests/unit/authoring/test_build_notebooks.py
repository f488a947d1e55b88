import json
from pathlib import Path

import pytest

from labkit.authoring.content import chosen_sources, find_content
from labkit.authoring.errors import SourceInvalid
from labkit.authoring.notebooks import (
    built,
    notebook_differences,
    read_source,
    write_notebooks,
)
from labkit.foundation.errors import FileProblem, SettingInvalid
from tests.unit.authoring.lesson_text import LESSON, source_of, work_tree


def test_the_same_source_becomes_the_same_bytes(tmp_path: Path) -> None:
    source = source_of(work_tree(tmp_path))
    assert built(source) == built(source)


def test_notebook_has_no_outputs_and_keeps_what_the_lesson_needs(tmp_path: Path) -> None:
    notebook = json.loads(built(source_of(work_tree(tmp_path))))
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)
    assert notebook["metadata"]["labkit"] == {"minutes": 5, "capabilities": ["real-pods"]}


def test_commands_for_the_terminal_can_be_run(tmp_path: Path) -> None:
    cells = read_source(source_of(work_tree(tmp_path))).cells
    sources = [cell.source for cell in cells]
    assert "!kubectl get pods -n {namespace}" in sources
    assert "# !kubectl apply -f greet/card.yaml" in sources


def test_an_edit_moves_the_id_of_its_own_cell_only(tmp_path: Path) -> None:
    source = source_of(work_tree(tmp_path))
    before = [cell.id for cell in read_source(source).cells]
    source.write_text(LESSON.replace("You greeted.", "You greeted well."))
    after = [cell.id for cell in read_source(source).cells]
    assert [old == new for old, new in zip(before, after, strict=True)].count(False) == 1


def test_equal_cells_have_ids_of_their_own(tmp_path: Path) -> None:
    content = work_tree(tmp_path, LESSON + '\n# %%\ncheck("greet")\n\n# %%\ncheck("greet")\n')
    ids = [cell.id for cell in read_source(source_of(content)).cells]
    assert len(ids) == len(set(ids))


def test_text_before_the_first_cell_is_refused_with_its_line(tmp_path: Path) -> None:
    content = work_tree(tmp_path, LESSON.replace("# ---\n\n# %%", "# ---\n\nx = 1\n# %%", 1))
    with pytest.raises(SourceInvalid) as caught:
        read_source(source_of(content))
    assert caught.value.line == 8


def test_source_without_cells_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceInvalid):
        read_source(source_of(work_tree(tmp_path, "")))


def test_notebook_that_is_not_built_is_a_difference(tmp_path: Path) -> None:
    content = work_tree(tmp_path)
    assert [difference.path.name for difference in notebook_differences(content)] == [
        "00-setup.ipynb"
    ]


def test_building_leaves_no_difference_and_writes_once(tmp_path: Path) -> None:
    content = work_tree(tmp_path)
    assert write_notebooks(content) == (content.notebooks / "00-setup.ipynb",)
    assert notebook_differences(content) == ()
    assert write_notebooks(content) == ()


def test_notebook_changed_by_hand_is_a_difference(tmp_path: Path) -> None:
    content = work_tree(tmp_path)
    (target,) = write_notebooks(content)
    target.write_text(target.read_text().replace("You greeted.", "I greeted."))
    assert len(notebook_differences(content)) == 1


def test_notebook_without_a_source_is_a_difference(tmp_path: Path) -> None:
    content = work_tree(tmp_path)
    write_notebooks(content)
    (content.notebooks / "07-old.ipynb").write_text("{}")
    assert [difference.path.name for difference in notebook_differences(content)] == [
        "07-old.ipynb"
    ]


@pytest.mark.parametrize("name", ["00", "00-setup"])
def test_a_lesson_is_chosen_by_number_or_name(tmp_path: Path, name: str) -> None:
    content = work_tree(tmp_path)
    assert chosen_sources(content, [name]) == (source_of(content),)


def test_unknown_lesson_is_wrong_input_that_names_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(SettingInvalid, match=r"99.*00-setup"):
        chosen_sources(work_tree(tmp_path), ["99"])


def test_the_work_tree_is_found_from_a_folder_inside(tmp_path: Path) -> None:
    content = work_tree(tmp_path)
    assert find_content(content.exercises / "00-setup") == content


def test_outside_a_work_tree_there_is_nothing_to_build(tmp_path: Path) -> None:
    with pytest.raises(FileProblem):
        find_content(tmp_path)
