"""Writes to one API server: apply, create, replace, patch, delete, evict, and tokens."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal, Self

from labkit.foundation.process import Runner
from labkit.foundation.text import say
from labkit.foundation.waiting import Clock
from labkit.kube.connect import connect
from labkit.kube.discovery import Kinds
from labkit.kube.errors import ManifestInvalid, ObjectNotFound
from labkit.kube.exchange import Request
from labkit.kube.kubeconfig import Access
from labkit.kube.resources import Object, ObjectReference, Resource, reference

PATCHES = {
    "merge": "application/merge-patch+json",
    "json": "application/json-patch+json",
    "strategic": "application/strategic-merge-patch+json",
}
# A misspelt field is an error, as with kubectl; the API's own default would drop it with a warning.
STRICT = {"fieldValidation": "Strict"}


@dataclass(frozen=True, slots=True)
class IssuedToken:
    token: str = field(repr=False)
    expires: datetime


class Writer:
    """Use it in a `with`, or close() it. Safe for several threads."""

    def __init__(
        self,
        access: Access,
        *,
        timeout_seconds: float = 10,
        run: Runner | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.access = access
        self.connection = connect(access, timeout_seconds=timeout_seconds, run=run, clock=clock)
        self.kinds = Kinds(self.connection)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.connection.close()

    def apply(
        self,
        object_: Mapping[str, Any],
        *,
        namespace: str | None = None,
        manager: str = "labkit",
        force: bool = True,
    ) -> Object:
        """Server-side apply. `namespace` is for an object that names none itself.

        Raises Conflict, when not forced, if another manager owns one of the fields.
        """
        request = self._about(object_, namespace)
        query = {**STRICT, "fieldManager": manager, "force": str(force).lower()}
        content_type = "application/apply-patch+yaml"
        return self._sent(replace(request, method="PATCH", query=query, content_type=content_type))

    def create(
        self,
        object_: Mapping[str, Any],
        *,
        namespace: str | None = None,
        manager: str = "labkit",
    ) -> Object:
        """Raises AlreadyExists. `metadata.generateName` lets the API server name it."""
        request = self._about(object_, namespace, is_new=True)
        query = {**STRICT, "fieldManager": manager}
        return self._sent(replace(request, method="POST", query=query))

    def replace(
        self,
        object_: Mapping[str, Any],
        *,
        namespace: str | None = None,
        subresource: str = "",
        manager: str = "labkit",
    ) -> Object:
        """Raises Conflict if its metadata.resourceVersion is no longer the newest."""
        request = self._about(object_, namespace, subresource=subresource)
        query = {**STRICT, "fieldManager": manager}
        return self._sent(replace(request, method="PUT", query=query))

    def patch(
        self,
        kind: str,
        name: str,
        patch: Mapping[str, Any] | Sequence[Mapping[str, Any]],
        namespace: str | None = None,
        *,
        form: Literal["merge", "json", "strategic"] = "merge",
        subresource: str = "",
    ) -> Object:
        request = self._named(kind, name, namespace, subresource)
        return self._sent(
            replace(
                request,
                method="PATCH",
                query={**STRICT, "fieldManager": "labkit"},
                body=_body(patch),
                content_type=PATCHES[form],
            )
        )

    def delete(
        self,
        kind: str,
        name: str,
        namespace: str | None = None,
        *,
        propagation: Literal["Background", "Foreground", "Orphan"] = "Background",
        grace_seconds: int | None = None,
        missing_ok: bool = True,
    ) -> bool:
        """Whether it was there. It may stay a while, until its finalizers are done."""
        request = replace(
            self._named(kind, name, namespace),
            method="DELETE",
            body=_options(propagation, grace_seconds),
        )
        try:
            self.connection.ask(request)
        except ObjectNotFound:
            if missing_ok:
                return False
            raise
        return True

    def delete_all(
        self,
        kind: str,
        namespace: str,
        labels: str = "",
        *,
        propagation: Literal["Background", "Foreground", "Orphan"] = "Background",
    ) -> None:
        """Every object of a kind in one namespace that has these labels."""
        resource = self.kinds.find(kind)
        what = say("Deleting {kind} in namespace {namespace}", kind=kind, namespace=namespace)
        self.connection.ask(
            Request(
                resource.path(namespace),
                "DELETE",
                query={"labelSelector": labels} if labels else {},
                body=_options(propagation, None),
                what=what,
                kind=kind,
            )
        )

    def evict(self, pod: str, namespace: str, *, grace_seconds: int | None = None) -> bool:
        """Whether it was there. Raises Busy while a PodDisruptionBudget forbids it."""
        eviction: Object = {
            "apiVersion": "policy/v1",
            "kind": "Eviction",
            "metadata": {"name": pod, "namespace": namespace},
        }
        if grace_seconds is not None:
            eviction["deleteOptions"] = {"gracePeriodSeconds": grace_seconds}
        request = self._named("Pod", pod, namespace, "eviction")
        try:
            self.connection.ask(
                replace(request, method="POST", body=_body(eviction), patient=False)
            )
        except ObjectNotFound:
            return False
        return True

    def token(self, service_account: str, namespace: str, seconds: int = 3600) -> IssuedToken:
        """A token of a ServiceAccount; the API server grants at least 600 seconds."""
        wanted = {
            "apiVersion": "authentication.k8s.io/v1",
            "kind": "TokenRequest",
            "spec": {"expirationSeconds": seconds},
        }
        request = self._named("ServiceAccount", service_account, namespace, "token")
        status = self._sent(replace(request, method="POST", body=_body(wanted)))["status"]
        expires = datetime.fromisoformat(status["expirationTimestamp"].replace("Z", "+00:00"))
        return IssuedToken(status["token"], expires)

    def _sent(self, request: Request) -> Object:
        answer: Object = self.connection.ask(request).json()
        return answer

    def _named(self, kind: str, name: str, namespace: str | None, subresource: str = "") -> Request:
        resource = self.kinds.find(kind)
        where = self._place(resource, namespace)
        what = str(ObjectReference(kind, name, where))
        return Request(resource.path(where, name, subresource), what=what, kind=kind)

    def _about(
        self,
        object_: Mapping[str, Any],
        namespace: str | None,
        *,
        is_new: bool = False,
        subresource: str = "",
    ) -> Request:
        what = reference(object_)
        _refuse_incomplete(object_, what, is_new=is_new)
        if what.namespace and namespace and what.namespace != namespace:
            raise ManifestInvalid(
                str(what),
                say("was to be written in namespace {other}", other=namespace),
                say("Take the namespace out of the object, or name the same one."),
            )
        resource = self.kinds.find(what.kind, str(object_["apiVersion"]))
        where = self._place(resource, what.namespace or namespace)
        return Request(
            resource.path(where, "" if is_new else what.name, subresource),
            body=_body(object_),
            what=str(replace(what, namespace=where)),
            kind=what.kind,
        )

    def _place(self, resource: Resource, namespace: str | None) -> str:
        return (namespace or self.access.namespace) if resource.namespaced else ""


def _refuse_incomplete(object_: Mapping[str, Any], what: ObjectReference, *, is_new: bool) -> None:
    if not what.kind or not object_.get("apiVersion"):
        raise ManifestInvalid(
            say("The object {name!r}", name=what.name),
            say("has no apiVersion or no kind"),
            say("Write both; `kubectl api-resources` lists them."),
        )
    metadata = object_.get("metadata") or {}
    # A review is a question: the API server wants its metadata empty and keeps nothing.
    can_go_without = metadata.get("generateName") or what.kind.endswith("Review")
    if not metadata.get("name") and not (is_new and can_go_without):
        raise ManifestInvalid(what.kind, say("has no metadata.name"), say("Give it a name."))


def _body(content: object) -> bytes:
    return json.dumps(content).encode()


def _options(propagation: str, grace_seconds: int | None) -> bytes:
    options: Object = {
        "apiVersion": "v1",
        "kind": "DeleteOptions",
        "propagationPolicy": propagation,
    }
    if grace_seconds is not None:
        options["gracePeriodSeconds"] = grace_seconds
    return _body(options)
