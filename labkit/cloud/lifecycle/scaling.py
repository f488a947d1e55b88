"""The autoscaler's hands: the pools of one cluster, as the API keeps them."""

from collections.abc import Sequence
from dataclasses import dataclass

from labkit.cloud.autoscaling.facts import Taint
from labkit.cloud.autoscaling.looping import PoolWish
from labkit.cloud.cloud import Cloud
from labkit.cloud.kube.models import Cluster
from labkit.cloud.nodepool.changing import nodes_of, pools_of, update_pool
from labkit.cloud.nodepool.models import NodePool, NodePoolUpdate


@dataclass(frozen=True, slots=True)
class CloudPools:
    cloud: Cloud
    cluster: Cluster

    def wishes(self) -> Sequence[PoolWish]:
        return [_wish(pool) for pool in pools_of(self.cloud, self.cluster) if not pool.deleting]

    def resize(self, pool_id: str, desired: int) -> None:
        self._update(pool_id, NodePoolUpdate(desired_nodes=desired))

    def retire(self, pool_id: str, nodes: Sequence[str]) -> None:
        pool = self.cloud.store.get(NodePool, pool_id)
        if pool is None:
            return
        leaving = [one.id for one in nodes_of(self.cloud, pool) if one.wanted and one.name in nodes]
        wanted = NodePoolUpdate(
            desired_nodes=pool.desired_nodes - len(leaving), nodes_to_remove=tuple(leaving)
        )
        self._update(pool_id, wanted)

    def _update(self, pool_id: str, wanted: NodePoolUpdate) -> None:
        """What somebody turned off, or made smaller, since the look stays so."""
        with self.cloud.store.changing():
            pool = self.cloud.store.get(NodePool, pool_id)
            if pool is None or pool.deleting or not pool.autoscale:
                return
            desired = wanted.desired_nodes
            if desired is None or not pool.min_nodes <= desired <= pool.max_nodes:
                return
            update_pool(self.cloud, self.cluster, pool, wanted)


def _wish(pool: NodePool) -> PoolWish:
    scaling = pool.autoscaling
    return PoolWish(
        pool.id,
        pool.name,
        pool.flavor,
        labels=pool.template.metadata.labels,
        taints=[Taint(one.key, one.value, one.effect) for one in pool.template.spec.taints],
        low=pool.min_nodes,
        high=pool.max_nodes,
        desired=pool.desired_nodes,
        autoscale=pool.autoscale,
        threshold=scaling.scale_down_utilization_threshold,
        unneeded_seconds=scaling.scale_down_unneeded_time_seconds,
        unready_seconds=scaling.scale_down_unready_time_seconds,
    )
