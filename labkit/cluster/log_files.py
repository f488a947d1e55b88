"""The ends of logs, without reading the whole of them."""

from pathlib import Path

LONGEST_LINE = 4000  # bytes looked at for one line: a Go program's JSON line fits


def last_lines(path: Path, count: int) -> str:
    """The last `count` lines, each with its line end; "" where there is no log."""
    if count <= 0 or not path.exists():
        return ""
    with path.open("rb") as log:
        log.seek(max(0, path.stat().st_size - count * LONGEST_LINE))
        lines = log.read().decode(errors="replace").splitlines()
    return "".join(f"{line}\n" for line in lines[-count:])


def last_line(path: Path) -> str:
    return last_lines(path, 1).strip()
