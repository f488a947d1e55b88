from pathlib import Path

from labkit.authoring.notebooks import read_source
from labkit.authoring.solved import solved, sources_differ
from tests.unit.authoring.lesson_text import source_of, work_tree


def test_solved_copy_works_where_the_learner_would(tmp_path: Path) -> None:
    notebook = read_source(source_of(work_tree(tmp_path)))
    sources = [cell.source for cell in solved(notebook).cells]
    assert 'from labkit.notebook import solve\n\nsolve("greet")' in sources
    assert not any("kubectl apply" in source for source in sources)


def test_solved_copy_asks_for_the_help_that_a_learner_may_ask_for(tmp_path: Path) -> None:
    notebook = read_source(source_of(work_tree(tmp_path)))
    assert 'hint("greet")\nsolution("greet")' in [cell.source for cell in solved(notebook).cells]


def test_the_learners_notebook_is_left_as_it_was(tmp_path: Path) -> None:
    notebook = read_source(source_of(work_tree(tmp_path)))
    solved(notebook)
    assert "# !kubectl apply -f greet/card.yaml" in [cell.source for cell in notebook.cells]


def test_recorded_run_of_this_notebook_is_recognised(tmp_path: Path) -> None:
    notebook = read_source(source_of(work_tree(tmp_path)))
    assert sources_differ(solved(notebook), notebook) == ""


def test_recorded_run_of_an_older_text_names_the_cell(tmp_path: Path) -> None:
    notebook = read_source(source_of(work_tree(tmp_path)))
    recorded = solved(notebook)
    recorded.cells[1].source = "older"
    assert "cell 2" in sources_differ(recorded, notebook)


def test_recorded_run_with_a_cell_too_few_is_not_of_this_notebook(tmp_path: Path) -> None:
    notebook = read_source(source_of(work_tree(tmp_path)))
    recorded = solved(notebook)
    recorded.cells.pop()
    assert sources_differ(recorded, notebook)
