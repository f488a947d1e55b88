"""The engines behind the clusters, and what the API reads of them."""

import threading
from collections.abc import Callable

from labkit.cloud.cloud import Cloud
from labkit.cloud.kube.models import Cluster
from labkit.cloud.lifecycle.converging import Round
from labkit.cloud.lifecycle.templates import retemplate
from labkit.cluster.engine import Engine

OpenEngine = Callable[[str], Engine]
"""By the engine's name of a cluster."""


class Engines:
    """Implements `behind.Behind`; an engine is opened once a cluster."""

    def __init__(
        self, open_engine: OpenEngine, present: Callable[[Round], None] = lambda round_: None
    ) -> None:
        self._open = open_engine
        self._present = present
        self._engines: dict[str, Engine] = {}
        self._lock = threading.Lock()

    def of(self, cluster: Cluster) -> Engine:
        with self._lock:
            if cluster.engine_name not in self._engines:
                self._engines[cluster.engine_name] = self._open(cluster.engine_name)
            return self._engines[cluster.engine_name]

    def kubeconfig(self, cluster: Cluster) -> str:
        return self.of(cluster).kubeconfig().read_text(encoding="utf-8")

    def etcd_bytes(self, cluster: Cluster) -> int:
        return int(self.of(cluster).status().figures.get("etcd_bytes", 0))

    def audit_log(self, cluster: Cluster) -> str:
        return self.of(cluster).logs("audit", lines=AUDIT_LINES)

    def round(self, cloud: Cloud, cluster: Cluster) -> Round:
        engine = self.of(cluster)
        return Round(
            cloud,
            engine,
            cluster.id,
            retemplate=lambda pool, node: retemplate(engine.kubeconfig(), pool, node),
            present=self._present,
        )


AUDIT_LINES = 20_000
