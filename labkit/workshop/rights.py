"""Who may do what: the objects that give an attendee's three identities their rights.

Pure: an exercise in, Kubernetes objects out. The grader's Roles say exactly what `[[read]]` says.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any

from labkit.grading.exercise import Exercise, LogRead, ObjectsRead, PagesRead, Read
from labkit.kube.resources import Object, Resource
from labkit.workshop.names import SYSTEM_NAMESPACE, labels_of, namespaces_of, record_name

LOOK = ["get", "list", "watch"]
OBSERVERS = "obs"
"""Suffix of the namespace that the learner may only read."""

PLATFORM_NAMESPACES = ("default", "kube-system")
"""What every learner may look at: the cluster's own parts, nobody's work."""

LEARNER_LOOKS = "labkit-learner"
"""Shared by all attendees: the cluster-wide kinds that lessons show, read-only."""

RBAC = "rbac.authorization.k8s.io"

NO_WAY_TO_THE_NODE = {"pod-security.kubernetes.io/enforce": "baseline"}
"""A Pod that mounts its node's disk could read the cluster's keys, and with them write verdicts."""

Rule = dict[str, Any]
FindResource = Callable[[str], Resource]


class Role(StrEnum):
    LEARNER = "learner"
    SETUP = "setup"
    GRADER = "grader"


def service_account(attendee: str, role: Role) -> str:
    return f"{attendee}-{role}"


def attendee_objects(attendee: str) -> list[Object]:
    """The identities, and what they may do whatever the exercise is."""
    labels = labels_of(attendee)
    learner = service_account(attendee, Role.LEARNER)
    accounts = [_account(service_account(attendee, role), labels) for role in Role]
    looks = [
        _binding(f"{attendee}-platform", namespace, ("ClusterRole", "view"), learner, labels=labels)
        for namespace in PLATFORM_NAMESPACES
    ]
    return [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": SYSTEM_NAMESPACE}},
        *accounts,
        _cluster_role(LEARNER_LOOKS, _cluster_looks(), {}),
        _cluster_binding(f"{attendee}-looks", LEARNER_LOOKS, learner, labels),
        *looks,
    ]


def namespace_objects(attendee: str, exercise: Exercise) -> list[Object]:
    labels = labels_of(attendee, exercise.id) | NO_WAY_TO_THE_NODE
    return [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}
        for name in namespaces_of(exercise, attendee).values()
    ]


def lesson_objects(attendee: str, namespace: str, labels: Mapping[str, str]) -> list[Object]:
    """A namespace for a lesson's demo: the learner's own, and theirs to delete."""
    learner = service_account(attendee, Role.LEARNER)
    metadata = {"name": namespace, "labels": {**labels, **NO_WAY_TO_THE_NODE}}
    may_end = _role("labkit-ending", namespace, [_rule("", ["namespaces"], ["delete"])], labels)
    return [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata},
        _binding("labkit-learner", namespace, ("ClusterRole", "admin"), learner, labels=labels),
        may_end,
        _binding("labkit-ending", namespace, ("Role", "labkit-ending"), learner, labels=labels),
    ]


def exercise_objects(attendee: str, exercise: Exercise, find: FindResource) -> list[Object]:
    """What the three identities may do for one exercise; its namespaces must be there."""
    labels = labels_of(attendee, exercise.id)
    objects: list[Object] = []
    for suffix, namespace in namespaces_of(exercise, attendee).items():
        work = "view" if suffix == OBSERVERS else "admin"
        for role, granted in ((Role.LEARNER, work), (Role.SETUP, "cluster-admin")):
            account = service_account(attendee, role)
            granting = ("ClusterRole", granted)
            objects.append(_binding(f"labkit-{role}", namespace, granting, account, labels=labels))
    return objects + grader_objects(attendee, exercise, find)


def grader_objects(attendee: str, exercise: Exercise, find: FindResource) -> list[Object]:
    labels = labels_of(attendee, exercise.id)
    account = service_account(attendee, Role.GRADER)
    name = record_name(attendee, exercise.id)
    objects: list[Object] = []
    for namespace, rules in grader_rules(attendee, exercise, find).items():
        role_name = (
            name
            if namespace not in namespaces_of(exercise, attendee).values()
            else ("labkit-grader")
        )
        if namespace:
            objects.append(_role(role_name, namespace, rules, labels))
            granted = ("Role", role_name)
            objects.append(_binding(role_name, namespace, granted, account, labels=labels))
        else:
            objects.append(_cluster_role(name, rules, labels))
            objects.append(_cluster_binding(name, name, account, labels))
    return objects


def grader_rules(attendee: str, exercise: Exercise, find: FindResource) -> dict[str, list[Rule]]:
    """Rules by namespace, "" for cluster-wide: what is declared, and the seed record by name."""
    wanted: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    namespaces = namespaces_of(exercise, attendee)
    for read in exercise.reads:
        for namespace, group, plurals in _needs(read, namespaces, find):
            wanted[namespace][group] |= plurals
    if exercise.answers:
        wanted[namespaces[""]][""].add("configmaps")
    rules = {
        namespace: [_rule(group, sorted(plurals), LOOK) for group, plurals in groups.items()]
        for namespace, groups in wanted.items()
    }
    record = _rule("", ["configmaps"], ["get"], names=[record_name(attendee, exercise.id)])
    return {**rules, SYSTEM_NAMESPACE: [*rules.get(SYSTEM_NAMESPACE, []), record]}


def _needs(
    read: Read, namespaces: Mapping[str, str], find: FindResource
) -> Iterator[tuple[str, str, set[str]]]:
    """Namespace, group and resources, each time."""
    match read:
        case ObjectsRead(kind):
            resource = find(kind)
            for namespace in _places(read, resource, namespaces):
                yield namespace, _group(resource), {resource.plural}
        case PagesRead(through):
            proxied = {"services/proxy"} if through == "service" else set()
            for suffix in read.suffixes:
                yield namespaces[suffix], "", {"services"} | proxied
        case LogRead():
            for suffix in read.suffixes:
                yield namespaces[suffix], "", {"pods", "pods/log"}


def _places(read: ObjectsRead, resource: Resource, namespaces: Mapping[str, str]) -> Iterable[str]:
    if read.suffixes:
        return [namespaces[suffix] for suffix in read.suffixes]
    return [read.namespace if resource.namespaced else ""]


def _group(resource: Resource) -> str:
    return resource.api_version.rpartition("/")[0]


def _cluster_looks() -> list[Rule]:
    return [
        _rule("", ["nodes", "namespaces", "persistentvolumes"], LOOK),
        _rule("storage.k8s.io", ["storageclasses", "csidrivers", "volumeattachments"], LOOK),
        _rule("networking.k8s.io", ["ingressclasses"], LOOK),
        _rule("scheduling.k8s.io", ["priorityclasses"], LOOK),
        _rule("apiextensions.k8s.io", ["customresourcedefinitions"], LOOK),
        _rule("metrics.k8s.io", ["nodes"], LOOK),
        _rule("coordination.k8s.io", ["leases"], LOOK),  # `kubectl describe node` shows it
    ]


def _rule(
    group: str, resources: list[str], verbs: list[str], names: list[str] | None = None
) -> Rule:
    rule: Rule = {"apiGroups": [group], "resources": resources, "verbs": verbs}
    return {**rule, "resourceNames": names} if names else rule


def _account(name: str, labels: Mapping[str, str]) -> Object:
    return _object("v1", "ServiceAccount", name, SYSTEM_NAMESPACE, labels=labels)


def _role(name: str, namespace: str, rules: list[Rule], labels: Mapping[str, str]) -> Object:
    return {**_object(f"{RBAC}/v1", "Role", name, namespace, labels=labels), "rules": rules}


def _cluster_role(name: str, rules: list[Rule], labels: Mapping[str, str]) -> Object:
    return {**_object(f"{RBAC}/v1", "ClusterRole", name, "", labels=labels), "rules": rules}


def _binding(
    name: str, namespace: str, granted: tuple[str, str], account: str, *, labels: Mapping[str, str]
) -> Object:
    made = _object(f"{RBAC}/v1", "RoleBinding", name, namespace, labels=labels)
    return {**made, "roleRef": _reference(*granted), "subjects": [_subject(account)]}


def _cluster_binding(name: str, role: str, account: str, labels: Mapping[str, str]) -> Object:
    made = _object(f"{RBAC}/v1", "ClusterRoleBinding", name, "", labels=labels)
    return {**made, "roleRef": _reference("ClusterRole", role), "subjects": [_subject(account)]}


def _reference(kind: str, name: str) -> dict[str, str]:
    return {"apiGroup": RBAC, "kind": kind, "name": name}


def _subject(account: str) -> dict[str, str]:
    return {"kind": "ServiceAccount", "name": account, "namespace": SYSTEM_NAMESPACE}


def _object(
    api_version: str, kind: str, name: str, namespace: str, *, labels: Mapping[str, str]
) -> Object:
    metadata: dict[str, Any] = {"name": name, "labels": dict(labels)}
    if namespace:
        metadata["namespace"] = namespace
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata}
