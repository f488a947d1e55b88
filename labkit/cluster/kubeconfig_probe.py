"""What a cluster that we did not make offers: tried out, in a namespace that is removed again.

A capability is offered if it was seen at work within the limit; what we may not do is not offered.
On a cloud's nodes nothing is made that the cloud would send a bill for, unless that is agreed to.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from labkit.cluster.engine import Capability
from labkit.cluster.kubeconfig_trials import (
    Trial,
    balancer_gets_an_address,
    names_are_resolved,
    page_comes_through_ingress,
    pod_runs_and_is_heard,
    policy_cuts,
    trial_namespace,
    volume_binds,
)
from labkit.foundation.errors import LabError, TimedOut
from labkit.foundation.waiting import Clock
from labkit.kube.conditions import node_ready
from labkit.kube.errors import KubeError
from labkit.kube.reader import Reader
from labkit.kube.resources import Object, Objects
from labkit.kube.writer import Writer

LIMIT_SECONDS = 60.0
SIMULATED = "kwok.x-k8s.io/node"
CLOUDS = ("openstack://", "aws://", "gce://", "azure://", "ovhcloud://", "digitalocean://")


def probe(
    reader: Reader,
    writer: Writer,
    clock: Clock,
    *,
    image: str,
    limit_seconds: float = LIMIT_SECONDS,
    may_cost: bool = False,
) -> frozenset[Capability]:
    """Takes up to `limit_seconds` and the end of the namespace. `image` works like hello's.

    Raises KubeError when the cluster does not answer at all.
    """
    nodes = [node for node in reader.list("Node") if _takes_pods(node)]
    end = clock.monotonic() + limit_seconds
    offered = _read(reader, writer, nodes)
    if not nodes or all(map(_is_simulated, nodes)):
        return offered
    is_free = may_cost or not any(map(_is_clouds, nodes))
    try:
        with trial_namespace(reader, writer, clock) as namespace:
            trial = Trial(reader, writer, clock, namespace=namespace, image=image, end=end)
            return offered | _tried(trial, is_free=is_free)
    except (KubeError, TimedOut):  # we may make no namespace there, or nothing in it
        return offered


def _takes_pods(node: Object) -> bool:
    return node_ready(node) and not (node.get("spec") or {}).get("unschedulable")


def _is_simulated(node: Object) -> bool:
    return SIMULATED in (node["metadata"].get("annotations") or {})


def _is_clouds(node: Object) -> bool:
    return str((node.get("spec") or {}).get("providerID", "")).startswith(CLOUDS)


def _read(reader: Reader, writer: Writer, nodes: Objects) -> frozenset[Capability]:
    """What can be told without making anything."""
    answers = {
        Capability.MULTI_NODE: lambda: len(nodes) > 1,
        Capability.METRICS: lambda: bool(reader.raw("/apis/metrics.k8s.io/v1beta1/nodes")),
        Capability.CLUSTER_SCOPE: lambda: _may_define_kinds(writer),
    }
    return frozenset(each for each, answer in answers.items() if _held(answer))


def _may_define_kinds(writer: Writer) -> bool:
    asked = {
        "verb": "create",
        "group": "apiextensions.k8s.io",
        "resource": "customresourcedefinitions",
    }
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": asked},
    }
    return bool(writer.create(review)["status"]["allowed"])


def _tried(trial: Trial, *, is_free: bool) -> frozenset[Capability]:
    """All at once, each with objects of its own."""
    trials = {
        Capability.REAL_PODS: lambda: pod_runs_and_is_heard(trial),
        Capability.DNS: lambda: names_are_resolved(trial),
        Capability.LOAD_BALANCER: lambda: balancer_gets_an_address(trial, is_free=is_free),
        Capability.INGRESS: lambda: page_comes_through_ingress(trial),
        Capability.NETWORK_POLICY: lambda: policy_cuts(trial),
        Capability.STORAGE: lambda: volume_binds(trial, is_free=is_free),
    }
    with ThreadPoolExecutor(len(trials)) as pool:
        answers = {each: pool.submit(_held, trying) for each, trying in trials.items()}
    return frozenset(each for each, answer in answers.items() if answer.result())


def _held(answer: Callable[[], bool]) -> bool:
    """A refusal or a time-out is an answer too: not offered."""
    try:
        return answer()
    except LabError:
        return False
