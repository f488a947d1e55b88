"""What a cluster that we did not make offers to lessons, found out once by `doctor --probe`.

Most is read; whether Pods really run is tried with one Pod in a namespace of its own, which is
removed again. A Service of type LoadBalancer is never made: on a cloud it costs money.
"""

import contextlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from labkit.cluster.engine import Capability
from labkit.foundation.errors import TimedOut
from labkit.foundation.text import say
from labkit.kube.conditions import is_gone, is_true
from labkit.kube.errors import KubeError
from labkit.kube.exchange import Request
from labkit.kube.kubeconfig import Access
from labkit.kube.reader import Reader
from labkit.kube.resources import Object, ObjectReference, Objects
from labkit.kube.waiting import wait_for
from labkit.kube.writer import Writer
from labkit.preflight.cluster import SIMULATED
from labkit.preflight.finding import Finding, fine, note
from labkit.preflight.surroundings import Surroundings

POD_SECONDS = 30.0  # a first image pull on a far cluster
REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
PAUSE = "registry.k8s.io/pause:3.10"
POLICY_AGENTS = ("calico", "canal", "cilium", "kube-router", "antrea", "weave")
CLOUDS = ("openstack://", "aws://", "gce://", "azure://", "ovhcloud://", "digitalocean://")
PROBED = (
    Capability.REAL_PODS,
    Capability.DNS,
    Capability.MULTI_NODE,
    Capability.LOAD_BALANCER,
    Capability.INGRESS,
    Capability.NETWORK_POLICY,
    Capability.STORAGE,
    Capability.METRICS,
    Capability.CLUSTER_SCOPE,
)
"""Not the audit log and not the control plane's machine: a kubeconfig leads to neither."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What was read of a cluster; an empty list also stands for what we may not read."""

    nodes: Objects
    dns_pods: Objects
    services: Objects
    ingress_classes: Objects
    storage_classes: Objects
    daemon_sets: Objects
    has_metrics: bool
    may_all: bool
    pod_ran: bool


def probe(access: Access, around: Surroundings) -> frozenset[Capability]:
    with (
        Reader(access, run=around.run, clock=around.clock) as reader,
        Writer(access, run=around.run, clock=around.clock) as writer,
    ):
        return offered(_look(reader, writer))


def offered(seen: Seen) -> frozenset[Capability]:
    ready = [node for node in seen.nodes if is_true(node, "Ready")]
    at_work = [node for node in ready if not (node.get("spec") or {}).get("unschedulable")]
    agents = [item["metadata"]["name"] for item in seen.daemon_sets]
    answers = {
        Capability.REAL_PODS: seen.pod_ran and not all(map(_is_simulated, ready)),
        Capability.DNS: any(is_true(pod, "Ready") for pod in seen.dns_pods),
        Capability.MULTI_NODE: len(at_work) > 1,
        Capability.LOAD_BALANCER: _balances(seen),
        Capability.INGRESS: bool(seen.ingress_classes),
        Capability.NETWORK_POLICY: any(known in name for name in agents for known in POLICY_AGENTS),
        Capability.STORAGE: any(map(_is_default, seen.storage_classes)),
        Capability.METRICS: seen.has_metrics,
        Capability.CLUSTER_SCOPE: seen.may_all,
    }
    return frozenset(capability for capability, yes in answers.items() if yes)


def findings(capabilities: frozenset[Capability]) -> list[Finding]:
    return [_finding(capability, capabilities) for capability in PROBED]


def _finding(capability: Capability, capabilities: frozenset[Capability]) -> Finding:
    topic = f"offers-{capability}"
    if capability in capabilities:
        return fine(topic, say("The cluster offers {name}.", name=capability))
    seen = say("The cluster shows no sign of {name}.", name=capability)
    return note(topic, seen, say("Exercises that need it are skipped, never failed."))


def _is_simulated(node: Mapping[str, Any]) -> bool:
    return SIMULATED in (node["metadata"].get("annotations") or {})


def _is_default(storage_class: Mapping[str, Any]) -> bool:
    annotations = storage_class["metadata"].get("annotations") or {}
    return annotations.get("storageclass.kubernetes.io/is-default-class") == "true"


def _balances(seen: Seen) -> bool:
    """An address was given to somebody, or the nodes are a cloud's."""
    given = any(
        (service.get("status") or {}).get("loadBalancer", {}).get("ingress")
        for service in seen.services
    )
    providers = [str((node.get("spec") or {}).get("providerID", "")) for node in seen.nodes]
    return given or any(provider.startswith(CLOUDS) for provider in providers)


def _look(reader: Reader, writer: Writer) -> Seen:
    nodes = _listed(reader, "Node")
    return Seen(
        nodes=nodes,
        dns_pods=_listed(reader, "Pod", namespace="kube-system", labels="k8s-app=kube-dns"),
        services=_listed(reader, "Service"),
        ingress_classes=_listed(reader, "IngressClass"),
        storage_classes=_listed(reader, "StorageClass"),
        daemon_sets=_listed(reader, "DaemonSet"),
        has_metrics=_answers(reader, "/apis/metrics.k8s.io/v1beta1/nodes"),
        may_all=_may_all(reader),
        pod_ran=_pod_ran(reader, writer, _image(nodes)),
    )


def _listed(reader: Reader, kind: str, **which: str) -> Objects:
    try:
        return reader.list(kind, namespace=which.get("namespace"), labels=which.get("labels", ""))
    except KubeError:
        return []


def _answers(reader: Reader, path: str) -> bool:
    try:
        reader.raw(path)
    except KubeError:
        return False
    return True


def _may_all(reader: Reader) -> bool:
    # A review must have no name, so it is asked plainly.
    asked = {"verb": "*", "group": "*", "resource": "*"}
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": asked},
    }
    request = Request(REVIEWS, "POST", body=json.dumps(review).encode())
    try:
        return bool(reader.connection.ask(request).json()["status"]["allowed"])
    except KubeError:
        return False


def _image(nodes: Objects) -> str:
    """A pause image that some node has already, so that nothing is pulled."""
    names = (
        name
        for node in nodes
        for image in (node.get("status") or {}).get("images") or []
        for name in image.get("names") or []
    )
    return next((name for name in names if "/pause:" in name), PAUSE)


def _pod_ran(reader: Reader, writer: Writer, image: str) -> bool:
    try:
        with _namespace(writer) as namespace:
            account = ObjectReference("ServiceAccount", "default", namespace)
            wait_for(reader, account, lambda it: not is_gone(it), limit_seconds=POD_SECONDS)
            writer.create(_pod(image), namespace=namespace)
            pod = ObjectReference("Pod", "probe", namespace)
            return wait_for(reader, pod, _runs, limit_seconds=POD_SECONDS)
    except (KubeError, TimedOut):
        return False


@contextlib.contextmanager
def _namespace(writer: Writer) -> Iterator[str]:
    metadata = {"generateName": "labkit-probe-"}
    made = writer.create({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
    name = str(made["metadata"]["name"])
    try:
        yield name
    finally:
        with contextlib.suppress(KubeError):
            writer.delete("Namespace", name)


def _pod(image: str) -> Object:
    container = {"name": "probe", "image": image, "imagePullPolicy": "IfNotPresent"}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "probe"},
        "spec": {"containers": [container], "terminationGracePeriodSeconds": 0},
    }


def _runs(pod: Object) -> bool:
    return (pod.get("status") or {}).get("phase") == "Running"
