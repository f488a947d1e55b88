from copy import deepcopy
from typing import Any

import pytest

from labkit.grading.criteria.history import (
    failed_release_kept,
    good_release_runs,
    template_differences,
)
from labkit.grading.seed import SeedRecord
from labkit.grading.snapshot import Snapshot
from labkit.grading.verdict import Finding, State, passed

LABELS = {"app": "back"}
IMAGE = "registry.lab.example:5000/hello:"


def template(version: str = "7", tag: str = "1.0", **container: Any) -> dict[str, Any]:
    env = [{"name": "VERSION", "value": version}, {"name": "DRAIN", "value": "1"}]
    resources = {"requests": {"cpu": "500m"}}
    box = {"name": "hello", "image": IMAGE + tag, "env": env, "resources": resources}
    return {"metadata": {"labels": LABELS}, "spec": {"containers": [{**box, **container}]}}


def deployment(found: dict[str, Any], *, uid: str = "uid-1", replicas: int = 2) -> dict[str, Any]:
    names = ("replicas", "updatedReplicas", "availableReplicas")
    return {
        "kind": "Deployment",
        "metadata": {"name": "back", "uid": uid, "generation": 3},
        "spec": {"replicas": replicas, "template": found, "selector": {"matchLabels": LABELS}},
        "status": {"observedGeneration": 3, **dict.fromkeys(names, replicas)},
    }


def replica_set(found: dict[str, Any], *, replicas: int, owner: str = "uid-1") -> dict[str, Any]:
    metadata = {"name": "back-x", "ownerReferences": [{"uid": owner}]}
    return {"metadata": metadata, "spec": {"replicas": replicas, "template": found}}


def snapshot(*deployments: dict[str, Any], revisions: tuple[dict[str, Any], ...] = ()) -> Snapshot:
    notes: dict[str, dict[str, Any]] = {
        "good": {"metadata.uid": "uid-1", "spec.template": template()},
        "bad": {"spec.template": template(tag="1.0-today")},
    }
    lists = {
        "Deployment in ${ns}": deployments,
        "ReplicaSet in ${ns}": revisions,
        "Pod in ${ns}": (),
    }
    return Snapshot("take-it-back", "", {"": "me"}, lists=lists, seed=SeedRecord({}, notes))


def good(*deployments: dict[str, Any]) -> Finding:
    return good_release_runs(snapshot(*deployments), LABELS, good="good", bad="bad", at_least=2)


def kept(*revisions: dict[str, Any], uid: str = "uid-1") -> Finding:
    seen = snapshot(deployment(template(), uid=uid), revisions=revisions)
    before = passed("It is back.")
    return failed_release_kept(seen, LABELS, good="good", bad="bad", before=before)


def turned() -> dict[str, Any]:
    """The same with its variables the other way round, and restarted since."""
    found = template(resources={"requests": {"cpu": "0.5"}})
    found["spec"]["containers"][0]["env"].reverse()
    found["metadata"]["annotations"] = {"kubectl.kubernetes.io/restartedAt": "now"}
    return found


@pytest.mark.parametrize("found", [template(), turned()], ids=["as noted", "other spelling"])
def test_same_meaning_is_the_good_release(found: dict[str, Any]) -> None:
    assert good(deployment(found)).state is State.PASSED


def test_more_copies_are_fine_and_fewer_are_not() -> None:
    assert good(deployment(template(), replicas=5)).state is State.PASSED
    assert good(deployment(template(), replicas=1)).message == "deployment.too_few"
    assert good(deployment(template(), replicas=0)).message == "deployment.too_few"


def test_what_differs_is_named_with_both_values() -> None:
    finding = good(deployment(template(version="3")))
    assert finding.message == "release.another"
    assert finding.seen == "In Deployment back, hello.env.VERSION is 3."
    assert finding.expected == "In the last release that worked it is 7."


def test_every_field_that_differs_is_told() -> None:
    finding = good(deployment(template(version="3", name="back")))
    assert "containers.back.env.VERSION.value: 3 instead of not set." in finding.differences
    assert len(finding.differences) > 1


def test_what_is_missing_is_named_too() -> None:
    finding = good(deployment(template(env=[])))
    assert finding.seen == "In Deployment back, hello.env.DRAIN is not set."
    assert finding.expected == "In the last release that worked it is 1."


OTHERS = {
    "another tag": template(tag="1.0-rc"),
    "no variable": template(env=[]),
    "a command": template(command=["/hello", "true"]),
    "less CPU": template(resources={"requests": {"cpu": "50m"}}),
}


@pytest.mark.parametrize("found", OTHERS.values(), ids=OTHERS.keys())
def test_what_runs_something_else_is_not_the_good_release(found: dict[str, Any]) -> None:
    assert good(deployment(found)).message == "release.another"


def test_good_release_beside_the_failing_one_takes_nothing_back() -> None:
    failing = deployment(template(tag="1.0-today"))
    beside = deployment(template(), uid="uid-2")
    assert good(failing, beside).message == "release.still_failing"


def test_rollout_under_way_is_still_settling() -> None:
    found = deployment(template())
    found["status"]["availableReplicas"] = 1
    assert good(found).settling


def test_failed_release_is_looked_for_among_the_deployments_own() -> None:
    failed = template(tag="1.0-today")
    assert kept(replica_set(failed, replicas=0)).state is State.PASSED
    assert kept(replica_set(failed, replicas=0, owner="other")).message == "history.forgotten"
    assert kept(replica_set(failed, replicas=0), uid="uid-2").message == "history.made_anew"
    assert kept(replica_set(failed, replicas=1)).settling
    assert kept().message == "history.forgotten"


def test_empty_and_missing_mean_the_same() -> None:
    bare, empty = template(), deepcopy(template())
    empty["spec"]["containers"][0] |= {"ports": [], "securityContext": {}, "args": None}
    assert template_differences(bare, empty) == []
