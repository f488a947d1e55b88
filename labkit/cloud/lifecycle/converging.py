"""One round of a cluster's keeper: look at what is wanted, do the next steps, note the result.

Every step may be repeated: the engine converges, and removing what is gone is fine.
"""

from collections.abc import Callable
from dataclasses import dataclass

from labkit.cloud.cloud import Cloud
from labkit.cloud.kube.models import Cluster
from labkit.cloud.lifecycle import wanted
from labkit.cloud.logs.routes import LogAddress, Subscription
from labkit.cloud.node.models import Node
from labkit.cloud.nodepool.changing import nodes_of, pools_of
from labkit.cloud.nodepool.models import NodePool
from labkit.cloud.nodepool.state import is_installed
from labkit.cloud.project import quota
from labkit.cluster.engine import Engine
from labkit.foundation.progress import Quiet

SLOW_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Round:
    cloud: Cloud
    engine: Engine
    cluster_id: str
    retemplate: Callable[[NodePool, Node], None]
    """Gives a node of the cluster what its pool's template says now."""
    present: Callable[["Round"], None]
    """Shows the pools as objects of the cluster, which answers, before the API says READY."""

    def cluster(self) -> Cluster | None:
        return self.cloud.store.get(Cluster, self.cluster_id)


def converge(round_: Round) -> bool:
    """Whether the cluster is still there. Raises LabError where an engine did."""
    cluster = round_.cluster()
    if cluster is None:
        return False
    if cluster.busy == "DELETING":
        _delete(round_, cluster)
        return False
    if cluster.resets > cluster.resets_done:
        _reset(round_, cluster)
    _retire(round_)
    _start(round_)
    _follow_templates(round_)
    _follow_version(round_)
    return True


def _delete(round_: Round, cluster: Cluster) -> None:
    cloud = round_.cloud
    if cloud.fails("slow-delete"):
        cloud.time.clock.pause(cloud.time.shortened(SLOW_SECONDS))
    round_.engine.delete(Quiet())
    with cloud.store.changing():
        for pool in pools_of(cloud, cluster):
            _forget_pool(cloud, pool)
        for kind in (LogAddress, Subscription):
            for one in cloud.store.all(kind, cluster.id):
                cloud.store.remove(kind, one.id)
        cloud.store.remove(Cluster, cluster.id)
        quota.admit(cloud, cluster.parent)
    cloud.wake("")


def _forget_pool(cloud: Cloud, pool: NodePool) -> None:
    for node in cloud.store.all(Node, pool.id):
        cloud.store.remove(Node, node.id)
    cloud.store.remove(NodePool, pool.id)


def _reset(round_: Round, cluster: Cluster) -> None:
    """Everything goes; nodes that stay in their pools come up again on new machines."""
    cloud = round_.cloud
    round_.engine.delete(Quiet())
    with cloud.store.changing():
        for pool in pools_of(cloud, cluster):
            for node in nodes_of(cloud, pool):
                if node.wanted and node.instance_id:
                    again = node.but(status="INSTALLING", instance_id=None, version=cluster.version)
                    cloud.store.put(again)
        _change(round_, resets_done=cluster.resets, plane_version="")


def _retire(round_: Round) -> None:
    """Nodes that are to go, with their pool when it was the last; one by one, as drains go."""
    cloud = round_.cloud
    cluster = round_.cluster()
    for pool in pools_of(cloud, cluster) if cluster else []:
        for node in nodes_of(cloud, pool):
            if node.status == "DELETING":
                _retire_node(round_, node)
        if pool.deleting:
            with cloud.store.changing():
                _forget_pool(cloud, pool)


def _retire_node(round_: Round, node: Node) -> None:
    cloud = round_.cloud
    if node.instance_id and _is_there(round_.engine, node.name):
        round_.engine.remove_node(node.name, Quiet())
    now = cloud.time.now()
    with cloud.store.changing():
        cloud.store.put(node.but(status="DELETED", updated_at=now, deleted_at=now))
        quota.admit(cloud, node.project)


def _is_there(engine: Engine, name: str) -> bool:
    return any(node.name == name for node in engine.status().nodes)


def _start(round_: Round) -> None:
    """Control plane and nodes together: an engine starts side by side what it is told at once."""
    cloud = round_.cloud
    _give_machines(round_)
    cluster = round_.cluster()
    if cluster is None:
        return
    pools = pools_of(cloud, cluster)
    nodes = [node for pool in pools for node in nodes_of(cloud, pool)]
    arriving = [node for node in nodes if node.status == "INSTALLING" and node.instance_id]
    if cluster.applied >= cluster.generation and not arriving:
        _note_installed(round_, pools)
        return
    status = round_.engine.start(wanted.config(cluster, pools, nodes), Quiet())
    round_.present(round_)
    ready = {node.name for node in status.nodes if node.ready}
    with cloud.store.changing():
        for node in arriving:
            if node.name in ready:
                _arrived(cloud, node, pools)
        if all(node.version == cluster.version for node in nodes if wanted.is_standing(node)):
            _change(round_, applied=cluster.generation, trouble="")
        _change(round_, plane_version=cluster.version)
    _note_installed(round_, pools)


def _give_machines(round_: Round) -> None:
    """A machine's id before the machine: whoever finds one without the other starts it again."""
    cloud = round_.cloud
    with cloud.store.changing():
        cluster = round_.cluster()
        for pool in pools_of(cloud, cluster) if cluster else []:
            for node in nodes_of(cloud, pool):
                if node.status == "INSTALLING" and node.instance_id is None:
                    cloud.store.put(node.but(instance_id=cloud.uuid()))


def _arrived(cloud: Cloud, node: Node, pools: list[NodePool]) -> None:
    template = next(pool.template_generation for pool in pools if pool.id == node.parent)
    now = cloud.time.now()
    _change_node(cloud, node, status="READY", deployed_at=now, template_generation=template)


def _note_installed(round_: Round, pools: list[NodePool]) -> None:
    cloud = round_.cloud
    for old in pools:
        with cloud.store.changing():
            pool = cloud.store.get(NodePool, old.id)
            if pool and not pool.installed and is_installed(nodes_of(cloud, pool)):
                cloud.store.put(pool.but(installed=True, updated_at=cloud.time.now()))


def _follow_templates(round_: Round) -> None:
    cloud, cluster = round_.cloud, round_.cluster()
    for pool in pools_of(cloud, cluster) if cluster else []:
        for node in nodes_of(cloud, pool):
            if node.status == "READY" and node.template_generation < pool.template_generation:
                round_.retemplate(pool, node)
                _change_node(cloud, node, template_generation=pool.template_generation)


def _follow_version(round_: Round) -> None:
    """Node after node: drained, taken away, and started again under its name."""
    cloud, cluster = round_.cloud, round_.cluster()
    if cluster is None or cluster.applied >= cluster.generation:
        return
    for pool in pools_of(cloud, cluster):
        for node in nodes_of(cloud, pool):
            if node.status in ("READY", "UPDATING") and node.version != cluster.version:
                _renew(round_, pool, node, cluster.version)
    _change(round_, applied=cluster.generation, trouble="")


def _renew(round_: Round, pool: NodePool, node: Node, version: str) -> None:
    cloud = round_.cloud
    _change_node(cloud, node, status="UPDATING")
    if _is_there(round_.engine, node.name):
        round_.engine.remove_node(node.name, Quiet())
    round_.engine.add_node(wanted.shape(pool, node, version), Quiet())
    _change_node(cloud, node, status="READY", version=version)


def _change_node(cloud: Cloud, node: Node, **changes: object) -> None:
    """Unless somebody wants it gone by now: that stays."""
    with cloud.store.changing():
        kept = cloud.store.get(Node, node.id)
        if kept is not None and kept.wanted:
            cloud.store.put(kept.but(**changes, updated_at=cloud.time.now()))


def _change(round_: Round, **changes: object) -> None:
    """The record as it is now, not as it was when the round began."""
    with round_.cloud.store.changing():
        cluster = round_.cluster()
        if cluster is not None:
            now = round_.cloud.time.now()
            round_.cloud.store.put(cluster.but(**changes, updated_at=now))
