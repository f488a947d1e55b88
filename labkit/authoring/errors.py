"""What an author can mend.

ContentError
├── SourceInvalid              file, line, and what is wrong there
└── AuthorToolMissing          a library that only authors install
"""

from pathlib import Path

from labkit.foundation.errors import LabError
from labkit.foundation.text import say


class ContentError(LabError):
    """Something in the content folders is not as it must be."""


class SourceInvalid(ContentError):
    def __init__(self, path: Path, line: int, problem: str, next_step: str) -> None:
        super().__init__(
            say("{path}, line {line}: {problem}", path=path, line=line, problem=problem), next_step
        )
        self.path = path
        self.line = line


class AuthorToolMissing(ContentError):
    """The learner's environment leaves out what only authors need."""

    def __init__(self, library: str) -> None:
        super().__init__(
            say("The library `{library}` is not installed here.", library=library),
            say("Run `make setup`; it installs what authors need."),
        )
        self.library = library
