"""Ranges of whole numbers, addresses and ports alike: joined, pierced, and laid beside each other.

A set of nftables refuses elements that overlap, however they come about.
"""

from collections.abc import Iterable, Iterator
from itertools import chain, pairwise

Range = tuple[int, int]
"""First and last; both are in it."""
Rectangle = tuple[Range, Range]


def joined(ranges: Iterable[Range]) -> list[Range]:
    """The same numbers in as few ranges as can be, in order."""
    found: list[Range] = []
    for first, last in sorted(ranges):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return found


def pierced(whole: Range, holes: Iterable[Range]) -> list[Range]:
    """What the holes leave of a range."""
    found: list[Range] = []
    first, end = whole
    for low, high in joined(holes):
        if low > end:
            break
        if low > first:
            found.append((first, low - 1))
        first = max(first, high + 1)
    return [*found, (first, end)] if first <= end else found


def within(number: int, ranges: Iterable[Range]) -> bool:
    return any(first <= number <= last for first, last in ranges)


def apart(rectangles: Iterable[Rectangle]) -> list[Rectangle]:
    """The same points in rectangles of which no two overlap, in order.

    A line sweeps over the first side; each strip has what is under the line. Strips that touch and
    have the same are one.
    """
    strips: list[tuple[Range, list[Range]]] = []
    for strip, sides in _strips(set(rectangles)):
        if strips and strips[-1][1] == sides and strips[-1][0][1] + 1 == strip[0]:
            strip = (strips.pop()[0][0], strip[1])
        strips.append((strip, sides))
    return [(strip, side) for strip, sides in strips for side in sides]


def _strips(rectangles: set[Rectangle]) -> Iterator[tuple[Range, list[Range]]]:
    beginning: dict[int, list[Rectangle]] = {}
    ending: dict[int, list[Rectangle]] = {}
    for each in rectangles:
        beginning.setdefault(each[0][0], []).append(each)
        ending.setdefault(each[0][1] + 1, []).append(each)
    edges = sorted(set(chain(beginning, ending)))
    under: set[Rectangle] = set()
    for edge, following in pairwise(edges):
        under.update(beginning.get(edge, ()))
        under.difference_update(ending.get(edge, ()))
        if under:
            yield (edge, following - 1), joined(side for _, side in under)
