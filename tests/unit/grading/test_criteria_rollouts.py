"""Which Deployment is meant, what it rolled out, and who stands behind its Service."""

from dataclasses import replace
from typing import Any

import pytest

from labkit.grading.criteria import rollouts
from labkit.grading.criteria.workloads import settled
from labkit.grading.seed import SeedRecord
from labkit.grading.snapshot import Object, Snapshot
from labkit.grading.verdict import State, not_started

LABELS = {"app": "shift"}
IMAGE = "registry.lab.example:5000/hello:1.0"
READY = {"httpGet": {"path": "/healthz", "port": 8080}}


def deployment(name: str = "shift", *, updated: int = 3, **app: Any) -> dict[str, Any]:
    counts = {"replicas": 3, "readyReplicas": 3, "availableReplicas": 3, "updatedReplicas": updated}
    template = {
        "metadata": {"labels": LABELS},
        "spec": {"containers": [{"name": "hello", "image": IMAGE, **app}]},
    }
    return {
        "kind": "Deployment",
        "metadata": {"name": name, "uid": f"d-{name}", "generation": 1},
        "spec": {"replicas": 3, "selector": {"matchLabels": LABELS}, "template": template},
        "status": {"observedGeneration": 1, **counts},
    }


def replica_set(name: str, revision: int, owner: str = "shift") -> dict[str, Any]:
    return {
        "kind": "ReplicaSet",
        "metadata": {
            "name": name,
            "uid": f"r-{name}",
            "annotations": {"deployment.kubernetes.io/revision": str(revision)},
            "ownerReferences": [{"uid": f"d-{owner}"}],
        },
    }


def pod(name: str, owner: str = "", **metadata: Any) -> dict[str, Any]:
    owners = {"ownerReferences": [{"uid": f"r-{owner}"}]} if owner else {}
    return {"kind": "Pod", "metadata": {"name": name, "labels": LABELS, **owners, **metadata}}


def service(**selector: str) -> dict[str, Any]:
    return {"kind": "Service", "metadata": {"name": "shift"}, "spec": {"selector": selector}}


def snapshot(*objects: Object) -> Snapshot:
    kinds = ("Deployment", "ReplicaSet", "Pod", "Service")
    lists = {f"{kind} in ${{ns}}": tuple(o for o in objects if o["kind"] == kind) for kind in kinds}
    return Snapshot("shift", "2026-01-01T12:00:00Z", {"": "me-shift"}, lists)


def env(**values: str) -> dict[str, Any]:
    return {"env": [{"name": name, "value": value} for name, value in values.items()]}


def test_of_several_the_one_that_the_task_names_is_meant() -> None:
    both = snapshot(deployment("another"), deployment("shift"))
    found = rollouts.deployment_for(both, LABELS, "shift")
    assert found is not None
    assert found["metadata"]["name"] == "shift"
    assert rollouts.deployment_for(snapshot(deployment("mine")), LABELS, "shift") is not None
    assert rollouts.deployment_for(snapshot(), LABELS, "shift") is None


def test_another_beside_it_does_not_settle_for_it() -> None:
    rolling = deployment(updated=1)
    both = snapshot(deployment("another"), rolling)
    assert settled(both, rolling, at_least=3).message == "deployment.rolling"


@pytest.mark.parametrize(
    ("app", "met", "message"),
    [
        (env(VERSION="2"), "1", ""),
        (env(VERSION="1"), "2", "rollout.other_version"),
        (env(), "2", "rollout.other_version"),
        ({"envFrom": [{}]}, "2", ""),
        ({"envFrom": [{}]}, "1", "rollout.other_version"),
        ({"envFrom": [{}]}, "", "rollout.other_version"),
    ],
    ids=["two", "one", "unset", "elsewhere-two", "elsewhere-one", "elsewhere-unknown"],
)
def test_version_is_the_templates_or_what_visitors_met(
    app: dict[str, Any], met: str, message: str
) -> None:
    found = rollouts.other_version(deployment(**app), "2", met=met)
    assert (found.message if found else "") == message


def test_version_that_nothing_sets_is_the_images_own() -> None:
    assert rollouts.other_version(deployment(), "1", met="") is None


def test_probe_that_holds_a_rollout_up_is_named_in_place_of_waiting() -> None:
    wrong: dict[str, Any] = {"readinessProbe": {"tcpSocket": {"port": 9090}}}
    stuck = deployment(updated=1, **wrong)
    found = rollouts.ready_and_settled(snapshot(stuck), stuck, at_least=3)
    assert (found.message, found.settling) == ("probe.wrong_port", False)
    slow = deployment(updated=1, readinessProbe=READY)
    found = rollouts.ready_and_settled(snapshot(slow), slow, at_least=3)
    assert (found.message, found.settling) == ("deployment.rolling", True)


def test_revisions_are_its_own_and_in_their_order() -> None:
    made = deployment()
    sets = [replica_set("b", 10), replica_set("a", 9), replica_set("c", 1, "another")]
    seen = snapshot(made, *sets, pod("p", "b"), pod("q", "a"), pod("r", "b", deletionTimestamp="x"))
    names = [one["metadata"]["name"] for one in rollouts.revisions_of(seen, made)]
    assert names == ["a", "b"]
    newest = rollouts.pods_made_by(seen, rollouts.revisions_of(seen, made)[-1:])
    assert [one["metadata"]["name"] for one in newest] == ["p"]
    assert rollouts.forgets_revisions(seen, made, at_least=2) is None
    missing = rollouts.forgets_revisions(seen, made, at_least=3)
    assert missing is not None
    assert missing.message == "rollout.no_history"


@pytest.mark.parametrize(
    ("selector", "more", "message"),
    [
        ({"app": "shift"}, (), ""),
        ({"app": "shift"}, (pod("gone", deletionTimestamp="x"),), ""),
        ({"app": "shift"}, (pod("stranger"),), "rollout.visited_elsewhere"),
        ({"app": "spare"}, (), "rollout.visited_elsewhere"),
        ({}, (), "rollout.visited_elsewhere"),
    ],
    ids=["alone", "with-one-that-leaves", "with-a-stranger", "nobody", "no-selector"],
)
def test_service_leads_to_its_pods_and_to_nobody_elses(
    selector: dict[str, str], more: tuple[dict[str, Any], ...], message: str
) -> None:
    made = deployment()
    seen = snapshot(made, replica_set("a", 1), pod("p", "a"), *more, service(**selector))
    found = rollouts.others_behind(seen, made, "shift")
    assert (found.message if found else "") == message


def test_service_that_is_not_there_leads_nowhere() -> None:
    found = rollouts.others_behind(snapshot(), deployment(), "shift")
    assert found is not None
    assert (found.state, found.message) == (State.NOT_STARTED, "rollout.no_service")


def test_readiness_may_be_asked_by_any_container_of_the_pod() -> None:
    made = deployment()
    companion = {"name": "c", "image": "x:1", "readinessProbe": READY}
    made["spec"]["template"]["spec"]["containers"].append(companion)
    assert rollouts.waits_for_ready(made).state is State.PASSED


def test_other_probes_are_named_where_readiness_is_missing() -> None:
    found = rollouts.waits_for_ready(deployment(livenessProbe=READY))
    assert (found.message, "liveness" in found.seen) == ("probe.no_readiness", True)


def test_template_that_setup_noted_is_unchanged_until_its_spec_differs() -> None:
    made = deployment()
    noted = {"shift": {"spec.template.spec": deployment()["spec"]["template"]["spec"]}}
    seen = replace(snapshot(made), seed=SeedRecord({}, noted))
    found = rollouts.unchanged(seen, made, note="shift")
    assert found is not None
    assert found.state is State.NOT_STARTED
    assert rollouts.unchanged(seen, deployment(livenessProbe=READY), note="shift") is None


def test_start_delay_that_was_changed_is_told() -> None:
    assert rollouts.delay_changed(deployment(**env(START_DELAY="8")), 8) is None
    found = rollouts.delay_changed(deployment(**env(START_DELAY="0")), 8)
    assert found is not None
    assert (found.message, found.seen) == ("probe.delay_changed", "START_DELAY says 0.")
    assert rollouts.delay_changed(deployment(**env(START_DELAY="8.0")), 8) is None
    assert rollouts.delay_changed(deployment(), 8) is not None


def test_what_waits_for_what_waits_is_told_once() -> None:
    first = not_started("x", seen="No Pod is there.", next_step="Make one.")
    once = rollouts.not_before(first)
    assert once.seen == "Another criterion comes first: No Pod is there."
    assert rollouts.not_before(once) == once


def test_old_pods_that_stay_are_not_told_as_all_available() -> None:
    settled_one = settled(snapshot(deployment(updated=1)), deployment(updated=1))
    assert "newest ones are not ready" in settled_one.seen
