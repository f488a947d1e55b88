"""One line below a cell that says what is going on, and is gone when the cell is done."""

from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from typing import Any

from labkit.foundation.progress import Progress, Quiet
from labkit.foundation.settings import read_settings


@contextmanager
def progress_line() -> Iterator[Progress]:
    """Quiet outside of a notebook, and where the settings ask for it."""
    if not read_settings().shows_progress or not _in_notebook():
        yield Quiet()
        return
    line = _Line()
    try:
        yield line
    finally:
        line.clear()


def _in_notebook() -> bool:
    """Whoever imported IPython already runs in it; a console or script pays nothing."""
    import sys

    shell = sys.modules.get("IPython")
    current = shell.get_ipython() if shell else None
    return current is not None and hasattr(current, "kernel")


class _Line:
    """The last remark, such as how long this took last time, and beside it the present step."""

    def __init__(self) -> None:
        self._shown: Any = None
        self._remark = ""

    def started(self, step: str) -> None:
        self._tell(step)

    def advanced(self, step: str, done: float, total: float) -> None:
        if total:
            self._tell(f"{step} ({done / total:.0%})")

    def ended(self, step: str, *, well: bool) -> None: ...

    def said(self, sentence: str) -> None:
        self._remark = sentence
        self._show(sentence)

    def clear(self) -> None:
        if self._shown:
            self._show("")

    def _tell(self, step: str) -> None:
        self._show(f"{self._remark} … {step}".lstrip())

    def _show(self, text: str) -> None:
        from IPython.display import HTML, display

        content = HTML(f'<span role="status">{escape(text)}</span>')  # type: ignore[no-untyped-call]
        if self._shown:
            self._shown.update(content)
        else:
            self._shown = display(content, display_id=True)  # type: ignore[no-untyped-call]
