"""Amounts as a reader writes them."""

MIB = 1024**2
GIB = 1024**3


def gib(count: int) -> str:
    return f"{count / GIB:.1f} GiB"
