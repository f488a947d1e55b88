"""Objects in the attendee's own namespaces that pretend, hide, or hold the grader up."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from labkit.foundation.waiting import SystemClock
from labkit.grading.verdict import State
from labkit.widgets.verdict_card import verdict_view
from labkit.workshop.working import answer
from tests.cluster.attacks.attacking import (
    CARD,
    COLOUR,
    Attacker,
    cluster_wide,
    config_map,
    no_binding,
)

pytestmark = pytest.mark.cluster
FLOOD = 5_000
LARGE = "x" * 900_000
SETTLED_SECONDS = 60.0  # two snapshots, and between them what an exercise lets settle
MARK_SECONDS = 20.0
"""Of one grading under any attack; a room must not wait for one attendee."""


def pleasing_labels(by: Attacker) -> None:
    """On what is there anyway."""
    with by.writer() as writer:
        patch = {"metadata": {"labels": {"lab": "card", "labkit.example/passed": "true"}}}
        writer.patch("ConfigMap", "kube-root-ca.crt", patch, by.namespace)


def made_long_ago(by: Attacker) -> None:
    wrong = by.card(table="999")
    wrong["metadata"] |= {
        "creationTimestamp": "2020-01-01T00:00:00Z",
        "annotations": {"labkit.example/state": "PASSED", "labkit.example/points": "10"},
    }
    with by.writer() as writer:
        writer.create(wrong)


def two_cards(by: Attacker) -> None:
    with by.writer() as writer:
        writer.create(by.card())
        writer.create(by.card("card2", table="1"))


def endless_number(by: Attacker) -> None:
    with by.writer() as writer:
        writer.create(by.card(table="9" * 500_000))


def markup_and_control_characters(by: Attacker) -> None:
    with by.writer() as writer:
        writer.create(by.card(city="<script>alert(1)</script>\x1b[2J\u202e"))


def secret_instead(by: Attacker) -> None:
    secret = by.card() | {"kind": "Secret"}
    with by.writer() as writer:
        writer.create(secret | {"stringData": secret.pop("data")})


def grader_may_more(by: Attacker) -> None:
    with by.writer() as writer:
        subject = {"kind": "ServiceAccount", "name": by.grader, "namespace": "labkit-system"}
        role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "edit"}
        made = cluster_wide("rbac.authorization.k8s.io/v1", "RoleBinding", "more")
        writer.create(made | {"subjects": [subject], "roleRef": role}, namespace=by.namespace)


WRONG: dict[str, Callable[[Attacker], None]] = {
    attack.__name__: attack
    for attack in (
        pleasing_labels,
        made_long_ago,
        two_cards,
        endless_number,
        markup_and_control_characters,
        secret_instead,
        grader_may_more,
    )
}


@pytest.mark.parametrize("attack", WRONG.values(), ids=WRONG.keys())
def test_object_that_pretends_is_no_pass(
    attack: Callable[[Attacker], None], card: Attacker
) -> None:
    attack(card)
    mark = card.mark()
    assert mark.verdict.state is not State.PASSED
    assert mark.verdict.points < 10
    shown = verdict_view(card.marker.exercise(CARD), mark.verdict)
    assert "<script" not in shown.html
    assert all(each.isprintable() or each == "\n" for each in shown.text)


def test_object_in_deletion_is_no_pass(card: Attacker) -> None:
    leaving = card.card()
    leaving["metadata"]["finalizers"] = ["nobody.example/serves-this"]
    with card.writer() as writer:
        writer.create(leaving)
        writer.delete("ConfigMap", "card", card.namespace)
        mark = card.mark()
        writer.patch("ConfigMap", "card", {"metadata": {"finalizers": None}}, card.namespace)
    assert (mark.verdict.points, mark.verdict.final) == (0, True)


def many_objects(by: Attacker) -> None:
    with by.writer() as writer, ThreadPoolExecutor(32) as pool:
        writer.create(by.card())
        some = [config_map(f"flood-{n}", by.namespace, {}, {}) for n in range(FLOOD)]
        list(pool.map(writer.create, some))


def large_objects(by: Attacker) -> None:
    with by.writer() as writer, ThreadPoolExecutor(8) as pool:
        writer.create(by.card())
        some = [config_map(f"large-{n}", by.namespace, {}, {"x": LARGE}) for n in range(25)]
        list(pool.map(writer.create, some))


def narrowed_role(by: Attacker) -> None:
    """So that only the objects that please could be seen."""
    rule = {"apiGroups": [""], "resources": ["configmaps", "secrets"], "resourceNames": ["card"]}
    with by.writer() as writer:
        writer.create(by.card())
        writer.create(by.card("second"))
        patch = {"rules": [rule | {"verbs": ["get", "list", "watch"]}]}
        writer.patch("Role", "labkit-grader", patch, by.namespace)


UNSEEN: dict[str, Callable[[Attacker], None]] = {
    attack.__name__: attack for attack in (many_objects, large_objects, no_binding, narrowed_role)
}


@pytest.mark.parametrize("attack", UNSEEN.values(), ids=UNSEEN.keys())
def test_grader_who_is_hindered_says_so_in_time(
    attack: Callable[[Attacker], None], card: Attacker
) -> None:
    attack(card)
    clock = SystemClock()
    began = clock.monotonic()
    mark = card.mark()
    assert clock.monotonic() - began < MARK_SECONDS
    assert (mark.verdict.state, mark.verdict.final) == (State.CANNOT_CHECK, False)
    assert mark.problem


def test_wrong_answers_in_two_config_maps_are_no_pass(colour: Attacker) -> None:
    with colour.writer() as writer:
        for n, said in enumerate(("green", "red blue")):
            label = {"lab/answers": ""}
            writer.create(config_map(f"a{n}", colour.namespace, label, {"colour": said}))
    assert colour.mark().verdict.points == 0


def test_answer_of_900_kilobytes_is_shown_short(colour: Attacker) -> None:
    with colour.writer() as writer:
        label = {"lab/answers": ""}
        writer.create(config_map("a", colour.namespace, label, {"colour": LARGE}))
    mark = colour.mark()
    assert mark.verdict.state is State.NOT_YET
    assert len(mark.verdict.results[0].finding.seen) <= 200


def test_honest_answer_passes_and_no_secrets_value_is_kept(colour: Attacker) -> None:
    value = "very-confidential"
    secret = config_map("mine", colour.namespace, {"lab": "secret"}, {}) | {"kind": "Secret"}
    with colour.writer() as writer:
        writer.create(secret | {"stringData": {"word": value}})
    answer(colour.lab, COLOUR, {"colour": colour.drawn()["colour"]})
    mark = colour.mark()
    assert mark.verdict.state is State.PASSED
    assert "sha256" in mark.snapshot
    assert value not in mark.snapshot
    assert "dmVyeS1jb25maWRlbnRpYWw" not in mark.snapshot  # the same in base64
