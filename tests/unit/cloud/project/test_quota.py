from collections.abc import Iterator
from pathlib import Path

import pytest

from labkit.cloud.node.models import Node
from labkit.cloud.project import quota
from labkit.cloud.project.models import Project
from tests.support.cloud import PROJECT, Stage, staged

KUBE = f"/cloud/project/{PROJECT}/kube"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path) as one:
        yield one


def allow(stage: Stage, **limits: int) -> None:
    project = stage.cloud.store.all(Project)[0]
    stage.cloud.store.put(project.but(**limits))
    quota.admit(stage.cloud, project.id)


def statuses(stage: Stage) -> list[str]:
    return [node.status for node in stage.cloud.store.all(Node) if node.status != "DELETED"]


def pool(stage: Stage, nodes: int, flavor: str = "b2-7") -> str:
    kube = stage.asked("GET", KUBE) or [stage.asked("POST", KUBE, {"region": "GRA7"})["id"]]
    body = {"flavorName": flavor, "desiredNodes": nodes}
    made = stage.asked("POST", f"{KUBE}/{kube[0]}/nodepool", body)
    return f"{KUBE}/{kube[0]}/nodepool/{made['id']}"


def test_too_little_memory_shows_as_a_status_and_is_no_error(stage: Stage) -> None:
    """As three b2-7 in a project with 20 GB."""
    allow(stage, max_ram=20 * 1024)
    path = pool(stage, 3)
    assert statuses(stage) == ["INSTALLING", "INSTALLING", "USER_QUOTA_ERROR"]
    assert stage.asked("GET", path)["status"] == "USER_QUOTA_ERROR"
    stage.settle()
    assert statuses(stage) == ["READY", "READY", "USER_QUOTA_ERROR"]


@pytest.mark.parametrize("limits", [{"max_instances": 1}, {"max_cores": 3}, {"max_ram": 13 * 1024}])
def test_each_limit_counts(stage: Stage, limits: dict[str, int]) -> None:
    allow(stage, **limits)
    pool(stage, 2)
    assert statuses(stage) == ["INSTALLING", "USER_QUOTA_ERROR"]


def test_who_waits_gets_what_others_give_back(stage: Stage) -> None:
    allow(stage, max_instances=2)
    first, second = pool(stage, 2), pool(stage, 1)
    stage.settle()
    assert stage.asked("GET", second)["status"] == "USER_QUOTA_ERROR"

    stage.asked("PUT", first, {"desiredNodes": 1})
    stage.settle()
    stage.settle()

    assert stage.asked("GET", second)["status"] == "READY"


def test_more_quota_admits_who_waited(stage: Stage) -> None:
    allow(stage, max_instances=0)
    path = pool(stage, 2)
    stage.settle()
    allow(stage, max_instances=2)
    stage.settle()
    assert stage.asked("GET", path)["status"] == "READY"


def test_less_quota_takes_no_machine_away(stage: Stage) -> None:
    pool(stage, 2)
    stage.settle()
    allow(stage, max_instances=1)
    stage.settle()
    assert statuses(stage) == ["READY", "READY"]


def test_the_quota_route_agrees(stage: Stage) -> None:
    allow(stage, max_instances=2)
    pool(stage, 3)
    stage.settle()
    shown = stage.asked("GET", f"/cloud/project/{PROJECT}/region/GRA7/quota")["instance"]
    assert (shown["usedInstances"], shown["maxInstances"]) == (2, 2)
    assert (shown["usedCores"], shown["usedRAM"]) == (4, 2 * 7 * 1024)


def test_a_flavor_out_of_stock_is_an_error_of_node_and_pool(stage: Stage) -> None:
    stage.cloud.faults["stock"] = ["stock"]
    path = pool(stage, 2)
    stage.settle()
    assert sorted(statuses(stage)) == ["FLAVOR_OUT_OF_STOCK_ERROR", "READY"]
    assert stage.asked("GET", path)["status"] == "ERROR"


def test_a_flavor_larger_than_the_machine_is_out_of_stock_and_stops_nothing_else(
    stage: Stage,
) -> None:
    large, small = pool(stage, 1, "b3-32"), pool(stage, 1)
    stage.settle()
    assert stage.asked("GET", large)["status"] == "ERROR"
    assert stage.asked("GET", small)["status"] == "READY"
    kube = stage.asked("GET", KUBE)[0]
    assert stage.asked("GET", f"{KUBE}/{kube}")["status"] == "READY"
