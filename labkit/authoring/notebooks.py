"""Notebook sources (py:percent) become notebooks, one way: same source, same bytes."""

from collections import Counter
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from labkit.authoring.content import Content, chosen_sources
from labkit.authoring.errors import AuthorToolMissing, SourceInvalid
from labkit.foundation.files import write_atomically
from labkit.foundation.text import say

ID_LENGTH = 12  # of 64 allowed; enough that two cells of a lesson never meet
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


@dataclass(frozen=True, slots=True)
class Difference:
    """A built file that is not what its source says."""

    path: Path
    sentence: str


def read_source(source: Path) -> Any:
    """The notebook that a source describes: no outputs, ids from the cells' content."""
    try:
        import jupytext  # noqa: PLC0415  authors only, and slow
    except ImportError as problem:
        raise AuthorToolMissing("jupytext") from problem
    text = source.read_text()
    _refuse_unmarked_start(source, text)
    notebook = jupytext.reads(text, fmt="py:percent")
    occurrences: Counter[str] = Counter()
    for cell in notebook.cells:
        cell.id = _identity(cell.cell_type, cell.source, occurrences)
    notebook.metadata = {
        "kernelspec": KERNEL,
        "labkit": dict(notebook.metadata.get("labkit", {})),
        "language_info": {"name": "python"},
    }
    return notebook


def built(source: Path) -> str:
    """The text of the `.ipynb` for a source."""
    return as_text(read_source(source))


def as_text(notebook: Any) -> str:
    import nbformat  # noqa: PLC0415  0.1 s that other commands need not wait for

    text: str = nbformat.writes(notebook)  # type: ignore[no-untyped-call]
    return text.rstrip("\n") + "\n"


def write_notebooks(content: Content, lessons: tuple[str, ...] = ()) -> tuple[Path, ...]:
    """Write what differs from its source; the paths written."""
    written = []
    for source in chosen_sources(content, lessons):
        target = _target(content, source)
        text = built(source)
        if not target.is_file() or target.read_text() != text:
            write_atomically(target, text)
            written.append(target)
    return tuple(written)


def notebook_differences(content: Content, lessons: tuple[str, ...] = ()) -> tuple[Difference, ...]:
    """Notebooks missing, changed by hand or older than their source, or without a source."""
    found = []
    for source in chosen_sources(content, lessons):
        target = _target(content, source)
        if not target.is_file():
            found.append(Difference(target, say("{file} is not built yet.", file=target.name)))
        elif target.read_text() != built(source):
            sentence = say("{file} differs from its source.", file=target.name)
            found.append(Difference(target, sentence))
    known = {source.stem for source in chosen_sources(content, ())}
    for path in sorted(content.notebooks.glob("*.ipynb")):
        if path.stem not in known:
            found.append(Difference(path, say("{file} has no source.", file=path.name)))
    return tuple(found)


def _target(content: Content, source: Path) -> Path:
    return content.notebooks / f"{source.stem}.ipynb"


def _identity(kind: str, text: str, occurrences: Counter[str]) -> str:
    """From the content, and its count where one text comes twice: an edit moves one id only."""
    key = f"{kind}\n{text}"
    occurrences[key] += 1
    return sha256(f"{key}\n{occurrences[key]}".encode()).hexdigest()[:ID_LENGTH]


def _refuse_unmarked_start(source: Path, text: str) -> None:
    """Text before the first `# %%` would silently become a cell of its own."""
    in_header = False
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip() == "# ---":
            in_header = not in_header
        elif line.startswith("# %%"):
            return
        elif line.strip() and not in_header:
            problem = say("text before the first cell marker: {line}", line=line)
            raise SourceInvalid(source, number, problem, say("Put `# %% [markdown]` above it."))
    raise SourceInvalid(source, 1, say("no cell marker."), say("Begin a cell with `# %%`."))
