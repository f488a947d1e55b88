"""What a subject may do, computed from Roles and bindings.

Aggregation of ClusterRoles is the controller's work: the rules that it gathers are in the role.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from labkit.foundation.text import say
from labkit.grading.criteria.explanation import cut
from labkit.grading.criteria.objects import name_of
from labkit.grading.snapshot import Object

ALL = "*"


@dataclass(frozen=True, slots=True)
class Subject:
    kind: str
    """ServiceAccount, User or Group."""
    name: str
    namespace: str = ""

    def __str__(self) -> str:
        return (
            f"{self.kind} {self.namespace}/{self.name}"
            if self.namespace
            else f"{self.kind} {self.name}"
        )

    def groups(self) -> tuple[str, ...]:
        everybody = "system:authenticated"
        if self.kind != "ServiceAccount":
            return (everybody,)
        return (everybody, "system:serviceaccounts", f"system:serviceaccounts:{self.namespace}")


@dataclass(frozen=True, slots=True)
class Action:
    verb: str
    resource: str
    """Such as pods or pods/log."""
    group: str = ""
    name: str = ""
    """Of one object; empty for all."""


@dataclass(frozen=True, slots=True)
class Rights:
    """All that was read of a cluster's RBAC."""

    roles: Sequence[Object] = ()
    cluster_roles: Sequence[Object] = ()
    bindings: Sequence[Object] = ()
    cluster_bindings: Sequence[Object] = ()


@dataclass(frozen=True, slots=True)
class Ruling:
    allowed: bool
    seen: str
    by: tuple[Object, ...] = field(default=())
    """The bindings that allow it."""


def may(subject: Subject, action: Action, rights: Rights, namespace: str = "") -> Ruling:
    """In a namespace, or with "" in the whole cluster: only ClusterRoleBindings reach that far."""
    by = tuple(
        binding
        for binding, rules in _granted(subject, rights, namespace)
        if any(_covers(rule, action) for rule in rules)
    )
    what = f"{action.verb} {action.resource}" + (f" {action.name}" if action.name else "")
    if by:
        names = ", ".join(sorted(name_of(item) for item in by))
        seen = say(
            "{who} may {what}, by {bindings}.",
            who=cut(subject, 60),
            what=cut(what, 50),
            bindings=cut(names, 60),
        )
        return Ruling(allowed=True, seen=seen, by=by)
    seen = say("No binding lets {who} {what}.", who=cut(subject, 80), what=cut(what, 60))
    return Ruling(allowed=False, seen=seen)


def rules_of(subject: Subject, rights: Rights, namespace: str = "") -> list[Mapping[str, Any]]:
    """All rules that reach the subject there."""
    return [rule for _, rules in _granted(subject, rights, namespace) for rule in rules]


def _granted(
    subject: Subject, rights: Rights, namespace: str
) -> Iterator[tuple[Object, Sequence[Mapping[str, Any]]]]:
    here = [b for b in rights.bindings if namespace and b["metadata"].get("namespace") == namespace]
    for binding in (*rights.cluster_bindings, *here):
        if any(_is(entry, subject, binding) for entry in binding.get("subjects") or ()):
            yield binding, _rules(binding, rights, namespace)


def _is(entry: Mapping[str, Any], subject: Subject, binding: Object) -> bool:
    if entry.get("kind") == "Group":
        return entry.get("name") in subject.groups() or (subject.kind, subject.name) == (
            "Group",
            entry.get("name"),
        )
    same = (entry.get("kind"), entry.get("name")) == (subject.kind, subject.name)
    if subject.kind == "ServiceAccount":
        long = f"system:serviceaccount:{subject.namespace}:{subject.name}"
        if (entry.get("kind"), entry.get("name")) == ("User", long):
            return True
        return same and entry.get("namespace") == subject.namespace
    return same


def _rules(binding: Object, rights: Rights, namespace: str) -> Sequence[Mapping[str, Any]]:
    """Of a role that is not there: none, though the binding is."""
    ref = binding.get("roleRef") or {}
    if ref.get("kind") == "Role":
        found = [r for r in rights.roles if r["metadata"].get("namespace") == namespace]
    else:
        found = list(rights.cluster_roles)
    return next((r.get("rules") or () for r in found if name_of(r) == ref.get("name")), ())


def _covers(rule: Mapping[str, Any], action: Action) -> bool:
    names = rule.get("resourceNames") or ()
    return (
        bool({ALL, action.verb} & {*(rule.get("verbs") or ())})
        and bool({ALL, action.group} & {*(rule.get("apiGroups") or ())})
        and _names_resource(rule.get("resources") or (), action.resource)
        and (not names or (bool(action.name) and action.name in names))
    )


def _names_resource(resources: Sequence[str], wanted: str) -> bool:
    """*/scale covers every kind's; pods does not cover pods/log."""
    _, slash, part = wanted.partition("/")
    return bool({ALL, wanted} & {*resources}) or (bool(slash) and f"*/{part}" in resources)
