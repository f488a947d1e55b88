"""The files of this repository, as git knows them."""

from functools import cache
from pathlib import Path

from labkit.foundation.process import SystemRunner

ROOT = Path(__file__).parents[2]


@cache
def tracked(*patterns: str) -> tuple[Path, ...]:
    """Files that are committed or about to be; what .gitignore names is left out."""
    listed = SystemRunner()(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns],
        folder=ROOT,
    )
    return tuple(path for line in listed.output.splitlines() if (path := ROOT / line).is_file())


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))
