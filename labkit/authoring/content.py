"""Where the lessons, exercises and recorded runs are, found by folder."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from labkit.foundation.errors import FileProblem, SettingInvalid
from labkit.foundation.text import say


@dataclass(frozen=True, slots=True)
class Content:
    """The folders of one work tree."""

    root: Path

    @property
    def sources(self) -> Path:
        return self.root / "notebooks" / "source"

    @property
    def notebooks(self) -> Path:
        return self.root / "notebooks"

    @property
    def quizzes(self) -> Path:
        return self.notebooks / "quiz"

    @property
    def exercises(self) -> Path:
        return self.root / "exercises"

    @property
    def expected(self) -> Path:
        """Recorded runs of the solved notebooks, with their outputs."""
        return self.root / "tests" / "notebooks" / "expected"

    @property
    def sanitising(self) -> Path:
        """What may differ between two runs: the rules of nbval."""
        return self.root / "tests" / "notebooks" / "sanitize.cfg"

    @property
    def template(self) -> Path:
        """Every sentence that can be translated."""
        return self.root / "labkit" / "foundation" / "catalogues" / "labkit.pot"


def find_content(start: Path) -> Content:
    """The work tree that `start` is in."""
    for folder in (start, *start.parents):
        if (folder / "notebooks" / "source").is_dir():
            return Content(folder)
    raise FileProblem(
        start,
        say("is not inside a work tree with notebooks/source"),
        say("Change into your clone of the repository."),
    )


def chosen_sources(content: Content, lessons: Sequence[str]) -> tuple[Path, ...]:
    """Sources of the lessons named as `04` or `04-hello-kubernetes`; of all if none is named."""
    every = tuple(sorted(content.sources.glob("*.py")))
    for name in lessons:
        if not any(_is_named(source, name) for source in every):
            known = ", ".join(source.stem for source in every) or say("none yet")
            raise SettingInvalid("lesson", name, say("one of: {known}", known=known))
    if not lessons:
        return every
    return tuple(source for source in every if any(_is_named(source, name) for name in lessons))


def _is_named(source: Path, name: str) -> bool:
    return name in (source.stem, source.stem.partition("-")[0])
