"""Controls for as long as the kernel lives, and their content once more as plain HTML.

Of a widget, a saved notebook holds a reference into the kernel's memory and nothing else. What is
worth keeping is therefore displayed a second time, as HTML; the widget carries the style that
hides this copy, so that it shows wherever the widget is not: in a saved file, in an export.
"""

from collections.abc import Sequence
from typing import Any

from labkit.foundation.text import say
from labkit.widgets.view import View, paragraph

WIDGET = "application/vnd.jupyter.widget-view+json"

# An option of a quiz may be longer than a line; ipywidgets would draw the next one over it.
WRAPPED = (
    ".labkit-live .widget-radio-box label, .labkit-live .widget-checkbox label"
    "{display:flex;height:auto;white-space:normal;line-height:1.4}"
    ".labkit-live .widget-radio-box label input{flex:none;order:-1}"
)

# In place of a widget whose kernel is gone JupyterLab says "model not found", which helps nobody.
WITHOUT_ERROR = (
    "<style>.jp-OutputArea-child:not(:has(.labkit-live))"
    ":has(+ .jp-OutputArea-child [class^=labkit-kept]){display:none}</style>"
)


class Twin:
    def __init__(self, name: str, controls: Sequence[Any], kept: View) -> None:
        """`name` is the same in each run, so that recorded outputs can be compared."""
        from IPython.display import display
        from ipywidgets import VBox

        self._mark = f"labkit-kept-{name}"
        box = VBox([*controls, page(f"<style>.{self._mark}{{display:none}}{WRAPPED}</style>")])
        box.add_class("labkit-live")
        elsewhere = {"text/plain": "", "text/html": ""}  # instead of the name of a Python class
        widget = box._repr_mimebundle_()[WIDGET]
        display({**elsewhere, WIDGET: widget}, raw=True)  # type: ignore[no-untyped-call]
        self._kept = display(self._marked(kept), display_id=True)  # type: ignore[no-untyped-call]

    def keep(self, view: View) -> None:
        """From now on the saved file holds this."""
        self._kept.update(self._marked(view))

    def _marked(self, view: View) -> View:
        told = say("As saved. Run this cell to have its buttons again.")
        html = f'<div class="{self._mark}">{WITHOUT_ERROR}{paragraph(told)}{view.html}</div>'
        return View(f"{told}\n{view.text}", html)


def page(html: str = "") -> Any:
    """A widget that shows HTML as a notebook shows it: same letters, same colours."""
    from ipywidgets import HTML

    return HTML(framed(html))


def framed(html: str) -> str:
    return f'<div class="jp-RenderedHTMLCommon" style="padding:0">{html}</div>' if html else ""
