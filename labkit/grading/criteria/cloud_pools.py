"""A node pool of a cluster of the cloud: as ordered, marked by its template, used by whom."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from labkit.foundation.text import say
from labkit.grading.criteria.cloud_clusters import (
    called,
    nodes_of_pool,
    not_as_ordered,
    pods_on,
)
from labkit.grading.criteria.node_wishes import wishes_for
from labkit.grading.criteria.objects import (
    NO_NEW_PODS,
    evidence,
    has_labels,
    labels_of,
    name_of,
    names_of,
)
from labkit.grading.snapshot import Object, Snapshot
from labkit.grading.verdict import Finding, not_started, not_yet, passed
from labkit.kube.conditions import deployment_available, node_ready

JOB_LABEL = "batch.kubernetes.io/job-name"


@dataclass(frozen=True, slots=True)
class Pool:
    cluster: str
    name: str
    label: tuple[str, str]

    @property
    def path(self) -> str:
        return f"/kube/@{self.cluster}/nodepool"


def ordered(snapshot: Snapshot, pool: Pool, wanted: Mapping[str, Any]) -> Finding:
    """READY, with these fields, and a node of it is Ready in the cluster."""
    trouble = not_as_ordered(snapshot.cloud(pool.path), pool.name, wanted)
    if trouble:
        return trouble
    nodes = [node for node in _nodes(snapshot, pool) if node_ready(node)]
    if nodes:
        return passed(
            say("Pool {name} is READY: {nodes}.", name=pool.name, nodes=names_of(nodes)),
            evidence=evidence(*nodes),
        )
    return not_yet(
        "pool.no_node",
        seen=say("No node of pool {name} is Ready.", name=pool.name),
        expected=say("One is."),
        next_step=say("Watch it join: `kubectl get nodes --watch`."),
        settling=True,
    )


def marked_by_template(snapshot: Snapshot, pool: Pool) -> Finding:
    """Label and a taint that refuses are in the template, and on each node."""
    found = called(snapshot.cloud(pool.path), pool.name)
    if not found:
        return not_started(
            "pool.none",
            seen=say("There is no pool {name}.", name=pool.name),
            next_step=say("Order it first, with a template."),
        )
    template, label = found[0]["template"], "=".join(pool.label)
    lacks = _lacks(template["metadata"]["labels"], template["spec"]["taints"], pool)
    if lacks:
        return not_yet(
            "pool.template_lacks",
            seen=say("The template of pool {name} lacks: {what}.", name=pool.name, what=lacks),
            expected=say("Label {label}, and a taint with NoSchedule or NoExecute.", label=label),
            why=say("What is put on a node by hand is gone with that node; the next has none."),
            next_step=say("Write it into template.metadata.labels and template.spec.taints."),
        )
    bare = [node for node in _nodes(snapshot, pool) if _lacks(labels_of(node), _taints(node), pool)]
    if bare or not _nodes(snapshot, pool):
        return not_yet(
            "pool.nodes_lack",
            seen=say("Nodes without label or taint: {nodes}.", nodes=names_of(bare) or "?"),
            expected=say("Each node of the pool has both."),
            next_step=say("They follow their template in a moment; check again."),
            settling=True,
        )
    return passed(say("Template and nodes have the label {label} and the taint.", label=label))


def used_by(snapshot: Snapshot, pool: Pool, *, job: str, never: str) -> Finding:
    """A Pod of the Job succeeded there, and could not have run elsewhere.

    Pods of app `never` are not there, nor were, and run.
    """
    nodes, pods = _nodes(snapshot, pool), _here(snapshot, pool, "Pod")
    ours = [pod for pod in pods if has_labels(pod, {JOB_LABEL: job})]
    if not ours:
        return not_started(
            "pool.no_job",
            seen=say("No Pod of Job {job} is there.", job=job),
            next_step=say("Create the Job from its file, with what it needs for the pool."),
        )
    guests = _guests(snapshot, pool, nodes, never)
    if guests:
        return _disturbed(pool, guests)
    if not _done(pods_on(ours, nodes)) or len(pods_on(ours, nodes)) < len(ours):
        return _elsewhere(pool, job, ours)
    others = [n for n in snapshot.objects("Node", cluster=pool.cluster) if n not in nodes]
    allowed = [node for node in others if wishes_for(ours[0], node)]
    return _by_luck(pool, job, allowed[0]) if allowed else _quiet(snapshot, pool, ours, never)


def _by_luck(pool: Pool, job: str, other: Object) -> Finding:
    return not_yet(
        "pool.job_by_luck",
        seen=say("Job {job} ran on pool {name}, by luck.", job=job, name=pool.name),
        expected=say("Its Pod asks for the pool's nodes, and for no others."),
        why=say(
            "A toleration is a permit and no wish: {node} was as good to the scheduler.",
            node=name_of(other),
        ),
        next_step=say("Give its Pod a nodeSelector; delete the Job and create it again."),
    )


def _here(snapshot: Snapshot, pool: Pool, kind: str) -> tuple[Object, ...]:
    return snapshot.objects(kind, namespace="default", cluster=pool.cluster)


def _nodes(snapshot: Snapshot, pool: Pool) -> list[Object]:
    return nodes_of_pool(snapshot.objects("Node", cluster=pool.cluster), pool.name)


def _taints(node: Object) -> list[Mapping[str, Any]]:
    return list((node.get("spec") or {}).get("taints") or ())


def _lacks(labels: Mapping[str, str], taints: list[Mapping[str, Any]], pool: Pool) -> str:
    key, value = pool.label
    parts = [] if labels.get(key) == value else [say("the label {label}", label=f"{key}={value}")]
    if not any(taint.get("effect") in NO_NEW_PODS for taint in taints):
        parts.append(say("a taint that refuses"))
    return ", ".join(parts)


def _guests(snapshot: Snapshot, pool: Pool, nodes: list[Object], app: str) -> list[str]:
    """Pods of the app that are on the pool's nodes, or that the scheduler once put there."""
    pods = _here(snapshot, pool, "Pod")
    now = {name_of(pod) for pod in pods_on(pods, nodes) if labels_of(pod).get("app") == app}
    names = {name_of(node) for node in nodes}
    once = {
        str(event["involvedObject"]["name"])
        for event in _here(snapshot, pool, "Event")
        if event.get("reason") == "Scheduled"
        and str(event["involvedObject"].get("name", "")).startswith(f"{app}-")
        and str(event.get("message", "")).rpartition(" ")[2] in names
    }
    return sorted(now | once)


def _done(pods: list[Object]) -> bool:
    return any((pod.get("status") or {}).get("phase") == "Succeeded" for pod in pods)


def _disturbed(pool: Pool, guests: list[str]) -> Finding:
    return not_yet(
        "pool.guests",
        seen=say("On nodes of pool {name} is or was: {pods}.", name=pool.name, pods=guests[0]),
        expected=say("Nobody but the night's jobs."),
        why=say("Without a taint the scheduler takes every node that has room."),
        next_step=say("Delete the pool and that Pod, and order the pool with its taint."),
    )


def _quiet(snapshot: Snapshot, pool: Pool, ours: list[Object], app: str) -> Finding:
    found = [one for one in _here(snapshot, pool, "Deployment") if name_of(one) == app]
    if found and (found[0]["spec"].get("replicas") or 0) > 0 and deployment_available(found[0]):
        seen = say(
            "{pod} succeeded on the pool; {app} runs elsewhere.", pod=name_of(ours[0]), app=app
        )
        return passed(seen, evidence=evidence(*ours, *found))
    return not_yet(
        "pool.other_app_down",
        seen=say("Deployment {app} is not available.", app=app),
        expected=say("It runs as before, on other nodes."),
        next_step=say("See why: `kubectl describe deployment {app}`.", app=app),
        settling=True,
    )


def _elsewhere(pool: Pool, job: str, ours: list[Object]) -> Finding:
    places = sorted({str((pod.get("spec") or {}).get("nodeName") or "") for pod in ours})
    waits = places == [""]
    where = say("no node yet") if waits else ", ".join(filter(None, places))
    return not_yet(
        "pool.job_waits" if waits else "pool.job_elsewhere",
        seen=say("Pods of Job {job} are on: {where}.", job=job, where=where),
        expected=say("One succeeded on a node of pool {name}, and none elsewhere.", name=pool.name),
        why=say("The label attracts who asks for it (nodeSelector); the taint wants a toleration."),
        next_step=say("Compare the Job with label and taint; delete it and create it again."),
        evidence=evidence(*ours),
    )
