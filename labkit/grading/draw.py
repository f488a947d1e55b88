"""Values drawn for each attendee, so that a neighbour's answer does not fit.

A value follows from attendee, exercise, name and seed alone, through a hash: it is the same on
every machine and Python, and another draw beside it does not change it.
"""

import hashlib
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from labkit.grading.criteria.objects import can_take_work, name_of
from labkit.grading.errors import NothingToDraw
from labkit.grading.exercise import ChoiceDraw, Exercise, NumberDraw, ObjectDraw, ShuffleDraw

BITS = 64


def draw_values(exercise: Exercise, attendee: str, seed: int) -> dict[str, str]:
    """Numbers, choices and shuffles; setup may use them."""
    drawn: dict[str, str] = {}
    for draw in exercise.draws:
        parts = (attendee, exercise.id, str(seed), draw.name)
        if isinstance(draw, NumberDraw):
            count = draw.highest - draw.lowest + 1
            drawn[draw.name] = str(draw.lowest + _place(count, *parts))
        elif isinstance(draw, ChoiceDraw):
            drawn[draw.name] = draw.choices[_place(len(draw.choices), *parts)]
        elif isinstance(draw, ShuffleDraw):
            mixed = sorted(draw.shuffled, key=partial(_order, parts))
            drawn |= {f"{draw.name}_{n}": each for n, each in enumerate(mixed, start=1)}
    return drawn


def draw_objects(
    exercise: Exercise, attendee: str, seed: int, live: Mapping[str, Iterable[Mapping[str, Any]]]
) -> dict[str, str]:
    """Names of live objects, drawn after setup. `live` is by kind. Raises NothingToDraw."""
    drawn: dict[str, str] = {}
    for draw in drawn_objects(exercise):
        names = sorted(name_of(found) for found in live[draw.kind] if _fits(found, draw.where))
        if not names:
            raise NothingToDraw(draw.name, draw.kind, draw.where)
        drawn[draw.name] = names[_place(len(names), attendee, exercise.id, str(seed), draw.name)]
    return drawn


def drawn_objects(exercise: Exercise) -> tuple[ObjectDraw, ...]:
    """Those draws that need live objects, whose kinds `live` must hold."""
    return tuple(draw for draw in exercise.draws if isinstance(draw, ObjectDraw))


def _fits(found: Mapping[str, Any], where: str) -> bool:
    return where != "schedulable" or can_take_work(found)


def _order(parts: tuple[str, ...], each: str) -> bytes:
    return hashlib.sha256("\n".join((*parts, each)).encode()).digest()


def _place(count: int, *parts: str) -> int:
    """Evenly among so many; the bias of 64 bits is far below what an attendee could notice."""
    digest = hashlib.sha256("\n".join(parts).encode()).digest()
    return int.from_bytes(digest[: BITS // 8]) * count >> BITS
