"""Take an exercise's namespaces back to empty, quickly: objects go, the namespaces stay.

Deleting a namespace waits for the grace of each Pod and for controllers; an exercise that starts
over should not.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from labkit.foundation.errors import TimedOut
from labkit.foundation.waiting import wait_until
from labkit.grading.exercise import Exercise
from labkit.kube.errors import ObjectNotFound
from labkit.kube.exchange import Request
from labkit.kube.reader import Reader
from labkit.kube.resources import Object, Resource
from labkit.kube.served import deletable
from labkit.kube.writer import Writer
from labkit.workshop.acting import place_values
from labkit.workshop.at_once import at_once
from labkit.workshop.cloud_account import remove_clusters
from labkit.workshop.errors import LeftoversRemain
from labkit.workshop.lab import Lab
from labkit.workshop.names import namespaces_of, selector_of
from labkit.workshop.rights import exercise_objects

LIMIT_SECONDS = 60
PATIENCE_SECONDS = 3  # for whoever set a finalizer to take it off; then we do
CLUSTER_MADE = frozenset({("ConfigMap", "kube-root-ca.crt"), ("ServiceAccount", "default")})
WRITTEN_ABOUT = frozenset({"Event", "Lease"})
"""Kinds that say something about others; they come late and mean nothing by themselves."""

KNOWN_FINALIZERS = frozenset(
    {
        "kubernetes.io/pvc-protection",
        "service.kubernetes.io/load-balancer-cleanup",
        "foregroundDeletion",
        "orphan",
        "batch.kubernetes.io/job-tracking",
    }
)
"""Of the cluster itself: whoever set them takes them off."""


@dataclass(frozen=True, slots=True)
class Found:
    resource: Resource
    object: Object

    @property
    def name(self) -> str:
        return str(self.object["metadata"]["name"])

    @property
    def namespace(self) -> str:
        return str(self.object["metadata"].get("namespace", ""))

    @property
    def wave(self) -> int:
        """Owners go before what they own, Pods last: else a controller replaces them."""
        if self.resource.kind == "Pod":
            return 2
        return 1 if self.object["metadata"].get("ownerReferences") else 0

    @property
    def lingers(self) -> bool:
        """A Pod that somebody deleted with a farewell of many seconds."""
        is_leaving = "deletionTimestamp" in self.object["metadata"]
        return is_leaving and bool(self.object["metadata"].get("deletionGracePeriodSeconds"))

    @property
    def counts(self) -> bool:
        """Whether it must be gone before an exercise is untouched again."""
        return self.resource.kind not in WRITTEN_ABOUT

    def __str__(self) -> str:
        return f"{self.resource.kind}/{self.name}"


def empty(lab: Lab, exercise: Exercise, reader: Reader, writer: Writer) -> None:
    """Delete everything in the exercise's namespaces, and nodes and clusters made for it.

    As the administrator; returns when it is gone. Raises LeftoversRemain.
    """
    _remove_nodes(lab, exercise, reader)
    remove_clusters(lab, exercise, place_values(lab, exercise))
    begun = lab.clock.monotonic()
    left: list[Found] = []
    served = deletable(reader.connection)

    def sweep() -> bool:
        left[:] = leftovers(lab, exercise, reader, served)
        impatient = lab.clock.monotonic() - begun > PATIENCE_SECONDS
        for wave in range(3):
            of_wave = [one for one in left if one.wave == wave]
            at_once(lambda one: _delete(writer, one, strip=impatient), of_wave)
        return not any(one.counts for one in left)

    try:
        wait_until(
            sweep,
            exercise.id,
            limit_seconds=LIMIT_SECONDS,
            clock=lab.clock,
            pause_seconds=0.05,
        )
    except TimedOut as problem:
        names = tuple(str(one) for one in left)
        raise LeftoversRemain(exercise.id, names, LIMIT_SECONDS) from problem


def leftovers(
    lab: Lab, exercise: Exercise, reader: Reader, served: Sequence[Resource] = ()
) -> list[Found]:
    """What is in the exercise's namespaces besides what every empty one holds.

    `served` is what the API server has; given, it is not asked again.
    """
    namespaces = namespaces_of(exercise, lab.attendee).values()
    rights = exercise_objects(lab.attendee, exercise, reader.kinds.find)
    ours = {(one["kind"], one["metadata"]["name"]) for one in rights} | CLUSTER_MADE
    asked = [
        (resource, namespace)
        for resource in served or deletable(reader.connection)
        for namespace in namespaces
        if resource.api_version != "events.k8s.io/v1"  # the same Events as v1's
    ]
    lists = at_once(lambda place: _listed(reader, place[0], place[1]), asked)
    return [one for found in lists for one in found if not _is_kept(one, ours)]


def _listed(reader: Reader, resource: Resource, namespace: str) -> list[Found]:
    request = Request(resource.path(namespace))
    try:
        items = reader.connection.ask(request).json().get("items") or ()
    except ObjectNotFound:  # its CustomResourceDefinition went in between
        return []
    return [Found(resource, item) for item in items]


def _is_kept(one: Found, ours: Collection[tuple[str, str]]) -> bool:
    return (one.resource.kind, one.name) in ours


def _delete(writer: Writer, one: Found, *, strip: bool) -> None:
    path = one.resource.path(one.namespace, one.name)
    metadata = one.object["metadata"]
    try:
        if not metadata.get("deletionTimestamp") or one.lingers:
            options = b'{"propagationPolicy":"Background","gracePeriodSeconds":0}'
            writer.connection.ask(Request(path, "DELETE", body=options, what=str(one)))
        elif strip and (strange := set(metadata.get("finalizers") or ()) - KNOWN_FINALIZERS):
            kept = [name for name in metadata["finalizers"] if name not in strange]
            _keep_finalizers(writer, path, kept)
    except ObjectNotFound:
        return


def _keep_finalizers(writer: Writer, path: str, kept: list[str]) -> None:

    patch = json.dumps({"metadata": {"finalizers": kept or None}}).encode()
    kind = "application/merge-patch+json"
    writer.connection.ask(Request(path, "PATCH", body=patch, content_type=kind))


def _remove_nodes(lab: Lab, exercise: Exercise, reader: Reader) -> None:
    selector = selector_of(lab.attendee, exercise.id)
    for node in reader.list("Node", labels=selector):
        lab.engine().remove_node(node["metadata"]["name"], lab.progress)
