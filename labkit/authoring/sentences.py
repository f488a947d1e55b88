"""Every sentence that an attendee or instructor reads, gathered into one template to translate.

From Python: the first argument of `say`. From exercise.toml: title, task, criteria and hints. From
a quiz: questions, options, and what is said to them.
No dates and no line numbers, so that the file changes only when a sentence does.
"""

import tomllib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from labkit.authoring.content import Content
from labkit.authoring.errors import AuthorToolMissing, SourceInvalid
from labkit.authoring.notebooks import Difference
from labkit.foundation.files import write_atomically
from labkit.foundation.text import say

HEADER = "# Sentences of labkit, gathered by `labkit build`. Do not edit: translate it.\n#"
LINE_WIDTH = 100
UNSTABLE_HEADERS = ('"POT-Creation-Date:', '"Generated-By:')


def template(content: Content) -> str:
    """The text of labkit.pot."""
    try:
        from babel.messages.catalog import Catalog  # noqa: PLC0415  authors only
        from babel.messages.pofile import write_po  # noqa: PLC0415
    except ImportError as problem:
        raise AuthorToolMissing("babel") from problem
    catalogue = Catalog(project="labkit", version="0", header_comment=HEADER, fuzzy=False)
    for place, sentence in gathered(content):
        catalogue.add(sentence, locations=[(place, 0)])
    out = BytesIO()
    write_po(out, catalogue, width=LINE_WIDTH, sort_output=True, include_lineno=False)
    kept = [
        line
        for line in out.getvalue().decode().splitlines()
        if not line.startswith(UNSTABLE_HEADERS)
    ]
    return "\n".join(kept).rstrip("\n") + "\n"


def write_template(content: Content) -> tuple[Path, ...]:
    """Write labkit.pot if a sentence changed; the path written."""
    if not template_differences(content):
        return ()
    write_atomically(content.template, template(content))
    return (content.template,)


def template_differences(content: Content) -> tuple[Difference, ...]:
    there = content.template.read_text() if content.template.is_file() else ""
    if there == template(content):
        return ()
    sentence = say("{file} lacks sentences or has old ones.", file=content.template.name)
    return (Difference(content.template, sentence),)


def gathered(content: Content) -> Iterator[tuple[str, str]]:
    """Pairs of a file's path below the work tree and a sentence in it."""
    for path in sorted([*content.root.glob("labkit/**/*.py"), *content.exercises.glob("**/*.py")]):
        for sentence in _said(path):
            yield _place(content, path), sentence
    for path in sorted(content.exercises.glob("*/*/exercise.toml")):
        for sentence in _written(path):
            yield _place(content, path), sentence
    for path in sorted(content.quizzes.glob("*.toml")):
        for sentence in _asked(path):
            yield _place(content, path), sentence


def _said(path: Path) -> Iterator[str]:
    from babel.messages.extract import extract  # noqa: PLC0415

    with path.open("rb") as source:
        for _line, message, _comments, _context in extract("python", source, {"say": None}):
            if isinstance(message, str) and message:
                yield message


def _written(path: Path) -> Iterator[str]:
    """The sentences of an exercise, in the order in which an attendee meets them."""
    exercise = _toml(path)
    criteria = exercise.get("criterion", ())
    found = [exercise.get("title"), exercise.get("task")]
    found += [criterion.get("text") for criterion in criteria]
    found += exercise.get("hints", ())
    yield from (sentence for sentence in found if isinstance(sentence, str) and sentence)


def _asked(path: Path) -> Iterator[str]:
    """The sentences of a quiz."""
    for question in _toml(path).get("question", ()):
        yield question["ask"]
        for option in question["option"]:
            yield option["text"]
            yield option["why"]


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text())
    except tomllib.TOMLDecodeError as problem:
        step = say("Mend the file; TOML is described at https://toml.io.")
        raise SourceInvalid(path, 1, str(problem), step) from problem


def _place(content: Content, path: Path) -> str:
    return path.relative_to(content.root).as_posix()
