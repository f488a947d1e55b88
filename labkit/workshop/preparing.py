"""Make an exercise's namespaces and what its identities may do, and see that it holds."""

import json
from collections.abc import Iterable, Sequence

from labkit.foundation.text import say
from labkit.foundation.waiting import wait_until
from labkit.grading.exercise import Exercise
from labkit.grading.steps import Target
from labkit.kube.errors import ObjectNotFound, ObjectRejected
from labkit.kube.exchange import Request
from labkit.kube.reader import Reader
from labkit.kube.resources import Object
from labkit.kube.writer import Writer
from labkit.workshop.at_once import at_once
from labkit.workshop.awaiting import wait_until_gone
from labkit.workshop.identities import forget_tokens
from labkit.workshop.lab import Lab
from labkit.workshop.names import SYSTEM_NAMESPACE
from labkit.workshop.rights import (
    attendee_objects,
    exercise_objects,
    namespace_objects,
)

RIGHTS_SECONDS = 10  # the API server learns of a new binding within milliseconds
TERMINATION_SECONDS = 90  # of a namespace that somebody deleted; a Pod may use its 30 s

Probe = tuple[str, str, str, str, str]
"""Who may do what to which resource of a group, in which namespace."""


def prepare(lab: Lab, exercise: Exercise, reader: Reader, writer: Writer) -> dict[str, str]:
    """Apply it all, wait until it holds; uids of the namespaces. As the administrator."""
    introduce(lab, writer)
    namespaces = make_namespaces(reader, writer, namespace_objects(lab.attendee, exercise))
    grant(writer, exercise_objects(lab.attendee, exercise, reader.kinds.find))
    return namespaces


def introduce(lab: Lab, writer: Writer) -> None:
    """Make the attendee known to the cluster."""
    namespace, *others = attendee_objects(lab.attendee)
    if _is_unknown(lab, writer):
        forget_tokens(lab)
    writer.apply(namespace)
    grant(writer, others)


def make_namespaces(reader: Reader, writer: Writer, wanted: Sequence[Object]) -> dict[str, str]:
    """Name to uid. One that is being deleted is waited for, then made anew."""
    for namespace in wanted:
        _let_it_end(reader, namespace["metadata"]["name"])
    made = at_once(writer.apply, wanted)
    return {one["metadata"]["name"]: one["metadata"]["uid"] for one in made}


def grant(writer: Writer, objects: Sequence[Object]) -> None:
    """Apply identities, Roles and bindings, and wait until the API server acts by them."""
    at_once(lambda one: _apply(writer, one), objects)
    probes = _probes(objects)
    wait_until(
        lambda: all(at_once(lambda probe: _is_allowed(writer, probe), probes)),
        say("the rights of the exercise's identities"),
        limit_seconds=RIGHTS_SECONDS,
        clock=writer.connection.clock,
        pause_seconds=0.02,
        last_seen=lambda: say("not in force yet"),
    )


def _is_unknown(lab: Lab, writer: Writer) -> bool:
    """Whether the cluster lacks the attendee's identities: old tokens then mean nobody."""
    try:
        writer.token(f"{lab.attendee}-learner", SYSTEM_NAMESPACE)
    except ObjectNotFound:
        return True
    return False


def _let_it_end(reader: Reader, namespace: str) -> None:
    try:
        metadata = reader.get("Namespace", namespace)["metadata"]
    except ObjectNotFound:
        return
    if metadata.get("deletionTimestamp"):
        wait_until_gone(reader, Target("Namespace", namespace), "", TERMINATION_SECONDS)


def _apply(writer: Writer, wanted: Object) -> None:
    try:
        writer.apply(wanted)
    except ObjectRejected:
        # Whoever may bind may also have made this binding anew for another role; what a binding
        # refers to cannot be changed.
        if not wanted["kind"].endswith("Binding"):
            raise
        metadata = wanted["metadata"]
        writer.delete(wanted["kind"], metadata["name"], metadata.get("namespace"))
        writer.apply(wanted)


def _probes(objects: Iterable[Object]) -> list[Probe]:
    """One question a binding: something that it alone may allow."""
    roles = {_place(one): one for one in objects if one["kind"] in ("Role", "ClusterRole")}
    probes = []
    for binding in (one for one in objects if one["kind"].endswith("Binding")):
        namespace = binding["metadata"].get("namespace", "")
        reference = binding["roleRef"]
        role = roles.get((reference["kind"], reference["name"], namespace))
        rule = role["rules"][0] if role else _well_known(reference["name"])
        subject = binding["subjects"][0]
        who = f"system:serviceaccount:{subject['namespace']}:{subject['name']}"
        group, resource = rule["apiGroups"][0], rule["resources"][0]
        name = (rule.get("resourceNames") or [""])[0]
        probes.append((who, f"{rule['verbs'][0]} {name}", group, resource, namespace))
    return probes


def _place(role: Object) -> tuple[str, str, str]:
    return role["kind"], role["metadata"]["name"], role["metadata"].get("namespace", "")


def _well_known(role: str) -> dict[str, list[str]]:
    """A rule of `view`, `admin` or `cluster-admin`, which are the cluster's own."""
    verbs = {"view": ["list"], "admin": ["create"], "cluster-admin": ["create"]}[role]
    return {"apiGroups": [""], "resources": ["configmaps"], "verbs": verbs}


def _is_allowed(writer: Writer, probe: Probe) -> bool:
    who, deed, group, resource, namespace = probe
    verb, _, name = deed.partition(" ")
    attributes = {
        "verb": verb,
        "group": group,
        "resource": resource.partition("/")[0],
        "subresource": resource.partition("/")[2],
        "namespace": namespace,
        "name": name,
    }
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SubjectAccessReview",
        "spec": {"user": who, "resourceAttributes": attributes},
    }
    # A review has no name, so it is no object that a Writer would create.
    path = writer.kinds.find("SubjectAccessReview").path()
    reply = writer.connection.ask(Request(path, "POST", body=json.dumps(review).encode()))
    return bool(reply.json()["status"]["allowed"])
