"""What a cell gets: a view, or two sentences in place of a traceback; and it is there at once."""

import sys

import pytest
from IPython.core.interactiveshell import InteractiveShell

from labkit.foundation.errors import LabError
from labkit.foundation.process import SystemRunner
from labkit.foundation.progress import Quiet
from labkit.widgets.errors import CellStopped
from labkit.widgets.progress_line import progress_line
from labkit.widgets.stopping import cell

HEAVY = (
    "IPython",
    "httpx",
    "ipywidgets",
    "kubernetes",
    "labkit.grading",
    "labkit.kube",
    "pydantic",
    "rich",
    "yaml",
)


def run_python(code: str) -> str:
    return SystemRunner()([sys.executable, "-c", code]).output


def test_importing_the_notebooks_names_imports_nothing_heavy() -> None:
    loaded = run_python("import labkit.notebook, sys; print(*sys.modules)").split()
    assert [name for name in loaded if name.startswith(HEAVY)] == []


def test_problem_is_told_in_two_sentences_and_stops_the_cell() -> None:
    @cell
    def work() -> str:
        raise LabError("The lab is not there.", "Run `labkit up`.", "its own words")

    with pytest.raises(CellStopped) as stopped:
        work()
    lines = stopped.value._render_traceback_()
    assert lines == ["The lab is not there.", "→ Run `labkit up`.", "its own words"]


def test_ipython_shows_these_sentences_and_no_traceback(
    capsys: pytest.CaptureFixture[str],
) -> None:
    shell = InteractiveShell()  # type: ignore[no-untyped-call]
    shell.run_cell(  # type: ignore[no-untyped-call]
        "from labkit.widgets.errors import CellStopped\n"
        "from labkit.foundation.errors import LabError\n"
        "raise CellStopped(LabError('It is away.', 'Start it.'))"
    )
    shown = capsys.readouterr()
    assert "It is away.\n→ Start it." in shown.out
    assert "Traceback" not in shown.out + shown.err


def test_bug_stays_a_bug() -> None:
    @cell
    def work() -> str:
        raise KeyError("a bug")

    with pytest.raises(KeyError):
        work()


def test_outside_of_a_notebook_progress_is_quiet() -> None:
    with progress_line() as progress:
        assert isinstance(progress, Quiet)
