"""What an engine is to do for a cluster. Pure."""

from base64 import b64decode
from collections.abc import Iterable, Sequence

from labkit.cloud.kube.catalogue import minor
from labkit.cloud.kube.models import Cluster, OpenIdConnect
from labkit.cloud.node.models import Node
from labkit.cloud.nodepool.models import NodePool, Template
from labkit.cloud.nodepool.sizing import PROVIDER
from labkit.cluster.engine import ClusterConfig, NodeShape
from labkit.cluster.engine import OpenIdConnect as EngineOpenIdConnect

KEPT = "labkit.dev/from-template"
"""Annotation: which labels, annotations and taints came from the template, to take them back."""


def shape(pool: NodePool, node: Node, version: str = "") -> NodeShape:
    """`version` is the complete one to come up with; "" means the one that it has."""
    template = pool.template
    return NodeShape(
        flavor=node.flavor,
        pool=pool.name,
        name=node.name,
        labels=tuple(sorted(template.metadata.labels.items())),
        taints=taints(template),
        cordoned=template.spec.unschedulable,
        annotations=(*sorted(template.metadata.annotations.items()), (KEPT, mark(template))),
        provider_id=f"{PROVIDER}{node.instance_id}",
        version=minor(version or node.version),
    )


def taints(template: Template) -> tuple[str, ...]:
    return tuple(f"{taint.key}={taint.value}:{taint.effect}" for taint in template.spec.taints)


def mark(template: Template) -> str:
    named = [f"{taint.key}:{taint.effect}" for taint in template.spec.taints]
    return ";".join(
        ",".join(sorted(words))
        for words in (template.metadata.labels, template.metadata.annotations, named)
    )


def config(cluster: Cluster, pools: Iterable[NodePool], nodes: Sequence[Node]) -> ClusterConfig:
    """With every node that has a machine and is to stay."""
    by_id = {pool.id: pool for pool in pools}
    return ClusterConfig(
        name=cluster.engine_name,
        nodes=tuple(shape(by_id[node.parent], node) for node in nodes if is_standing(node)),
        version=minor(cluster.version),
        credential_generation=cluster.credential_generation,
        allowed=tuple(str(block) for block in cluster.ip_restrictions),
        oidc=_oidc(cluster.open_id_connect),
    )


def is_standing(node: Node) -> bool:
    return node.instance_id is not None and node.status in ("INSTALLING", "READY", "UPDATING")


def _oidc(given: OpenIdConnect | None) -> EngineOpenIdConnect | None:
    if given is None:
        return None
    claims = [claim.partition("=") for claim in given.required_claim or ()]
    return EngineOpenIdConnect(
        given.issuer_url,
        given.client_id,
        username_claim=given.username_claim or "sub",
        username_prefix=given.username_prefix or "",
        groups_claim=next(iter(given.groups_claim or ()), ""),
        groups_prefix=given.groups_prefix or "",
        required_claims=tuple((key, value) for key, _, value in claims),
        signing_algorithms=tuple(given.signing_algorithms or ()),
        authority=_pem(given.ca_content),
    )


def _pem(encoded: str | None) -> str:
    """The API takes a CA in base64. Text that is none was refused when it came."""
    return b64decode(encoded).decode() if encoded else ""
