"""A view: the same content as HTML for a notebook and as text for everything else.

Both stay in the saved file and need no kernel. Nothing of Jupyter is imported for it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape
from typing import Any

from labkit.workshop.wording import Line

# Inline, because a notebook that is not trusted loses style sheets but keeps these.
CARD = (
    "border:1px solid #8c959f;border-left:6px solid {colour};border-radius:4px;"
    "padding:0.6em 0.9em;margin:0.3em 0;max-width:52em;line-height:1.45"
)
CODE = re.compile("`([^`]+)`")
QUIET_COLOUR = "#57606a"


@dataclass(frozen=True, slots=True)
class View:
    """What a cell of a notebook shows when this is its last expression."""

    text: str
    html: str = field(repr=False)
    value: Any = field(default=None, repr=False)
    """What it was drawn from, such as a Verdict, for whoever wants to look closer."""

    def __repr__(self) -> str:
        return self.text

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {"text/plain": self.text, "text/html": self.html}


def text_of(lines: Iterable[Line]) -> str:
    return "\n".join(line.text for line in lines)


def card(label: str, *content: str, colour: str = QUIET_COLOUR) -> str:
    """A frame that a screen reader announces by `label`."""
    style = CARD.format(colour=colour)
    inner = "".join(content)
    return f'<section role="group" aria-label="{escape(label)}" style="{style}">{inner}</section>'


def mark(symbol: str, word: str, colour: str) -> str:
    """A state as symbol, word and colour; white on `colour` must have a contrast of 4.5."""
    style = (
        f"background:{colour};color:#ffffff;border-radius:3px;"
        "padding:0.05em 0.45em;margin-right:0.5em;white-space:nowrap"
    )
    return f'<span style="{style}">{symbol} {escape(word)}</span>'


def prose(text: str) -> str:
    """Text of ours or a learner's, safe in HTML; what stands in backticks is shown as code."""
    return CODE.sub(r"<code>\1</code>", escape(text))


def paragraph(text: str, *, style: str = "") -> str:
    return f'<p style="margin:0.25em 0;{style}">{prose(text)}</p>'


def title(text: str) -> str:
    return f'<p style="margin:0 0 0.4em;font-weight:600">{prose(text)}</p>'


def code(text: str) -> str:
    style = "margin:0.3em 0;padding:0.5em;overflow:auto;border:1px solid #d0d7de"
    return f'<pre style="{style}">{escape(text)}</pre>'


def folded(summary: str, *content: str) -> str:
    inner = "".join(content)
    return f"<details><summary>{escape(summary)}</summary>{inner}</details>"


def table(rows: Iterable[tuple[str, str]]) -> str:
    """Label and sentence side by side."""
    head = "text-align:left;vertical-align:top;font-weight:normal;padding:0 0.8em 0 0"
    cell = "text-align:left;padding:0"
    lines = "".join(
        f'<tr><th scope="row" style="{head}">{escape(label)}</th>'
        f'<td style="{cell}">{prose(sentence)}</td></tr>'
        for label, sentence in rows
    )
    return f'<table style="border-collapse:collapse;margin:0.1em 0 0.3em 1.9em">{lines}</table>'
