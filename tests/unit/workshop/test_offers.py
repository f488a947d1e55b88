"""What the machine itself offers to lessons, and the way to it."""

from pathlib import Path

import pytest

from labkit.cluster.errors import CapabilityMissing
from labkit.workshop.checking import check
from labkit.workshop.cloud_offers import NODE_POOLS, OVH_API
from labkit.workshop.errors import CloudNotOffered, PodmanMissing
from labkit.workshop.offers import CONTAINER_BUILD, is_offered_here, refusal, way_out
from labkit.workshop.starting import start
from tests.support.cluster import FakeCluster
from tests.support.workshop import EXERCISE, lab_on


def test_what_a_cluster_offers_is_no_matter_of_this_machine() -> None:
    assert not is_offered_here("real-pods")


def test_who_lacks_podman_is_told_its_package_and_not_another_engine() -> None:
    problem = refusal([CONTAINER_BUILD], "local")
    assert isinstance(problem, PodmanMissing)
    assert "podman" in problem.next_step
    assert "labkit up" not in problem.next_step


def test_who_lacks_what_a_cluster_offers_is_sent_to_the_engine_that_has_it() -> None:
    assert isinstance(refusal(["real-pods"], "simulated"), CapabilityMissing)
    assert "--engine local" in way_out(["real-pods", CONTAINER_BUILD])
    assert "--engine" not in way_out([CONTAINER_BUILD])


def test_who_lacks_only_pools_has_a_cloud_whose_nodes_are_simulated() -> None:
    problem = refusal([NODE_POOLS], "local")
    assert isinstance(problem, CloudNotOffered)
    assert "labkit cloud down" in problem.next_step


@pytest.mark.allow_hosts(["127.0.0.1"])
@pytest.mark.parametrize("order", [(NODE_POOLS, OVH_API), (OVH_API, NODE_POOLS)])
def test_start_without_a_cloud_says_what_check_says(order: tuple[str, ...], tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        lab = lab_on(cluster, tmp_path)
        declared = lab.exercises / "00-test" / EXERCISE / "exercise.toml"
        declared.write_text(f"capabilities = {list(order)}\n" + declared.read_text())
        with pytest.raises(CloudNotOffered, match=", ".join(order)) as refused:
            start(lab, EXERCISE)
        [result, *_] = check(lab, EXERCISE).verdict.results
        assert cluster.writes == []
    assert refused.value.next_step == result.finding.next_step
    assert "labkit cloud up" in refused.value.next_step
    assert "labkit cloud down" not in refused.value.next_step
