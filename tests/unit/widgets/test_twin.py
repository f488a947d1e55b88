"""Whatever a widget shows is kept a second time as plain HTML, which hides while it lives."""

from labkit.widgets.twin import WIDGET, Twin, page
from labkit.widgets.view import View
from tests.support.notebook_shell import HTML, Displayed, notebook_shell


def twin_in(displayed: Displayed) -> Twin:
    return Twin("sign", [page("<p>live</p>")], View("first", "<p>first</p>"))


def test_saved_file_holds_what_was_kept_last() -> None:
    with notebook_shell() as displayed:
        twin_in(displayed).keep(View("last", "<p>last</p>"))
        _, kept = displayed.kept
    assert "<p>last</p>" in kept[HTML]
    assert kept["text/plain"].endswith("last")
    assert "first" not in str(kept)


def test_copy_is_hidden_by_the_widget_and_by_nothing_else() -> None:
    with notebook_shell() as displayed:
        twin_in(displayed)
        widget, kept = displayed.kept
    assert 'class="labkit-kept-sign"' in kept[HTML]
    assert "labkit-kept-sign{display:none}" not in kept[HTML]
    assert WIDGET in widget
    assert WIDGET not in kept


def test_two_runs_keep_the_same_copy() -> None:
    runs = []
    for _ in range(2):
        with notebook_shell() as displayed:
            twin_in(displayed)
            runs.append(displayed.kept[1])
    assert runs[0] == runs[1]


def test_copy_says_how_the_buttons_come_back() -> None:
    with notebook_shell() as displayed:
        twin_in(displayed)
        assert "Run this cell" in displayed.kept[1]["text/plain"]
