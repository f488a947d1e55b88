"""What is said of Pods without a login, while events and older Pods still tell of before."""

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from labkit.grading.criteria.pull_secret_slips import PLACE
from labkit.grading.exercise import find_exercise
from labkit.grading.grader import grade
from labkit.grading.hiding import fingerprint, without_telling_literals
from labkit.grading.snapshot import Snapshot
from labkit.grading.snapshot_file import load_snapshot
from labkit.grading.verdict import Finding, State
from tests.support.graded import ROOT

EXERCISE = find_exercise(ROOT / "exercises", "from-the-private-shelf")
FOLDER = ROOT / "solutions" / EXERCISE.lesson / EXERCISE.id / "snapshots"
NEWEST = {
    "mutant-host-without-port": "members-86675b9894-52qgq",
    "mutant-eaten-by-the-shell": "members-6f9845cbb7-fdc5v",
}
REFUSED = "failed with status code [manifests 1.0]: 401 Unauthorized"
Items = list[dict[str, Any]]


def recorded(name: str) -> Snapshot:
    return load_snapshot(FOLDER / f"{name}.json")


def found(seen: Snapshot) -> dict[str, Finding]:
    return {result.criterion: result.finding for result in grade(EXERCISE, seen).results}


def bent(seen: Snapshot, kind: str, bend: Callable[[Items], None]) -> Snapshot:
    items: Items = copy.deepcopy([dict(item) for item in seen.objects(kind)])
    bend(items)
    return replace(seen, lists={**seen.lists, f"{kind} in ${{ns}}": tuple(items)})


def refused(name: str) -> Snapshot:
    """The newest Pod was refused, after it had not found its pull secret yet."""

    def wait(pods: Items) -> None:
        for pod in pods:
            if pod["metadata"]["name"] == NEWEST[name]:
                reason = {"reason": "ErrImagePull", "message": REFUSED}
                pod["status"]["containerStatuses"][0]["state"] = {"waiting": reason}

    def tell(events: Items) -> None:
        about = {"kind": "Pod", "name": NEWEST[name]}
        told = "Unable to retrieve some image pull secrets (shelf); attempting to pull"
        reason = "FailedToRetrieveImagePullSecret"
        events.append({"reason": reason, "message": told, "involvedObject": about, "metadata": {}})

    return bent(bent(recorded(name), "Pod", wait), "Event", tell)


def test_untouched_is_not_started() -> None:
    findings = found(recorded("untouched"))
    assert {finding.state for finding in findings.values()} == {State.NOT_STARTED}


def test_a_secret_that_is_there_by_now_is_not_said_to_be_missing() -> None:
    for name in NEWEST:
        finding = found(refused(name))["members-run"]
        assert finding.message == "deployment.stuck"
        assert "that of shelf does not do" in finding.why
        assert "Compare server, user and password" in finding.next_step
        assert "Make one" not in finding.next_step


def test_a_secret_that_is_not_there_is_still_said_to_be_missing() -> None:
    gone = bent(refused("mutant-eaten-by-the-shell"), "Secret", list.clear)
    finding = found(gone)["members-run"]
    assert "pull secret shelf is not there" in finding.why
    assert "Make one" in finding.next_step


def test_with_the_right_login_the_kubelet_is_waited_for() -> None:
    login = recorded("solution")
    seen = refused("mutant-eaten-by-the-shell")
    secrets = {kind: items for kind, items in login.lists.items() if kind.startswith("Secret")}
    finding = found(replace(seen, lists={**seen.lists, **secrets}))["members-run"]
    assert finding.message == "shelf.tries_again"
    assert finding.settling


def test_a_right_login_that_nobody_names_is_to_be_named_not_made() -> None:
    finding = found(recorded("mutant-account-named-too-late"))["members-run"]
    assert finding.next_step.startswith("Name shelf in imagePullSecrets.")


def test_without_a_login_what_is_still_on_its_way_is_looked_at_again() -> None:
    def still_end(pods: Items) -> None:
        old = copy.deepcopy(pods[0])
        old["metadata"] |= {"name": "members-old", "deletionTimestamp": "2026-11-27T15:00:00Z"}
        pods.append(old)

    seen = recorded("mutant-never-pulled-again")
    assert found(seen)["members-run"].holds
    finding = found(bent(seen, "Pod", still_end))["members-run"]
    assert finding.settling
    assert ("Deployment", "members") in [(one.kind, one.name) for one in finding.evidence]


HIDDEN = fingerprint("user=ada password=long-and-strange")
BY_NAME = without_telling_literals({"name": "LOGIN_SECRET", "value": "ada/long-and-strange"})


def with_template(bend: Callable[[dict[str, Any]], None]) -> Finding:
    def each(deployments: Items) -> None:
        for deployment in deployments:
            bend(deployment["spec"]["template"])

    return found(bent(recorded("solution"), "Deployment", each))["secret-used"]


def container(**more: Any) -> Callable[[dict[str, Any]], None]:
    return lambda template: template["spec"]["containers"][0].update(more)


@pytest.mark.parametrize(
    ("bend", "where"),
    [
        (container(env=[{"name": "A", "value": "1"}, BY_NAME]), "containers[0].env[1].value"),
        (container(args=["serve", f"--login={HIDDEN}"]), "containers[0].args[1]"),
        (container(env=[{"name": "A", "value": f"image@{HIDDEN}"}]), "containers[0].env[0].value"),
        (
            lambda template: template["metadata"].update(annotations={"image": HIDDEN}),
            "metadata.annotations.image",
        ),
    ],
    ids=["a telling name", "an argument", "dressed up as a digest", "an annotation"],
)
def test_template_with_a_value_that_is_kept_hidden_is_wrong(
    bend: Callable[[dict[str, Any]], None], where: str
) -> None:
    finding = with_template(bend)
    assert (finding.state, finding.message) == (State.NOT_YET, "shelf.hidden_in_template")
    assert where in finding.seen


@pytest.mark.parametrize(
    "bend",
    [
        container(image=f"private.lab.example:5001/ada/members@{fingerprint('manifest')}"),
        container(args=["--from", fingerprint(PLACE)], env=[{"name": "A", "value": "1"}]),
    ],
    ids=["an image by its digest", "the registry's name"],
)
def test_template_without_one_is_right(bend: Callable[[dict[str, Any]], None]) -> None:
    assert with_template(bend).holds
