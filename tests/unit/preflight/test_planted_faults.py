"""Every fault that the doctor promises to find, planted in facts one at a time, and found."""

from collections.abc import Callable

import pytest

from labkit.preflight.cluster import Cluster
from labkit.preflight.facts import Machine
from labkit.preflight.finding import Finding, Level
from labkit.preflight.report import judge_cluster, judge_machine
from tests.unit.preflight.healthy import CLUSTER, MACHINE
from tests.unit.preflight.planted_around import AROUND_IT
from tests.unit.preflight.planted_in_cluster import IN_THE_CLUSTER
from tests.unit.preflight.planted_in_system import IN_THE_SYSTEM, V2
from tests.unit.preflight.planting import cgroups

ON_THE_MACHINE = {**IN_THE_SYSTEM, **AROUND_IT}


def assert_found(findings: tuple[Finding, ...], topic: str, level: Level) -> None:
    found = [finding for finding in findings if finding.level is not Level.OK]
    assert [(finding.id, finding.level) for finding in found] == [(topic, level)]
    for finding in found:
        assert finding.seen
        assert finding.fix
        assert "\n" not in finding.fix


@pytest.mark.parametrize(
    ("topic", "level", "plant"), ON_THE_MACHINE.values(), ids=ON_THE_MACHINE.keys()
)
def test_fault_of_the_machine_is_found_alone(
    topic: str, level: Level, plant: Callable[[], Machine]
) -> None:
    assert_found(judge_machine(plant()), topic, level)


@pytest.mark.parametrize(
    ("topic", "level", "plant"), IN_THE_CLUSTER.values(), ids=IN_THE_CLUSTER.keys()
)
def test_fault_of_the_cluster_is_found_alone(
    topic: str, level: Level, plant: Callable[[], Cluster]
) -> None:
    assert_found(judge_cluster(plant(), MACHINE), topic, level)


def test_healthy_machine_and_cluster_have_nothing_to_say() -> None:
    findings = (*judge_machine(MACHINE), *judge_cluster(CLUSTER, MACHINE))
    assert {finding.level for finding in findings} == {Level.OK}
    assert {finding.fix for finding in findings} == {""}


def test_kernel_without_hugetlb_is_as_good_as_any() -> None:
    findings = judge_machine(cgroups(**V2))
    assert {finding.level for finding in findings} == {Level.OK}
