"""What is said of an Ingress whose paths are nearly right; the recorded solution, bent."""

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from labkit.grading.exercise import find_exercise
from labkit.grading.grader import grade
from labkit.grading.snapshot_file import load_snapshot
from labkit.grading.verdict import Finding
from tests.support.graded import ROOT

EXERCISE = find_exercise(ROOT / "exercises", "one-front-door")
SOLUTION = load_snapshot(
    ROOT / "solutions" / EXERCISE.lesson / EXERCISE.id / "snapshots" / "solution.json"
)
INGRESS = "Ingress in ${ns}"
Paths = dict[str, dict[str, Any]]


def found(bend: Callable[[Paths], None]) -> dict[str, Finding]:
    """By criterion, when the paths, by the Service behind them, are bent so."""
    ingresses = copy.deepcopy(SOLUTION.objects("Ingress"))
    paths = {
        path["backend"]["service"]["name"]: path
        for ingress in ingresses
        for rule in ingress["spec"]["rules"]
        for path in rule["http"]["paths"]
    }
    bend(paths)
    seen = replace(SOLUTION, lists={**SOLUTION.lists, INGRESS: ingresses})
    return {result.criterion: result.finding for result in grade(EXERCISE, seen).results}


@pytest.mark.parametrize("port", [{"number": 8080}, {"name": "http"}])
@pytest.mark.parametrize(
    ("service", "criterion"), [("booking", "api-by-path"), ("halls", "halls-by-name")]
)
def test_a_port_that_the_service_lacks_is_named_with_those_it_has(
    service: str, criterion: str, port: dict[str, Any]
) -> None:
    def bend(paths: Paths) -> None:
        paths[service]["backend"]["service"]["port"] = port

    finding = found(bend)[criterion]
    wrong = str(next(iter(port.values())))
    assert finding.message == "front.no_such_port"
    assert f"leads to port {wrong} of Service {service}" in finding.seen
    assert finding.expected == "A port that the Service has: 80."


def test_halls_below_a_path_of_its_own_leave_other_paths_to_nobody() -> None:
    def bend(paths: Paths) -> None:
        paths["halls"]["path"] = "/info"

    finding = found(bend)["api-by-path"]
    assert finding.message == "front.nobody"
    assert "Give halls the path /" in finding.next_step
    assert "/chain " not in finding.next_step


def test_a_path_that_takes_too_much_is_the_one_named() -> None:
    def bend(paths: Paths) -> None:
        paths["booking"].update(path="/cha", pathType="ImplementationSpecific")

    finding = found(bend)["api-by-path"]
    assert finding.message == "front.too_much"
    assert finding.next_step == "Look at `pathType` of the path /cha."


def test_a_third_team_beside_the_path_is_named_with_its_own_path() -> None:
    def bend(paths: Paths) -> None:
        paths["halls"]["backend"]["service"]["name"] = "maze"

    finding = found(lambda paths: bend(paths))["api-by-path"]
    assert finding.message == "front.other_service"
    assert finding.next_step == "Correct the Service behind the path /."
