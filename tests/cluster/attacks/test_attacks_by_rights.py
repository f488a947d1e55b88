"""What the learner's identity may not do at all."""

from collections.abc import Callable

import pytest

from labkit.foundation.process import SystemRunner
from labkit.grading.verdict import State
from labkit.kube.errors import Forbidden, ObjectRejected
from labkit.kube.writer import Writer
from labkit.workshop.names import learner_kubeconfig
from labkit.workshop.starting import start
from labkit.workshop.tools import tool_path
from tests.cluster.attacks.attacking import (
    CARD,
    Attacker,
    cluster_wide,
    config_map,
    no_binding,
    pod,
)
from tests.support.waiting import eventually

pytestmark = pytest.mark.cluster
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
    # Raw: asked in the usual way, kubectl first looks what kinds there are, and says less.
    path = f"/api/v1/namespaces/{colour.namespace}/configmaps"
    command = ["kubectl", user, "get", "--raw", path]
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
    with card.reader() as reader:  # before it is there, no Pod is even looked at
        eventually(lambda: reader.list("ServiceAccount", namespace=card.namespace), "its account")
    with card.writer() as writer, pytest.raises(ObjectRejected, match="PodSecurity"):
        writer.create(pod("way", **way), namespace=card.namespace)


def test_started_again_the_grader_has_its_rights_back(card: Attacker) -> None:
    no_binding(card)
    start(card.lab, CARD)
    assert card.mark().verdict.state is State.PASSED
