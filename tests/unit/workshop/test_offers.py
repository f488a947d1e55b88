"""What the machine itself offers to lessons, and the way to it."""

from labkit.cluster.errors import CapabilityMissing
from labkit.workshop.errors import PodmanMissing
from labkit.workshop.offers import CONTAINER_BUILD, is_offered_here, refusal, way_out


def test_what_a_cluster_offers_is_no_matter_of_this_machine() -> None:
    assert not is_offered_here("real-pods")


def test_who_lacks_podman_is_told_its_package_and_not_another_engine() -> None:
    problem = refusal(CONTAINER_BUILD, "local")
    assert isinstance(problem, PodmanMissing)
    assert "podman" in problem.next_step
    assert "labkit up" not in problem.next_step


def test_who_lacks_what_a_cluster_offers_is_sent_to_the_engine_that_has_it() -> None:
    assert isinstance(refusal("real-pods", "simulated"), CapabilityMissing)
    assert "--engine local" in way_out(["real-pods", CONTAINER_BUILD])
    assert "--engine" not in way_out([CONTAINER_BUILD])
