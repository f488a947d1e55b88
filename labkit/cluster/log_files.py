"""The ends of logs, without reading the whole of them."""

from pathlib import Path

STAMP = "[0-9]*T[0-9]*"  # as the API server names an audit log that it ended
LONGEST_LINE = 4000  # bytes looked at for one line: a Go program's JSON line fits


def last_lines(path: Path, count: int) -> str:
    """The last `count` lines, each with its line end; "" where there is no log.

    Where a log was begun anew because it had grown large, from what is kept of it too.
    """
    if count <= 0 or not path.exists():
        return ""
    lines = _lines(path, count)
    for older in sorted(path.parent.glob(f"{path.stem}-{STAMP}{path.suffix}"), reverse=True):
        if len(lines) < count:
            lines = _lines(older, count - len(lines)) + lines
    return "".join(f"{line}\n" for line in lines)


def _lines(path: Path, count: int) -> list[str]:
    with path.open("rb") as log:
        log.seek(max(0, path.stat().st_size - count * LONGEST_LINE))
        return log.read().decode(errors="replace").splitlines()[-count:]
