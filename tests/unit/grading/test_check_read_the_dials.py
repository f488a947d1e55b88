from collections.abc import Mapping
from typing import Any

import pytest

from labkit.grading.attempts import Attempt, Kind
from labkit.grading.grader import grade
from labkit.grading.reading import take_snapshot
from labkit.grading.steps import Answer, load_steps
from labkit.grading.verdict import Finding, State, Verdict
from labkit.kube.errors import ClusterUnreachable
from tests.support.graded import (
    HeldReader,
    answers_object,
    exercise_of,
    place_of,
    seed_object,
    sources_of,
)
from tests.unit.grading.applied import attempts_of, expected_of, sentences, told

EXERCISE = exercise_of("read-the-dials")
PLACE = place_of(EXERCISE)
DNS = {"k8s-app": "kube-dns"}
RIGHT = {
    "server_minor": "34",
    "usable_nodes": "2",
    "allocatable_cpu": "1900m",
    "dns_address": "10.3.0.10",
}


def node(name: str, allocatable: str, **spec: Any) -> dict[str, Any]:
    status = {
        "allocatable": {"cpu": allocatable},
        "capacity": {"cpu": "4"},
        "conditions": [{"type": "Ready", "status": "True"}],
    }
    return {"kind": "Node", "metadata": {"name": name}, "spec": spec, "status": status}


def service(name: str, namespace: str, address: str, labels: Mapping[str, str]) -> dict[str, Any]:
    metadata = {"name": name, "namespace": namespace, "labels": labels}
    return {"kind": "Service", "metadata": metadata, "spec": {"clusterIPs": [address]}}


def cluster(answers: Mapping[str, str]) -> HeldReader:
    closed = {"unschedulable": True, "taints": [{"key": "u", "effect": "NoSchedule"}]}
    metadata = {"name": "coredns-x", "namespace": "kube-system", "labels": DNS}
    objects = [
        seed_object({"node": "node1"}),
        node("node1", "1900m"),
        node("node2", "3900m"),
        node("annex", "900m", **closed),
        service("kube-dns", "kube-system", "10.3.0.10", DNS),
        service("metrics", "kube-system", "10.3.0.11", {}),
        service("kubernetes", "default", "10.3.0.1", {}),
        {"kind": "Pod", "metadata": metadata, "status": {"podIP": "10.2.1.5"}},
    ]
    if answers:
        objects.append(answers_object(PLACE.namespaces[""], answers))
    return HeldReader(objects)


def verdict_in(reader: HeldReader) -> Verdict:
    return grade(EXERCISE, take_snapshot(EXERCISE, PLACE, sources_of(reader)))


def verdict_of(**answers: str) -> Verdict:
    return verdict_in(cluster(answers))


def finding_of(key: str, said: str) -> Finding:
    criterion = "server-minor" if key == "server_minor" else key.replace("_", "-")
    verdict = verdict_of(**{key: said})
    return next(r.finding for r in verdict.results if r.criterion == criterion)


def test_untouched_is_not_started_and_worth_nothing() -> None:
    verdict = verdict_of()
    assert {r.finding.state for r in verdict.results} == {State.NOT_STARTED}
    assert verdict.points == 0


def test_four_right_figures_are_worth_ten() -> None:
    assert verdict_of(**RIGHT).points == 10


RIGHT_TOO = [
    *[("server_minor", said) for said in ("1.34", "v1.34.4", "34 ")],
    *[("usable_nodes", said) for said in ("2", "2 nodes", " 02 ")],
    *[("allocatable_cpu", said) for said in ("1.9", "1900", "1,9", "1900 millicores")],
    *[("dns_address", said) for said in ("10.3.0.10", "10.3.0.10:53")],
]


@pytest.mark.parametrize(("key", "said"), RIGHT_TOO)
def test_right_figure_is_never_refused(key: str, said: str) -> None:
    assert finding_of(key, said).state is State.PASSED


WRONG = [
    ("server_minor", "1.27", "dial.other_version"),
    ("server_minor", "TODO", "dial.other_version"),
    ("usable_nodes", "3", "dial.every_node"),
    ("usable_nodes", "99", "dial.other_count"),
    ("usable_nodes", "two", "dial.not_a_number"),
    ("allocatable_cpu", "4", "dial.capacity"),
    ("allocatable_cpu", "4000m", "dial.capacity"),
    ("allocatable_cpu", "3900m", "dial.other_node"),
    ("allocatable_cpu", "0.9", "dial.other_node"),
    ("allocatable_cpu", "7", "dial.other_cpu"),
    ("allocatable_cpu", "TODO", "dial.other_cpu"),
    ("dns_address", "10.3.0.1", "dial.api_address"),
    ("dns_address", "10.2.1.5", "dial.pod_address"),
    ("dns_address", "10.3.0.11", "dial.other_address"),
    ("dns_address", "kube-dns", "dial.other_address"),
]


@pytest.mark.parametrize(("key", "said", "message"), WRONG)
def test_wrong_figure_never_passes_and_says_why(key: str, said: str, message: str) -> None:
    finding = finding_of(key, said)
    assert (finding.state, finding.message) == (State.NOT_YET, message)
    assert said in finding.seen
    assert finding.expected
    assert finding.why
    assert finding.next_step


@pytest.mark.parametrize("key", RIGHT)
def test_message_about_a_wrong_figure_does_not_give_the_right_one_away(key: str) -> None:
    finding = finding_of(key, "17")
    shown = " ".join((finding.seen, finding.expected, finding.why))
    assert RIGHT[key].removesuffix("m") not in shown.replace("1900m, 1900 millicores", "")


SEEN = {
    "every-node-counted": "3",
    "capacity-given": "4",
    "another-node": "900m",
    "api-servers-address": "10.3.0.1",
    "address-of-a-dns-pod": "10.2.1.5",
}
"""What each mutant's command prints on this cluster."""


@pytest.mark.parametrize("attempt", attempts_of(EXERCISE, Kind.MUTANT), ids=lambda a: a.name)
def test_known_slip_is_told_as_expected(attempt: Attempt) -> None:
    (step,) = load_steps(attempt.folder)
    assert isinstance(step.action, Answer)
    answer = {step.action.key: step.action.value or SEEN[attempt.name]}
    verdict = verdict_of(**answer)
    assert told(attempt, verdict) == expected_of(attempt)
    assert not any(sentence.endswith("…") for sentence in sentences(verdict))


@pytest.mark.parametrize("attempt", attempts_of(EXERCISE, Kind.VARIANT), ids=lambda a: a.name)
def test_variant_answers_all_four(attempt: Attempt) -> None:
    keys = [
        step.action.key for step in load_steps(attempt.folder) if isinstance(step.action, Answer)
    ]
    assert keys == list(EXERCISE.answers)


def test_drawn_node_that_is_gone_costs_nothing() -> None:
    reader = cluster(RIGHT)
    reader.objects = [item for item in reader.objects if item["metadata"]["name"] != "node1"]
    finding = verdict_in(reader).results[2].finding
    assert (finding.state, finding.message) == (State.CANNOT_CHECK, "dial.node_gone")


def test_cluster_without_dns_costs_nothing() -> None:
    reader = cluster(RIGHT)
    reader.objects = [item for item in reader.objects if item["metadata"]["name"] != "kube-dns"]
    verdict = verdict_in(reader)
    assert verdict.results[3].finding.message == "dial.no_dns"
    assert (verdict.points, verdict.total) == (8, 8)


@pytest.mark.parametrize(
    ("refused", "blind"),
    [
        ("version", ["server-minor"]),
        ("Node", ["usable-nodes", "allocatable-cpu"]),
        ("Service", ["dns-address"]),
        ("ConfigMap", ["server-minor", "usable-nodes", "allocatable-cpu", "dns-address"]),
        ("Pod", []),
    ],
)
def test_only_what_needs_the_failed_read_cannot_be_checked(refused: str, blind: list[str]) -> None:
    reader = cluster(RIGHT)
    reader.refused[refused] = ClusterUnreachable("https://a", "connection refused")
    found = verdict_in(reader).results
    unseen = [r.criterion for r in found if r.finding.state is State.CANNOT_CHECK]
    assert unseen == blind
