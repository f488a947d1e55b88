from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from labkit.grading.attempts import Attempt, Kind
from labkit.grading.grader import grade
from labkit.grading.reading import take_snapshot
from labkit.grading.verdict import State, Verdict
from labkit.kube.errors import ClusterUnreachable
from tests.support.graded import HeldReader, exercise_of, place_of, seed_object, sources_of
from tests.unit.grading.applied import (
    applied,
    attempts_of,
    expected_of,
    made,
    sentences,
    told,
    values_of,
)

EXERCISE = exercise_of("leave-a-card")
OWN, NEXT_DOOR = place_of(EXERCISE).namespaces.values()
DRAWN = {"table": "42", "neighbour_table": "77", "neighbour_city": "Bologna"}
VALUES = values_of(EXERCISE, DRAWN)
NEIGHBOUR = {"table": "77", "city": "Bologna"}
MUTANTS = attempts_of(EXERCISE, Kind.MUTANT)


def card(name: str = "card", namespace: str = OWN, **more: Any) -> dict[str, Any]:
    labels = more.pop("labels", {"lab": "card"})
    data = more.pop("data", {"table": "42", "city": "Milano"})
    metadata = {"name": name, "namespace": namespace, "labels": labels, **more}
    return made({"kind": "ConfigMap", "metadata": metadata, "data": data}, namespace)


def neighbours(**data: str) -> dict[str, Any]:
    return card("card", NEXT_DOOR, uid="uid-theirs", data={**NEIGHBOUR, **data})


def reader_with(objects: Sequence[Mapping[str, Any]]) -> HeldReader:
    notes = {"neighbour": {"metadata.uid": "uid-theirs", "data": NEIGHBOUR}}
    root = {"kind": "ConfigMap", "metadata": {"name": "kube-root-ca.crt", "namespace": OWN}}
    return HeldReader([seed_object(DRAWN, notes), root, *objects])


def verdict_of(objects: Sequence[Mapping[str, Any]], *, there: bool = True) -> Verdict:
    reader = reader_with([*([neighbours()] if there else []), *objects])
    return grade(EXERCISE, take_snapshot(EXERCISE, place_of(EXERCISE), sources_of(reader)))


def states(verdict: Verdict) -> list[State]:
    return [result.finding.state for result in verdict.results]


def messages(verdict: Verdict) -> list[str]:
    return [result.finding.message for result in verdict.results]


def test_untouched_is_not_started_and_worth_nothing() -> None:
    verdict = verdict_of([])
    assert states(verdict) == [State.NOT_STARTED] * 3
    assert verdict.points == 0


def test_starter_applied_as_it_is_lacks_its_label() -> None:
    verdict = verdict_of([card(labels={}, data={})])
    assert messages(verdict)[0] == "card.no_label"
    assert verdict.points == 0


@pytest.mark.parametrize(
    "attempt", attempts_of(EXERCISE, Kind.SOLUTION), ids=lambda attempt: attempt.name
)
def test_solution_passes(attempt: Attempt) -> None:
    assert verdict_of(applied(attempt, VALUES)).points == 10


RIGHT = {
    "another name": card("visiting-card"),
    "city in small letters": card(data={"table": "42", "city": "bologna"}),
    "city in quotes of an env file": card(data={"table": "42", "city": '"Milano"'}),
    "blanks around": card(data={"table": " 42 ", "city": " MILANO "}),
    "leading zero": card(data={"table": "042", "city": "Milano"}),
    "more keys": card(data={"table": "42", "city": "Milano", "motto": "Ciao"}),
    "more labels": card(labels={"lab": "card", "team": "blue"}),
}


@pytest.mark.parametrize("found", RIGHT.values(), ids=RIGHT.keys())
def test_right_card_is_never_refused(found: Mapping[str, Any]) -> None:
    verdict = verdict_of([found])
    assert messages(verdict) == ["passed"] * 3
    assert verdict.points == 10


BY_APPLYING = [found for found in MUTANTS if found.name != "neighbours-card-edited"]


@pytest.mark.parametrize("attempt", BY_APPLYING, ids=lambda attempt: attempt.name)
def test_known_slip_is_told_as_expected(attempt: Attempt) -> None:
    verdict = verdict_of(applied(attempt, VALUES))
    assert told(attempt, verdict) == expected_of(attempt)
    assert not any(sentence.endswith("…") for sentence in sentences(verdict))


def test_neighbours_card_edited_is_told_as_expected() -> None:
    (attempt,) = [found for found in MUTANTS if found.name == "neighbours-card-edited"]
    verdict = verdict_of([card(), neighbours(table="42")], there=False)
    assert told(attempt, verdict) == expected_of(attempt)


WRONG = {
    "neighbour's card gone": ([card()], "card-at-home", "card.neighbour_changed"),
    "neighbour's card made anew": (
        [card(), card("card", NEXT_DOOR, uid="uid-new", data=NEIGHBOUR)],
        "card-at-home",
        "card.visitor",
    ),
    "own card written over the neighbour's": (
        [neighbours(table="42", city="Milano")],
        "card-exists",
        "card.wrong_namespace",
    ),
}


@pytest.mark.parametrize(("objects", "criterion", "message"), WRONG.values(), ids=WRONG.keys())
def test_neighbour_disturbed_never_passes(
    objects: Sequence[Mapping[str, Any]], criterion: str, message: str
) -> None:
    verdict = verdict_of(objects, there=False)
    found = {result.criterion: result.finding for result in verdict.results}
    assert found[criterion].message == message
    assert found["card-at-home"].state is not State.PASSED


MISSPELT = {
    "empty": {},
    "no city": {"table": "42"},
    "blank in the city": {"table": "42", "city": "Milan o"},
    "two numbers": {"table": "4 2", "city": "Milano"},
    "a choice": {"table": "42 or 43", "city": "Milano"},
    "keys in capitals": {"Table": "42", "City": "Milano"},
    "nothing said": {"table": "", "city": ""},
}


@pytest.mark.parametrize("data", MISSPELT.values(), ids=MISSPELT.keys())
def test_wrong_words_never_pass(data: Mapping[str, str]) -> None:
    finding = verdict_of([card(data=dict(data))]).results[1].finding
    assert finding.state is State.NOT_YET
    assert finding.seen
    assert finding.expected
    assert finding.next_step


def test_what_cannot_be_read_costs_nothing() -> None:
    reader = reader_with([neighbours(), card()])
    reader.refused["ConfigMap"] = ClusterUnreachable("https://a", "connection refused")
    verdict = grade(EXERCISE, take_snapshot(EXERCISE, place_of(EXERCISE), sources_of(reader)))
    assert states(verdict) == [State.CANNOT_CHECK] * 3
    assert verdict.total == 0
