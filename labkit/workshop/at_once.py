"""Several requests side by side, without more of them than a small machine answers well."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")

AT_ONCE = 8  # more would only queue on two cores


def at_once(work: Callable[[Item], Outcome], items: Iterable[Item]) -> list[Outcome]:
    """Outcomes in the order of the items; the first error is raised once all have ended."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(work, items))
