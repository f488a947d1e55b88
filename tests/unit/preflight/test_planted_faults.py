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
from tests.unit.preflight.planting import cgroups, users

OF_ROOT = "root-looks"  # said to every user, beside whatever is planted
ON_THE_MACHINE = {**IN_THE_SYSTEM, **AROUND_IT}


def assert_found(findings: tuple[Finding, ...], topic: str, level: Level) -> None:
    found = [each for each in findings if each.level is not Level.OK and each.id != OF_ROOT]
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


def test_user_with_sudo_is_told_what_only_root_can_look_at() -> None:
    (told,) = [each for each in judge_machine(users()) if each.level is not Level.OK]
    assert (told.id, told.level) == (OF_ROOT, Level.NOTE)
    for look in ("iptables", "overlay", "namespaces", "links", "NAT", "nftables"):
        assert look in told.seen
    assert "doctor --machine" in told.fix


@pytest.mark.parametrize(
    "machine",
    [MACHINE, users(sudo=""), users(can_gain_rights=False)],
    ids=["root", "no sudo", "sudo of no use"],
)
def test_who_is_root_or_cannot_be_is_not_sent_to_look_as_root(machine: Machine) -> None:
    assert OF_ROOT not in {finding.id for finding in judge_machine(machine)}
