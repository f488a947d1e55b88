"""What is done for a cluster that runs, after each round of its keeper."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Lock

from labkit.cloud.autoscaling.deciding import Memory
from labkit.cloud.autoscaling.looping import round_once
from labkit.cloud.cloud import Cloud
from labkit.cloud.kube.models import Cluster
from labkit.cloud.lifecycle.converging import Round
from labkit.cloud.lifecycle.objects import View, install_definition, synchronize
from labkit.cloud.lifecycle.scaling import CloudPools
from labkit.cluster.doors import managed_access
from labkit.foundation.errors import LabError
from labkit.kube.reader import Reader
from labkit.kube.writer import Writer


@dataclass(slots=True)
class _Open:
    """Connections to one cluster, as its administrator of one generation of credentials."""

    generation: tuple[int, int]
    reader: Reader
    writer: Writer
    has_definition: bool = False
    memory: Memory = field(default_factory=Memory)

    def close(self) -> None:
        self.reader.close()
        self.writer.close()


_Work = Callable[[Cloud, Cluster, _Open], None]


def _show_pools(cloud: Cloud, cluster: Cluster, opened: _Open) -> None:
    if not opened.has_definition:
        install_definition(opened.writer, cloud.time.clock)
        opened.has_definition = True
    synchronize(View(cloud, cluster, opened.reader, opened.writer))


def _show_and_scale_pools(cloud: Cloud, cluster: Cluster, opened: _Open) -> None:
    _show_pools(cloud, cluster, opened)
    opened.memory = round_once(
        opened.reader,
        opened.writer,
        CloudPools(cloud, cluster),
        opened.memory,
        now=cloud.time.now(),
        speed=cloud.time.speed,
    )


class Tending:
    """Keeps a connection open to each cluster: a handshake a second would cost more."""

    def __init__(self) -> None:
        self._open: dict[str, _Open] = {}
        self._lock = Lock()

    def present(self, round_: Round) -> None:
        """NodePool objects of a cluster that answers. Raises LabError; it is tried again."""
        if cluster := round_.cluster():
            self._with(round_, cluster, _show_pools)

    def tend(self, round_: Round) -> None:
        """Raises LabError where the cluster does not answer; it is tried again."""
        cluster = round_.cluster()
        if cluster is None or cluster.status not in ("READY", "UPDATING", "REDEPLOYING"):
            self._forget(round_.cluster_id)
            return
        self._with(round_, cluster, _show_and_scale_pools)

    def _with(self, round_: Round, cluster: Cluster, work: _Work) -> None:
        opened = self._opened(round_, cluster)
        try:
            work(round_.cloud, cluster, opened)
        except LabError:
            self._forget(cluster.id)
            raise

    def _opened(self, round_: Round, cluster: Cluster) -> _Open:
        generation = (cluster.credential_generation, cluster.resets_done)
        with self._lock:
            known = self._open.get(cluster.id)
            if known and known.generation == generation:
                return known
            if known:
                known.close()
            access = managed_access(round_.engine.kubeconfig())
            self._open[cluster.id] = _Open(generation, Reader(access), Writer(access))
            return self._open[cluster.id]

    def _forget(self, cluster_id: str) -> None:
        with self._lock:
            known = self._open.pop(cluster_id, None)
        if known:
            with suppress(LabError):
                known.close()
