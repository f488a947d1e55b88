"""A thread for each cluster does what is wanted: woken by calls, and once a second."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event, Lock, Thread

from labkit.cloud.cloud import Cloud
from labkit.cloud.kube.models import Cluster
from labkit.cloud.lifecycle.converging import Round, converge
from labkit.cloud.lifecycle.giving_up import give_up
from labkit.foundation.errors import LabError

LOG = logging.getLogger("labkit.cloud")
LOOK_SECONDS = 1.0
FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 30.0
FAILURES_SHOWN = 3
"""So often in a row, and the API says ERROR; the keeper goes on trying."""

Tending = Callable[[Round], None]
"""What is done for a cluster that runs: its NodePool objects, its autoscaler."""


@dataclass(slots=True)
class _Kept:
    thread: Thread
    woken: Event = field(default_factory=Event)
    failures: int = 0


class Keepers:
    """`open_round` gives what a round needs, by a cluster's id; `tend` follows each round."""

    def __init__(self, cloud: Cloud, open_round: Callable[[Cluster], Round], tend: Tending) -> None:
        self._cloud = cloud
        self._open_round = open_round
        self._tend = tend
        self._kept: dict[str, _Kept] = {}
        self._lock = Lock()
        self._ending = Event()

    def wake(self, cluster_id: str) -> None:
        """All of them for an empty id. A cluster without a keeper gets one."""
        known = [one.id for one in self._cloud.store.all(Cluster)]
        with self._lock:
            for id_ in known if not cluster_id else [cluster_id]:
                if id_ not in self._kept and id_ in known and not self._ending.is_set():
                    thread = Thread(target=self._keep, args=(id_,), name=f"keeper {id_[:8]}")
                    self._kept[id_] = _Kept(thread)
                    thread.start()
                if id_ in self._kept:
                    self._kept[id_].woken.set()

    def end(self) -> None:
        """Let each finish its step; what is left is done by the next emulator."""
        self._ending.set()
        with self._lock:
            kept = list(self._kept.values())
        for one in kept:
            one.woken.set()
        for one in kept:
            one.thread.join()

    def _keep(self, cluster_id: str) -> None:
        kept = self._kept[cluster_id]
        while not self._ending.is_set():
            kept.woken.clear()
            if not self._round(cluster_id, kept):
                break
            kept.woken.wait(self._pause(kept))
        with self._lock:
            del self._kept[cluster_id]
        if self._cloud.store.get(Cluster, cluster_id) and not self._ending.is_set():
            self.wake(cluster_id)

    def _round(self, cluster_id: str, kept: _Kept) -> bool:
        """Whether there is anything left to keep."""
        cluster = self._cloud.store.get(Cluster, cluster_id)
        if cluster is None:
            return False
        try:
            round_ = self._open_round(cluster)
            there = converge(round_)
            kept.failures = 0
            if there:
                self._tend(round_)
        except LabError as problem:
            self._note_failure(cluster, kept, problem)
            return True
        except Exception as bug:  # a keeper that ends would leave its cluster as it is for ever
            LOG.exception("a bug, please report it")
            self._note_failure(cluster, kept, bug)
            return True
        return there

    def _note_failure(self, cluster: Cluster, kept: _Kept, problem: Exception) -> None:
        kept.failures += 1
        LOG.error("cluster %s, attempt %d: %s", cluster.name, kept.failures, problem)
        if kept.failures == FAILURES_SHOWN:
            give_up(self._cloud, cluster.id, str(problem))

    def _pause(self, kept: _Kept) -> float:
        if not kept.failures:
            return LOOK_SECONDS
        pause: float = min(
            FIRST_PAUSE_SECONDS * 2.0 ** min(kept.failures, 10), LONGEST_PAUSE_SECONDS
        )
        return pause
