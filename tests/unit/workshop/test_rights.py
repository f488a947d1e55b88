"""Who may do what follows from the exercise, and from nothing else."""

from dataclasses import replace
from pathlib import Path

import pytest

from labkit.grading.exercise import Exercise, LogRead, ObjectsRead, PagesRead, Read, VersionRead
from labkit.kube.resources import Object, Resource, built_in
from labkit.workshop.rights import (
    Role,
    attendee_objects,
    exercise_objects,
    grader_rules,
    lesson_objects,
    namespace_objects,
)

EXERCISE = Exercise(
    id="sign",
    folder=Path("/nowhere"),
    lesson="00-test",
    title="Sign",
    minutes=1,
    task="Hang a sign.",
    hints=(),
    criteria=(),
    reads=(),
    namespaces=("", "b", "obs"),
)
LOOK = ["get", "list", "watch"]


def find(kind: str) -> Resource:
    resource = built_in(kind)
    assert resource is not None
    return resource


def rules_for(*reads: Read, answers: tuple[str, ...] = ()) -> dict[str, list[dict[str, object]]]:
    return grader_rules("ada", replace(EXERCISE, reads=reads, answers=answers), find)


def test_grader_may_read_its_seed_record_by_name_and_nothing_else_by_itself() -> None:
    record = {
        "apiGroups": [""],
        "resources": ["configmaps"],
        "verbs": ["get"],
        "resourceNames": ["ada-sign-seed"],
    }
    assert rules_for(VersionRead()) == {"labkit-system": [record]}


@pytest.mark.parametrize(
    ("read", "namespace", "group", "resources"),
    [
        pytest.param(ObjectsRead("Deployment", ("b",)), "ada-sign-b", "apps", ["deployments"]),
        pytest.param(
            ObjectsRead("Service", namespace="kube-system"), "kube-system", "", ["services"]
        ),
        pytest.param(ObjectsRead("Node"), "", "", ["nodes"]),
        pytest.param(PagesRead("web", "/", 80), "ada-sign", "", ["services"]),
        pytest.param(PagesRead("service", "/", 80), "ada-sign", "", ["services", "services/proxy"]),
        pytest.param(LogRead("app=o", ("obs",)), "ada-sign-obs", "", ["pods", "pods/log"]),
    ],
    ids=["namespaced", "fixed-namespace", "cluster-wide", "web", "service-proxy", "log"],
)
def test_grader_may_look_at_exactly_what_is_declared(
    read: Read, namespace: str, group: str, resources: list[str]
) -> None:
    rules = rules_for(read)
    assert rules.keys() == {namespace, "labkit-system"}
    assert rules[namespace] == [{"apiGroups": [group], "resources": resources, "verbs": LOOK}]


def test_grader_reads_answers_only_where_some_are_asked() -> None:
    assert "ada-sign" in rules_for(answers=("colour",))
    assert "ada-sign" not in rules_for()


def test_no_rule_of_the_grader_can_write() -> None:
    reads = (ObjectsRead("Pod", ("", "b")), ObjectsRead("Node"), PagesRead("service", "/", 80))
    for rules in rules_for(*reads, answers=("colour",)).values():
        for rule in rules:
            assert set(rule["verbs"]) <= set(LOOK)  # type: ignore[call-overload]


def granted(objects: list[Object], role: Role) -> dict[str, str]:
    """Namespace to the ClusterRole that an identity holds there."""
    return {
        one["metadata"]["namespace"]: one["roleRef"]["name"]
        for one in objects
        if one["kind"] == "RoleBinding" and one["subjects"][0]["name"] == f"ada-{role}"
    }


def test_learner_is_admin_at_home_and_next_door_and_visitor_at_the_observers() -> None:
    objects = exercise_objects("ada", EXERCISE, find)
    assert granted(objects, Role.LEARNER) == {
        "ada-sign": "admin",
        "ada-sign-b": "admin",
        "ada-sign-obs": "view",
    }


def test_setup_holds_all_rights_in_the_exercise_and_none_elsewhere() -> None:
    objects = exercise_objects("ada", EXERCISE, find)
    names = {"ada-sign", "ada-sign-b", "ada-sign-obs"}
    assert granted(objects, Role.SETUP) == dict.fromkeys(names, "cluster-admin")


def test_learner_gets_nothing_in_the_namespace_of_seed_records() -> None:
    objects = [*attendee_objects("ada"), *exercise_objects("ada", EXERCISE, find)]
    bindings = [one for one in objects if one["kind"] == "RoleBinding"]
    inside = [one for one in bindings if one["metadata"]["namespace"] == "labkit-system"]
    assert [one["subjects"][0]["name"] for one in inside] == ["ada-grader"]


def test_what_learners_see_of_the_cluster_holds_no_secret_and_no_write() -> None:
    roles = [one for one in attendee_objects("ada") if one["kind"] == "ClusterRole"]
    for rule in (rule for role in roles for rule in role["rules"]):
        assert rule["verbs"] == LOOK
        assert "secrets" not in rule["resources"]


def test_no_namespace_of_a_learner_takes_pods_that_reach_their_node() -> None:
    lesson = lesson_objects("ada", "ada-04", {})[0]
    for namespace in (*namespace_objects("ada", EXERCISE), lesson):
        labels = namespace["metadata"]["labels"]
        assert labels["pod-security.kubernetes.io/enforce"] == "baseline"
