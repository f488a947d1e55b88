"""Kinds: where in the API each one is, and how a sentence names an object or a list of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import quote

from labkit.foundation.text import say

Object: TypeAlias = dict[str, Any]
"""One Kubernetes object as its JSON."""
Objects: TypeAlias = list[Object]


@dataclass(frozen=True, slots=True)
class Resource:
    """One kind as an API server serves it."""

    kind: str
    api_version: str
    plural: str
    namespaced: bool

    def path(self, namespace: str = "", name: str = "", subresource: str = "") -> str:
        root = "/apis/" if "/" in self.api_version else "/api/"
        parts = [root + self.api_version]
        if self.namespaced and namespace:
            parts += ["namespaces", quoted(namespace)]
        parts += [self.plural, quoted(name), subresource]
        return "/".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class ObjectReference:
    kind: str
    name: str
    namespace: str = ""

    def __str__(self) -> str:
        if not self.namespace:
            return say("{kind} {name}", kind=self.kind, name=self.name)
        return say(
            "{kind} {name} in namespace {namespace}",
            kind=self.kind,
            name=self.name,
            namespace=self.namespace,
        )


@dataclass(frozen=True, slots=True)
class Selection:
    """Objects of one kind; `namespace` None means all namespaces."""

    kind: str
    namespace: str | None = None
    labels: str = ""
    fields: str = ""

    def __str__(self) -> str:
        if not self.namespace:
            return say("List of {kind}", kind=self.kind)
        return say(
            "List of {kind} in namespace {namespace}", kind=self.kind, namespace=self.namespace
        )

    def query(self) -> dict[str, str]:
        asked = {"labelSelector": self.labels, "fieldSelector": self.fields}
        return {key: value for key, value in asked.items() if value}


def reference(object_: Mapping[str, Any]) -> ObjectReference:
    metadata = object_.get("metadata") or {}
    name = str(metadata.get("name") or metadata.get("generateName") or "")
    kind = str(object_.get("kind") or "")
    return ObjectReference(kind, name, str(metadata.get("namespace") or ""))


def quoted(part: str) -> str:
    """A name as one part of a path: a slash in it must not lead elsewhere."""
    return quote(part, safe=":@")


def built_in(kind: str, api_version: str = "") -> Resource | None:
    """A kind that Kubernetes 1.34 serves itself, or None; discovery knows the others."""
    for version, (namespaced, cluster_wide) in _SERVED.items():
        if api_version not in ("", version):
            continue
        if kind in namespaced.split():
            return Resource(kind, version, _plural(kind), namespaced=True)
        if kind in cluster_wide.split():
            return Resource(kind, version, _plural(kind), namespaced=False)
    return None


def _plural(kind: str) -> str:
    word = kind.lower()
    if word == "endpoints" or kind in ("NodeMetrics", "PodMetrics"):
        return {"nodemetrics": "nodes", "podmetrics": "pods"}.get(word, word)
    if word.endswith("y"):
        return word[:-1] + "ies"
    return word + ("es" if word.endswith("s") else "s")


# API version → (kinds in namespaces, kinds of the whole cluster); a bare kind is the first found.
_SERVED = {
    "v1": (
        "Binding ConfigMap Endpoints Event LimitRange PersistentVolumeClaim Pod PodTemplate"
        " ReplicationController ResourceQuota Secret Service ServiceAccount",
        "ComponentStatus Namespace Node PersistentVolume",
    ),
    "apps/v1": ("ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet", ""),
    "batch/v1": ("CronJob Job", ""),
    "autoscaling/v2": ("HorizontalPodAutoscaler", ""),
    "autoscaling/v1": ("HorizontalPodAutoscaler", ""),
    "networking.k8s.io/v1": ("Ingress NetworkPolicy", "IngressClass IPAddress ServiceCIDR"),
    "policy/v1": ("PodDisruptionBudget", ""),
    "rbac.authorization.k8s.io/v1": ("Role RoleBinding", "ClusterRole ClusterRoleBinding"),
    "discovery.k8s.io/v1": ("EndpointSlice", ""),
    "coordination.k8s.io/v1": ("Lease", ""),
    "events.k8s.io/v1": ("Event", ""),
    "storage.k8s.io/v1": (
        "CSIStorageCapacity",
        "CSIDriver CSINode StorageClass VolumeAttachment VolumeAttributesClass",
    ),
    "apiextensions.k8s.io/v1": ("", "CustomResourceDefinition"),
    "apiregistration.k8s.io/v1": ("", "APIService"),
    "admissionregistration.k8s.io/v1": (
        "",
        "MutatingWebhookConfiguration ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding"
        " ValidatingWebhookConfiguration",
    ),
    "authentication.k8s.io/v1": ("", "SelfSubjectReview TokenReview"),
    "authorization.k8s.io/v1": (
        "LocalSubjectAccessReview",
        "SelfSubjectAccessReview SelfSubjectRulesReview SubjectAccessReview",
    ),
    "certificates.k8s.io/v1": ("", "CertificateSigningRequest"),
    "flowcontrol.apiserver.k8s.io/v1": ("", "FlowSchema PriorityLevelConfiguration"),
    "node.k8s.io/v1": ("", "RuntimeClass"),
    "resource.k8s.io/v1": ("ResourceClaim ResourceClaimTemplate", "DeviceClass ResourceSlice"),
    "scheduling.k8s.io/v1": ("", "PriorityClass"),
    "metrics.k8s.io/v1beta1": ("PodMetrics", "NodeMetrics"),
}
