"""`…/kube/{kubeId}/log` and the older `auditLogs`: the real audit log behind an address of ours."""

from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from labkit.cloud.answers import no_such_url, not_found
from labkit.cloud.calls import Call, Operation, Reality
from labkit.cloud.cloud import Cloud, drawn_key
from labkit.cloud.kube.changing import change_cluster
from labkit.cloud.kube.models import Cluster
from labkit.cloud.project.finding import cluster_of
from labkit.cloud.values import Kept, Value

PATH = "/cloud/project/{serviceName}/kube/{kubeId}"
ADDRESS = "/logs/{token}"
VALID_FOR = timedelta(minutes=15)  # not recorded


class LogAddress(Kept):
    """`id` is its token; the parent is the cluster."""

    expiration: datetime


class Subscription(Kept):
    """The parent is the cluster."""

    project: str
    kind: str
    stream_id: UUID
    created_at: datetime


class LogKindWanted(Value):
    kind: Literal["audit"]


class SubscriptionCreation(LogKindWanted):
    stream_id: UUID


class SubscriptionAnswer(Value):
    operation_id: str
    service_name: str


class TemporaryLink(Value):
    expiration_date: datetime
    url: str


class Resource(Value):
    name: str
    type: str = "kube"


class ShownSubscription(Value):
    created_at: datetime
    kind: str
    resource: Resource
    service_name: str
    stream_id: str
    subscription_id: str
    updated_at: datetime


def log_address(call: Call) -> TemporaryLink:
    call.read(LogKindWanted)
    return _address(call.cloud, cluster_of(call))


def audit_logs(call: Call) -> TemporaryLink:
    """Deprecated in the API, still answered."""
    return _address(call.cloud, cluster_of(call))


def _address(cloud: Cloud, cluster: Cluster) -> TemporaryLink:
    now = cloud.time.now()
    for old in cloud.store.all(LogAddress, cluster.id):
        if old.expiration <= now:
            cloud.store.remove(LogAddress, old.id)
    kept = LogAddress(id=drawn_key(40), parent=cluster.id, expiration=now + VALID_FOR)
    cloud.store.put(kept)
    return TemporaryLink(expiration_date=kept.expiration, url=f"{cloud.address}/logs/{kept.id}")


def read_log(cloud: Cloud, token: str) -> str:
    """The audit log itself, for whoever has the address. Raises Refused once that is too old."""
    kept = cloud.store.get(LogAddress, token)
    cluster = cloud.store.get(Cluster, kept.parent) if kept else None
    if kept is None or cluster is None or kept.expiration <= cloud.time.now():
        raise no_such_url()
    return cloud.behind.audit_log(cluster)


def subscriptions(call: Call) -> list[str]:
    kind = call.query.get("kind")
    found = call.cloud.store.all(Subscription, cluster_of(call).id)
    return [one.id for one in found if kind in (None, one.kind)]


def subscribe(call: Call) -> SubscriptionAnswer:
    cluster, wanted = cluster_of(call), call.read(SubscriptionCreation)
    kept = Subscription(
        id=call.cloud.uuid(),
        parent=cluster.id,
        project=cluster.parent,
        kind=wanted.kind,
        stream_id=wanted.stream_id,
        created_at=call.cloud.time.now(),
    )
    with call.cloud.store.changing():
        change_cluster(call.cloud, cluster, audit_logs_subscribed=True)
        call.cloud.store.put(kept)
    return SubscriptionAnswer(operation_id=call.cloud.uuid(), service_name=cluster.parent)


def subscription(call: Call) -> ShownSubscription:
    cluster, one = _subscription(call)
    return ShownSubscription(
        created_at=one.created_at,
        kind=one.kind,
        resource=Resource(name=cluster.id),
        service_name=one.project,
        stream_id=str(one.stream_id),
        subscription_id=one.id,
        updated_at=one.created_at,
    )


def unsubscribe(call: Call) -> SubscriptionAnswer:
    cluster, one = _subscription(call)
    with call.cloud.store.changing():
        call.cloud.store.remove(Subscription, one.id)
        left = call.cloud.store.all(Subscription, cluster.id)
        change_cluster(call.cloud, cluster, audit_logs_subscribed=bool(left))
    return SubscriptionAnswer(operation_id=call.cloud.uuid(), service_name=cluster.parent)


def _subscription(call: Call) -> tuple[Cluster, Subscription]:
    cluster = cluster_of(call)
    one = call.cloud.store.get(Subscription, call.path["subscriptionId"])
    if one is None or one.parent != cluster.id:
        raise not_found(f"Subscription {call.path['subscriptionId']} not found")
    return cluster, one


NO_STREAM = "no log stream receives anything"

OPERATIONS = (
    Operation("POST", PATH + "/auditLogs", audit_logs),
    Operation("POST", PATH + "/log/url", log_address),
    Operation("GET", PATH + "/log/subscription", subscriptions, Reality.SHAPE, why=NO_STREAM),
    Operation("POST", PATH + "/log/subscription", subscribe, Reality.SHAPE, why=NO_STREAM),
    Operation(
        "GET", PATH + "/log/subscription/{subscriptionId}", subscription, Reality.SHAPE,
        why=NO_STREAM,
    ),
    Operation(
        "DELETE", PATH + "/log/subscription/{subscriptionId}", unsubscribe, Reality.SHAPE,
        why=NO_STREAM,
    ),
)  # fmt: skip
