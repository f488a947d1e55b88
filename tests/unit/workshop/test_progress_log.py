"""The log is only appended to, survives crashes, and tells where the learner stands."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from labkit.foundation.settings import Settings, read_settings
from labkit.grading.verdict import State
from labkit.workshop.overview import overview
from labkit.workshop.progress_log import Event, Happening, append, log_path, read_events
from labkit.workshop.wording import next_lines, overview_lines, standing_state
from tests.support.clock import BEGINNING
from tests.support.workshop import EXERCISE, write_content


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return replace(read_settings({"HOME": str(tmp_path)}), home=tmp_path / "home")


def event(happening: Happening, **details: object) -> Event:
    return Event(BEGINNING, EXERCISE, happening, details)


def checked(points: int, state: State) -> Event:
    return event(Happening.CHECKED, points=points, total=10, state=state.value, final=True)


def test_events_come_back_as_they_were(settings: Settings) -> None:
    events = (event(Happening.STARTED), event(Happening.HINTED, rung=2))
    for one in events:
        append(settings, one)
    assert read_events(settings) == events


def test_no_log_is_no_event(settings: Settings) -> None:
    assert read_events(settings) == ()


def test_line_torn_by_a_crash_swallows_no_other(settings: Settings) -> None:
    append(settings, event(Happening.STARTED))
    with log_path(settings).open("a") as log:
        log.write('{"time": "2026-01-')
    append(settings, event(Happening.SOLVED))
    assert [one.happening for one in read_events(settings)] == [
        Happening.STARTED,
        Happening.SOLVED,
    ]


def test_events_written_at_once_are_all_whole(settings: Settings) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: append(settings, event(Happening.HINTED, rung=n)), range(200)))
    assert sorted(e.details["rung"] for e in read_events(settings)) == list(range(200))


@pytest.mark.parametrize(
    ("events", "state", "points"),
    [
        ([], State.NOT_STARTED, 0),
        ([event(Happening.STARTED)], State.NOT_YET, 0),
        ([event(Happening.STARTED), checked(7, State.NOT_YET)], State.NOT_YET, 7),
        ([checked(10, State.PASSED), checked(3, State.NOT_YET)], State.PASSED, 10),
    ],
    ids=["nothing", "started", "half", "passed-once"],
)
def test_standing_is_the_best_of_all_checks(
    events: list[Event], state: State, points: int, settings: Settings, tmp_path: Path
) -> None:
    for one in events:
        append(settings, one)
    (standing,) = overview(settings, content=write_content(tmp_path)).standings
    assert (standing_state(standing), standing.points) == (state, points)


def test_next_is_the_one_begun_and_nothing_after_the_last(
    settings: Settings, tmp_path: Path
) -> None:
    content = write_content(tmp_path)
    append(settings, event(Happening.STARTED))
    begun = overview(settings, content=content).next
    assert [line.text for line in next_lines(begun)][1] == f"Run: labkit check {EXERCISE}"
    append(settings, checked(10, State.PASSED))
    done = overview(settings, content=content)
    assert done.next is None
    assert [line.text for line in overview_lines(done)][-1] == "1 of 1 exercises passed"


def test_exercises_come_as_their_lessons_page_starts_them(
    settings: Settings, tmp_path: Path
) -> None:
    content = write_content(tmp_path, exercise_id="a-third")
    for name in ("b-second", "c-first"):
        write_content(tmp_path, exercise_id=name)
    page = content / "notebooks" / "00-test.ipynb"
    page.parent.mkdir()
    page.write_text(json.dumps(["hello", 'start("c-first")', 'start("b-second")']))
    standings = overview(settings, content=content).standings
    assert [one.exercise.id for one in standings] == ["c-first", "b-second", "a-third"]


def test_one_lesson_can_be_looked_at_alone(settings: Settings, tmp_path: Path) -> None:
    content = write_content(tmp_path)
    assert len(overview(settings, content=content, lesson="00-test").standings) == 1
    assert overview(settings, content=content, lesson="99-other").standings == ()
