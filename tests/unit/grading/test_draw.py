from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from labkit.grading.draw import draw_objects, draw_values
from labkit.grading.errors import NothingToDraw
from labkit.grading.exercise import ChoiceDraw, Exercise, NumberDraw, ObjectDraw, ShuffleDraw

CITIES = ("Milano", "Bologna", "Torino")
DRAWS = (
    NumberDraw("table", 10, 99),
    ChoiceDraw("city", CITIES),
    ObjectDraw("node", "Node", "schedulable"),
)
EXERCISE = Exercise("door", Path(), "00-setup", "Door", 5, "Open.", (), (), (), draws=DRAWS)


def node(name: str, *, ready: str = "True", **spec: Any) -> dict[str, Any]:
    conditions = [{"type": "Ready", "status": ready}]
    return {"metadata": {"name": name}, "spec": spec, "status": {"conditions": conditions}}


def test_drawn_values_are_the_same_for_ever() -> None:
    # Written down: an attendee's numbers must not change with a Python, a machine or a release.
    assert draw_values(EXERCISE, "ada", 7) == {"table": "63", "city": "Torino"}
    assert draw_values(EXERCISE, "me", 1) == {"table": "57", "city": "Bologna"}


def test_attendee_exercise_and_seed_all_matter() -> None:
    other = replace(EXERCISE, id="window")
    drawn = {
        draw_values(exercise, attendee, seed)["table"]
        for exercise in (EXERCISE, other)
        for attendee in ("ada", "bob")
        for seed in (1, 2)
    }
    assert len(drawn) > 5


def test_one_draw_does_not_change_another() -> None:
    fewer = replace(EXERCISE, draws=EXERCISE.draws[1:])
    assert draw_values(fewer, "ada", 7)["city"] == draw_values(EXERCISE, "ada", 7)["city"]


def test_numbers_use_the_whole_range_evenly() -> None:
    exercise = replace(EXERCISE, draws=(NumberDraw("table", 1, 4),))
    counts = Counter(draw_values(exercise, "ada", seed)["table"] for seed in range(4000))
    assert set(counts) == {"1", "2", "3", "4"}
    assert min(counts.values()) > 850


def test_shuffle_gives_each_once_in_an_order_of_the_attendees_own() -> None:
    exercise = replace(EXERCISE, draws=(ShuffleDraw("place", CITIES),))
    orders = Counter(
        tuple(draw_values(exercise, "ada", seed)[f"place_{n}"] for n in (1, 2, 3))
        for seed in range(3000)
    )
    assert {tuple(sorted(order)) for order in orders} == {tuple(sorted(CITIES))}
    assert len(orders) == 6
    assert min(orders.values()) > 400


def test_object_is_drawn_from_those_that_fit() -> None:
    taint = {"key": "a", "effect": "NoSchedule"}
    nodes = [
        node("cordoned", unschedulable=True),
        node("tainted", taints=[taint]),
        node("away", ready="Unknown"),
        node("free", taints=[{"key": "a", "effect": "PreferNoSchedule"}]),
    ]
    for seed in range(20):
        assert draw_objects(EXERCISE, "ada", seed, {"Node": nodes}) == {"node": "free"}


def test_order_of_live_objects_does_not_matter() -> None:
    nodes = [node(name) for name in ("a", "b", "c", "d", "e")]
    drawn = draw_objects(EXERCISE, "ada", 3, {"Node": nodes})
    assert drawn == draw_objects(EXERCISE, "ada", 3, {"Node": nodes[::-1]})


def test_nothing_that_fits_is_said() -> None:
    with pytest.raises(NothingToDraw, match="node from Node objects, and none is schedulable"):
        draw_objects(EXERCISE, "ada", 3, {"Node": [node("a", unschedulable=True)]})
