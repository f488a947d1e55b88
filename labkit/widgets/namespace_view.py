"""A namespace as nested lists: what keeps what running, in which state, and the last events."""

from collections.abc import Iterable, Iterator
from html import escape

from labkit.foundation.text import say
from labkit.widgets.view import View, card, mark, paragraph, title
from labkit.workshop.tree import Branch, Happened, Health, Tree

SYMBOLS = {Health.WELL: "✔", Health.UNDERWAY: "◐", Health.TROUBLE: "✘", Health.RESTING: "○"}
COLOURS = {
    Health.WELL: "#1a7f37",
    Health.UNDERWAY: "#9a6700",
    Health.TROUBLE: "#cf222e",
    Health.RESTING: "#57606a",
}
FRAME_COLOUR = "#0969da"
LIST = "list-style:none;margin:0.1em 0;padding:0 0 0 {indent}"
INDENT = "    "


def health_word(health: Health) -> str:
    return {
        Health.WELL: say("well"),
        Health.UNDERWAY: say("under way"),
        Health.TROUBLE: say("in trouble"),
        Health.RESTING: say("at rest"),
    }[health]


def namespace_view(tree: Tree, *notes: str) -> View:
    """`notes` say since when and until when the picture is true."""
    head = say("Namespace {name}", name=tree.namespace)
    drawn = _list(tree.branches, indent="0") if tree.branches else paragraph(_nothing())
    html = card(
        head,
        title(head),
        drawn,
        _happened(tree.happened),
        *(paragraph(note, style="font-size:0.9em") for note in notes),
        colour=FRAME_COLOUR,
    )
    return View("\n".join((head, *_lines(tree), *notes)), html, tree)


def _list(branches: Iterable[Branch], *, indent: str = "1.8em") -> str:
    items = "".join(f'<li style="margin:0.2em 0">{_item(branch)}</li>' for branch in branches)
    return f'<ul style="{LIST.format(indent=indent)}">{items}</ul>'


def _item(branch: Branch) -> str:
    badge = mark(SYMBOLS[branch.health], health_word(branch.health), COLOURS[branch.health])
    head = f"{badge}{escape(branch.kind)} <b>{escape(branch.name)}</b> {escape(branch.words)}"
    return head + (_list(branch.branches) if branch.branches else "")


def _happened(events: Iterable[Happened]) -> str:
    lines = "".join(f"<li>{escape(_event(event))}</li>" for event in events)
    if not lines:
        return ""
    head = f'<p style="margin:0.6em 0 0;font-weight:600">{escape(_events_head())}</p>'
    return f'{head}<ul style="{LIST.format(indent="0")};font-size:0.9em">{lines}</ul>'


def _lines(tree: Tree) -> Iterator[str]:
    yield from _indented(tree.branches, 1)
    if not tree.branches:
        yield f"{INDENT}{_nothing()}"
    if tree.happened:
        yield _events_head()
    for event in tree.happened:
        yield f"{INDENT}{_event(event)}"


def _indented(branches: Iterable[Branch], depth: int) -> Iterator[str]:
    for branch in branches:
        state = f"{SYMBOLS[branch.health]} {health_word(branch.health)}"
        yield f"{INDENT * depth}{state} · {branch.kind} {branch.name} {branch.words}"
        yield from _indented(branch.branches, depth + 1)


def _event(event: Happened) -> str:
    return say("{time} {about}: {text}", time=event.time, about=event.about, text=event.text)


def _events_head() -> str:
    return say("What happened last (times in UTC)")


def _nothing() -> str:
    return say("Nothing runs here yet.")
