"""What an attendee may try against their own verdict, with all that a learner can write.

The marker is the instructor's; each attack ends in the right verdict or in "could not look", and
never in a pass. The honest way stays open to whoever goes it.
"""

import hashlib
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from labkit.foundation.process import SystemRunner
from labkit.foundation.waiting import SystemClock
from labkit.grading.snapshot_file import snapshot_text
from labkit.grading.verdict import State
from labkit.kube.errors import Forbidden, ObjectRejected
from labkit.kube.kubeconfig import kubeconfig_text
from labkit.kube.writer import Writer
from labkit.widgets.verdict_card import verdict_view
from labkit.workshop.identities import access_as
from labkit.workshop.lab import CONTENT, Lab
from labkit.workshop.leaving import leave
from labkit.workshop.marking import Marker
from labkit.workshop.names import learner_kubeconfig, workspace_folder
from labkit.workshop.progress_log import Event, Happening, append
from labkit.workshop.rights import Role
from labkit.workshop.starting import start
from labkit.workshop.tools import tool_path
from labkit.workshop.working import answer, solve
from tests.cluster.attacking import (
    COLOUR,
    Attacker,
    attacker,
    cluster_wide,
    config_map,
    content,
    deployment,
    pod,
    service,
)
from tests.support.cluster import FakeCluster

pytestmark = pytest.mark.cluster
CARD, DESK = "leave-a-card", "open-the-desk"
FLOOD = 5_000
LARGE = "x" * 900_000
MARK_SECONDS = 20.0
"""Of one grading under any attack; a room must not wait for one attendee."""


def named(request: pytest.FixtureRequest) -> str:
    return f"t-{hashlib.sha256(request.node.nodeid.encode()).hexdigest()[:10]}"


@pytest.fixture
def card(lab: Lab, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Attacker]:
    own = attacker(lab, named(request), tmp_path / "home")
    with Marker(lab) as marker:
        yield Attacker(own, CARD, marker)
    leave(own)


@pytest.fixture
def desk(lab: Lab, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Attacker]:
    own = attacker(lab, named(request), tmp_path / "home", DESK)
    with Marker(lab) as marker:
        yield Attacker(own, DESK, marker)
    leave(own)


@pytest.fixture
def colour(lab: Lab, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Attacker]:
    ours = replace(lab, content=content(tmp_path / "content"))
    own = attacker(ours, named(request), tmp_path / "home", COLOUR)
    with Marker(ours) as marker:
        yield Attacker(own, COLOUR, marker)
    leave(own)


# ── the home folder, the environment and the kernel ──────────────────────────────────────────


def patched_kernel(by: Attacker) -> None:
    """A kernel in which every verdict has ten points, and a module that does it for each start."""
    patch = "import labkit.grading.verdict as v; v.Verdict.points = property(lambda _: 10)\n"
    (by.home / "sitecustomize.py").write_text(patch)
    words = (
        f"{patch}import sys; from labkit.cli.main import main; sys.argv[1:] = ['check', {CARD!r}]"
    )
    environment = {"LABKIT_HOME": str(by.home), "LABKIT_ATTENDEE": by.lab.attendee}
    run = SystemRunner()(
        [sys.executable, "-c", f"{words}; main()"], environment=environment, may_fail=True
    )
    assert "10 of 10" in run.output, run.errors  # they fooled themselves, and nobody else


def edited_notebook(by: Attacker) -> None:
    text = "Leave a card: passed, 10 of 10 points"
    cell = {"cell_type": "code", "outputs": [{"output_type": "stream", "text": text}]}
    (by.home / "00-setup.ipynb").write_text(str({"cells": [cell]}))


def forged_progress(by: Attacker) -> None:
    details = {"points": 10, "total": 10, "state": "PASSED", "final": True}
    append(by.lab.settings, Event(SystemClock().now(), CARD, Happening.CHECKED, details))


def replayed_snapshot(by: Attacker) -> None:
    solved = CONTENT / "solutions" / "00-setup" / CARD / "snapshots" / "solution.json"
    for folder in (by.home, workspace_folder(by.lab.settings, CARD)):
        shutil.copy(solved, folder / f"{by.lab.attendee}.json")


def token_of_another(by: Attacker) -> None:
    """Kept under the names of our own identities."""
    other = attacker(by.lab, f"{by.lab.attendee}-x", by.home / "other")
    solve(other, CARD)
    access_as(other, Role.GRADER)
    for role in ("grader", "learner"):
        theirs = other.settings.home / "tokens" / f"{other.attendee}-{role}.json"
        shutil.copy(theirs, by.home / "tokens" / f"{by.lab.attendee}-{role}.json")
    leave(other)


def fake_api_server(by: Attacker) -> None:
    with FakeCluster() as fake:
        learner_kubeconfig(by.lab.settings).write_text(kubeconfig_text(fake.access()))
        (by.home / "admin.kubeconfig").write_text(kubeconfig_text(fake.access()))


def record_of_another_lab(by: Attacker) -> None:
    record = by.home / "lab.json"
    record.write_text(record.read_text().replace("local", "simulated"))


def symlinked_workspace(by: Attacker) -> None:
    workspace = workspace_folder(by.lab.settings, CARD)
    shutil.rmtree(workspace)
    workspace.symlink_to(CONTENT / "solutions" / "00-setup" / CARD / "solution")


AT_HOME: dict[str, Callable[[Attacker], None]] = {
    attack.__name__: attack
    for attack in (
        patched_kernel,
        edited_notebook,
        forged_progress,
        replayed_snapshot,
        token_of_another,
        fake_api_server,
        record_of_another_lab,
        symlinked_workspace,
    )
}


@pytest.mark.parametrize("attack", AT_HOME.values(), ids=AT_HOME.keys())
def test_nothing_at_home_gives_or_takes_a_point(
    attack: Callable[[Attacker], None], card: Attacker
) -> None:
    attack(card)
    assert card.mark().verdict.points == 0
    assert card.mark().verdict.final
    with Writer(card.lab.administrator()) as writer:  # as an honest learner would elsewhere
        writer.apply(card.card())
    assert card.mark().verdict.state is State.PASSED


def test_command_uses_no_program_of_the_attendees(card: Attacker, lab: Lab) -> None:
    """Also when their folder comes first on PATH, and their modules lie where we are started."""
    programs = card.home / "bin"
    programs.mkdir()
    trace = card.home / "was-run"
    for name in ("kubectl", "python3", "labkit"):
        (programs / name).write_text(f"#!/bin/sh\ntouch {trace}\nexit 0\n")
        (programs / name).chmod(0o755)
    (card.home / "labkit.py").write_text(f"open({str(trace)!r}, 'w')\n")
    environment = {
        "LABKIT_HOME": str(lab.settings.home),
        "LABKIT_ATTENDEE": "me",
        "PATH": f"{programs}:{os.defpath}",
        "KUBECONFIG": str(learner_kubeconfig(card.lab.settings)),
    }
    command = [str(CONTENT / ".venv" / "bin" / "labkit"), "grade", CARD, "--attendee"]
    ran = SystemRunner()([*command, card.lab.attendee], environment=environment, folder=card.home)
    assert f"{card.lab.attendee} {CARD}: 0 of 10 points" in ran.output
    assert not trace.exists()


# ── objects in the attendee's own namespace ──────────────────────────────────────────────────


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


def card_in_deletion(by: Attacker) -> None:
    leaving = by.card()
    leaving["metadata"]["finalizers"] = ["nobody.example/serves-this"]
    with by.writer() as writer:
        writer.create(leaving)
        writer.delete("ConfigMap", "card", by.namespace)


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
        card_in_deletion,
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


def no_binding(by: Attacker) -> None:
    with by.writer() as writer:
        writer.create(by.card())
        writer.delete("RoleBinding", "labkit-grader", by.namespace)


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


# ── answers and secrets ──────────────────────────────────────────────────────────────────────


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
    assert mark.snapshot
    text = snapshot_text(mark.snapshot)
    assert "sha256" in text
    assert value not in text
    assert "dmVyeS1jb25maWRlbnRpYWw" not in text  # the same in base64


# ── pages ────────────────────────────────────────────────────────────────────────────────────


def test_page_of_somebody_elses_pods_is_no_pass(desk: Attacker, lab: Lab) -> None:
    """Two Pods of ours forward every visitor to a neighbour who did the work."""
    city = desk.drawn()["city"]
    other = attacker(lab, f"{desk.lab.attendee}-x", desk.home / "other", DESK)
    theirs = f"{other.attendee}-{DESK}"
    with Writer(lab.administrator()) as writer:
        writer.create(deployment("desk", {"VERSION": city}), namespace=theirs)
        made = writer.create(service("desk"), namespace=theirs)
    target = f"http://{made['spec']['clusterIP']}"
    with desk.writer() as writer:
        switches = {"MODE": "proxy", "TARGET": target, "VERSION": city}
        writer.create(deployment("desk", switches, 15001), namespace=desk.namespace)
        writer.create(service("desk", target=15001), namespace=desk.namespace)
    verdict = desk.mark().verdict
    leave(other)
    assert verdict.state is not State.PASSED
    assert "passed" not in verdict.results[2].finding.message


def test_pods_and_names_without_the_work_behind_are_no_pass(desk: Attacker) -> None:
    """Pods named like a Deployment's, and a Service that is another name of somebody's."""
    with desk.writer() as writer:
        for name in ("desk-5d4f8c7b9-abcde", "desk-5d4f8c7b9-fghij"):
            writer.create(pod(name), namespace=desk.namespace)
        outside = service("desk") | {
            "spec": {
                "type": "ExternalName",
                "externalName": "kubernetes.default.svc",
                "ports": [{"port": 80}],
            }
        }
        writer.create(outside, namespace=desk.namespace)
    verdict = desk.mark().verdict
    assert verdict.points == 0
    assert verdict.final


# ── rights ───────────────────────────────────────────────────────────────────────────────────

RULE = {"apiGroups": ["*"], "apiVersions": ["*"], "operations": ["*"], "resources": ["*"]}
HOOK = {
    "name": "lies.labkit.example",
    "rules": [RULE],
    "clientConfig": {"url": "https://127.0.0.1/"},
    "sideEffects": "None",
    "admissionReviewVersions": ["v1"],
}
ADMISSION = "admissionregistration.k8s.io/v1"
RBAC = "rbac.authorization.k8s.io"
CRD = {
    "group": "lies.example",
    "scope": "Namespaced",
    "names": {"plural": "cards", "kind": "Card"},
    "versions": [
        {
            "name": "v1",
            "served": True,
            "storage": True,
            "schema": {"openAPIV3Schema": {"type": "object"}},
        }
    ],
}
SLICE = {
    "addressType": "IPv4",
    "endpoints": [{"addresses": ["198.18.1.1"]}],
    "ports": [{"port": 6443}],
}
ADMIN = {"apiGroup": RBAC, "kind": "ClusterRole", "name": "cluster-admin"}
FORBIDDEN: dict[str, Callable[[Writer, Attacker], object]] = {
    "a new kind": lambda writer, _: writer.create(
        cluster_wide("apiextensions.k8s.io/v1", "CustomResourceDefinition", "cards.lies.example")
        | {"spec": CRD}
    ),
    "a webhook that changes": lambda writer, _: writer.create(
        cluster_wide(ADMISSION, "MutatingWebhookConfiguration", "lies", webhooks=[HOOK])
    ),
    "a webhook that refuses": lambda writer, _: writer.create(
        cluster_wide(ADMISSION, "ValidatingWebhookConfiguration", "lies", webhooks=[HOOK])
    ),
    "an API of one's own": lambda writer, _: writer.create(
        cluster_wide("apiregistration.k8s.io/v1", "APIService", "v1.lies.example")
        | {"spec": {"group": "lies.example", "version": "v1"}}
    ),
    "the seed record": lambda writer, by: writer.patch(
        "ConfigMap", f"{by.namespace}-seed", {"data": {"seed.json": "{}"}}, "labkit-system"
    ),
    "a token of the grader": lambda writer, by: writer.token(by.grader, "labkit-system"),
    "a token of the setup": lambda writer, by: writer.token(
        f"{by.lab.attendee}-setup", "labkit-system"
    ),
    "the observers' namespace": lambda writer, by: writer.create(
        config_map("mine", f"{by.namespace}-obs", {}, {})
    ),
    "the system's namespace": lambda writer, _: writer.create(
        config_map("mine", "kube-system", {}, {})
    ),
    "labels of the namespace": lambda writer, by: writer.patch(
        "Namespace", by.namespace, {"metadata": {"labels": {"x": "y"}}}
    ),
    "the namespace itself": lambda writer, by: writer.delete("Namespace", by.namespace),
    "a namespace": lambda writer, _: writer.create(cluster_wide("v1", "Namespace", "mine-too")),
    "endpoints": lambda writer, by: writer.create(
        cluster_wide("discovery.k8s.io/v1", "EndpointSlice", "elsewhere") | SLICE,
        namespace=by.namespace,
    ),
    "an outer address": lambda writer, by: writer.patch(
        "Service", "any", {"status": {}}, by.namespace, subresource="status"
    ),
    "a finished rollout": lambda writer, by: writer.patch(
        "Deployment", "any", {"status": {}}, by.namespace, subresource="status"
    ),
    "rights in one's own namespace": lambda writer, by: writer.create(
        cluster_wide(f"{RBAC}/v1", "RoleBinding", "more", roleRef=ADMIN), namespace=by.namespace
    ),
    "rights everywhere": lambda writer, _: writer.create(
        cluster_wide(f"{RBAC}/v1", "ClusterRoleBinding", "more", roleRef=ADMIN)
    ),
    "a node": lambda writer, _: writer.patch("Node", "node1", {"metadata": {"labels": {}}}),
    "a certificate": lambda writer, _: writer.create(
        cluster_wide("certificates.k8s.io/v1", "CertificateSigningRequest", "me", spec={})
    ),
}


def test_learner_may_write_nothing_that_a_verdict_rests_on(colour: Attacker) -> None:
    allowed = []
    with colour.writer() as writer:
        for what, attempt in FORBIDDEN.items():
            try:
                attempt(writer, colour)
                allowed.append(what)
            except Forbidden:
                continue
            except ObjectRejected as problem:
                # RBAC's own rule against giving what one does not have speaks in other words.
                if problem.status != 403:
                    allowed.append(f"{what}: {problem}")
    assert allowed == []


def test_learner_reads_neither_seed_records_nor_a_neighbours_work(colour: Attacker) -> None:
    with colour.reader() as reader:
        for namespace, name in (("labkit-system", f"{colour.namespace}-seed"), ("x-y", "card")):
            with pytest.raises(Forbidden):
                reader.get("ConfigMap", name, namespace=namespace)


@pytest.mark.parametrize("who", ["grader", "setup"])
def test_learner_cannot_speak_as_somebody_else(who: str, colour: Attacker) -> None:
    user = f"--as=system:serviceaccount:labkit-system:{colour.lab.attendee}-{who}"
    environment = {
        "KUBECONFIG": str(learner_kubeconfig(colour.lab.settings)),
        "PATH": tool_path(colour.lab),
    }
    command = ["kubectl", user, "get", "configmaps"]
    ran = SystemRunner()(command, environment=environment, may_fail=True)
    assert ran.status != 0
    assert "cannot impersonate" in ran.errors


WAYS_TO_THE_NODE = {
    "its disk": {"volumes": [{"name": "disk", "hostPath": {"path": "/"}}]},
    "its network": {"hostNetwork": True},
    "its processes": {"hostPID": True},
    "all privileges": {"box": {"securityContext": {"privileged": True}}},
}


@pytest.mark.parametrize("way", WAYS_TO_THE_NODE.values(), ids=WAYS_TO_THE_NODE.keys())
def test_no_pod_of_a_learner_reaches_the_node(way: dict[str, object], card: Attacker) -> None:
    with card.writer() as writer, pytest.raises(ObjectRejected, match="PodSecurity"):
        writer.create(pod("way", **way), namespace=card.namespace)


def test_started_again_the_grader_has_its_rights_back(card: Attacker) -> None:
    no_binding(card)
    start(card.lab, CARD)
    assert card.mark().verdict.state is State.PASSED


@pytest.mark.parametrize("exercise", [CARD, DESK])
def test_honest_solution_passes(
    exercise: str, lab: Lab, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    own = attacker(lab, named(request), tmp_path / "home", exercise)
    solve(own, exercise)
    with Marker(lab) as marker:
        mark = Attacker(own, exercise, marker).mark()
    leave(own)
    assert (mark.verdict.state, mark.verdict.points, mark.counts) == (State.PASSED, 10, True)
