"""How fast grading is: one check, one reset, and whole rooms, live and from saved snapshots.

`python -m tools.bench_grading [attendees …]` measures on this lab's running cluster, with
attendees made for it and taken off again, and prints a table.
"""

import statistics
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory

from labkit.foundation.settings import read_settings
from labkit.foundation.waiting import SystemClock
from labkit.grading.exercise import exercise_folders, find_exercise, load_exercise
from labkit.grading.grader import grade
from labkit.grading.snapshot_file import load_snapshot
from labkit.grading.verdict import State
from labkit.workshop.checking import check
from labkit.workshop.lab import CONTENT, Lab, open_lab
from labkit.workshop.leaving import leave
from labkit.workshop.marking import Attempt, Marker
from labkit.workshop.starting import reset, start
from labkit.workshop.working import solve
from tools.crowd import CARD, crowd

DESK = "open-the-desk"
CHECKS, RESETS = 200, 30
TASTES = 10  # checks of each exercise, to find the heaviest
ROOMS = (20, 100, 500)
JOBS = 4  # each waits for the API server half of the time, also on two cores
CHECK, RESET = "check, s", "reset of open-the-desk, s"
LIVE, REPLAYED = "live gradings a minute", "replayed gradings a minute"
PROOF = "proof of lesson 04, five exercises in all their states, s"
TARGETS = {CHECK: "≤ 0.2", RESET: "≤ 3", LIVE: "≥ 1,000", REPLAYED: "≥ 10,000", PROOF: "≤ 240"}
PUBLISHED = (
    ("nbgrader: notebooks graded a minute", "28.5"),
    ("otter-grader: notebooks graded a minute", "about 5"),
    ("EKS workshop: median seconds of a reset", "140"),
)
"""Figures that others published or that were measured of them; not of this run."""


def measure(
    lab: Lab, *, rooms: Sequence[int] = ROOMS, checks: int = CHECKS, resets: int = RESETS
) -> Mapping[str, list[float]]:
    """Seconds of each check and reset; gradings a minute of each room, by what was measured."""
    measured: dict[str, list[float]] = {}
    exercises = gradable(lab)
    with _attendee(lab, exercises) as attendee:
        heaviest = _heaviest(attendee, exercises)
        measured[f"{CHECK}: solved {heaviest}, the heaviest"] = [
            _check_seconds(attendee, heaviest) for _ in range(checks)
        ]
        measured[RESET] = [_reset_seconds(attendee) for _ in range(resets)]
    with crowd(lab, max(rooms)) as attempts:
        for size in rooms:
            measured[f"{LIVE}, {size} attendees"] = [_live(lab, attempts[:size])]
    for size in rooms:
        measured[f"{REPLAYED}, {size} attendees"] = [_replayed(size)]
    return measured


def table(measured: Mapping[str, list[float]]) -> str:
    lines = ["| what | median | p95 | runs | target |", "| --- | --- | --- | --- | --- |"]
    for what, values in measured.items():
        target = next(text for name, text in TARGETS.items() if what.startswith(name))
        row = (f"{number:,.3g}" if number < 100 else f"{number:,.0f}" for number in _of(values))
        lines.append(f"| {what} | {' | '.join(row)} | {len(values)} | {target} |")
    lines += ["", "| published by or of others, not measured here | |", "| --- | --- |"]
    return "\n".join([*lines, *(f"| {what} | {value} |" for what, value in PUBLISHED)])


def _of(values: Sequence[float]) -> tuple[float, float]:
    """Median, and what 95 of 100 runs do not exceed."""
    ordered = sorted(values)
    return statistics.median(ordered), ordered[-(-len(ordered) * 95 // 100) - 1]


def gradable(lab: Lab) -> list[str]:
    """Exercises of which this lab has all that they need; it may be one without a cloud."""
    loaded = map(load_exercise, exercise_folders(lab.exercises).values())
    return [each.id for each in loaded if all(map(lab.has, each.capabilities))]


@contextmanager
def _attendee(lab: Lab, exercises: Collection[str]) -> Iterator[Lab]:
    """Who has solved these exercises."""
    with TemporaryDirectory(prefix="labkit-bench-") as home:
        own = lab.for_attendee("bench-desk", Path(home), 7)
        try:
            for exercise in exercises:
                start(own, exercise)
                solve(own, exercise)
                _require_passed(check(own, exercise).verdict.state)
            yield own
        finally:
            leave(own)


def _heaviest(lab: Lab, exercises: Collection[str]) -> str:
    """The exercise whose check takes longest, in the median of a few."""

    def taste(exercise: str) -> float:
        return statistics.median(_check_seconds(lab, exercise) for _ in range(TASTES))

    return max(exercises, key=taste)


def _check_seconds(lab: Lab, exercise: str) -> float:
    began = lab.clock.monotonic()
    state = check(lab, exercise).verdict.state
    seconds = lab.clock.monotonic() - began
    _require_passed(state)
    return seconds


def _reset_seconds(lab: Lab) -> float:
    """From a solved desk, and solved again afterwards."""
    began = lab.clock.monotonic()
    reset(lab, DESK)
    seconds = lab.clock.monotonic() - began
    solve(lab, DESK)
    return seconds


def _live(lab: Lab, attempts: Sequence[Attempt]) -> float:
    began = lab.clock.monotonic()
    with Marker(lab) as marker:
        for mark in marker.mark_all(attempts, jobs=JOBS):
            _require_passed(mark.verdict.state)
    return 60 * len(attempts) / (lab.clock.monotonic() - began)


def _replayed(attendees: int) -> float:
    """Every attendee has a file; the recorded states are dealt out in turn, read anew each time."""
    folders = [load_exercise(folder) for folder in exercise_folders(CONTENT / "exercises").values()]
    files = [
        (exercise, file)
        for exercise in folders
        for file in (CONTENT / "solutions" / exercise.lesson / exercise.id).glob("snapshots/*.json")
        if file.name != "recorded.json"
    ]
    clock = SystemClock()
    began = clock.monotonic()
    with ThreadPoolExecutor(2) as pool:
        dealt = islice(cycle(files), attendees)
        list(pool.map(lambda one: grade(one[0], load_snapshot(one[1])), dealt))
    return 60 * attendees / (clock.monotonic() - began)


def _require_passed(state: State) -> None:
    if state is not State.PASSED:
        raise SystemExit(f"a solved exercise gave {state}; nothing was measured")


def main(arguments: Sequence[str]) -> None:
    lab = open_lab(read_settings())
    find_exercise(lab.exercises, CARD)
    rooms = [int(size) for size in arguments] or ROOMS
    sys.stdout.write(table(measure(lab, rooms=rooms)) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
