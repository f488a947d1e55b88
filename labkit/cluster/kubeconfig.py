"""The `kubeconfig` engine: a cluster that the attendee already has. It is used, never changed."""

import contextlib
from dataclasses import replace
from pathlib import Path
from typing import Any

from labkit.cluster.administrator import administrator_path, refuse_taken_name
from labkit.cluster.engine import (
    Capability,
    ClusterConfig,
    ClusterStatus,
    ComponentStatus,
    NodeShape,
    NodeStatus,
    State,
)
from labkit.cluster.errors import CapabilityMissing, ClusterError, ClusterUnknown
from labkit.cluster.kubeconfig_files import (
    Attached,
    attached_path,
    keep_offers,
    read_attached,
    write_attached,
)
from labkit.cluster.kubeconfig_probe import probe
from labkit.cluster.names import checked_name
from labkit.foundation.errors import FileProblem
from labkit.foundation.files import PRIVATE, write_atomically
from labkit.foundation.process import Runner
from labkit.foundation.progress import Progress, shown
from labkit.foundation.settings import Settings
from labkit.foundation.text import say
from labkit.foundation.waiting import Clock
from labkit.kube.conditions import node_ready
from labkit.kube.errors import KubeconfigInvalid, KubeError
from labkit.kube.kubeconfig import Access, kubeconfig_text, read_access
from labkit.kube.reader import Reader
from labkit.kube.writer import Writer

USUAL = Path(".kube/config")
LOOK_SECONDS = 3
API_SERVER = "kube-apiserver"


class KubeconfigEngine:
    """Implements `cluster.engine.Engine`; what a probe found is read when it is made.

    Without `source` and `context` it is the settings' kubeconfig, else the one attached before,
    else the one that kubectl reads.
    """

    def __init__(
        self,
        name: str,
        settings: Settings,
        run: Runner,
        clock: Clock,
        *,
        source: Path | None = None,
        context: str = "",
    ) -> None:
        self.cluster = checked_name(name, "--name")
        self.name = "kubeconfig"
        self.settings = settings
        self.capabilities = self._probed()
        self._source = source
        self._context = context
        self._run = run
        self._clock = clock

    def start(self, config: ClusterConfig, progress: Progress) -> ClusterStatus:
        """Check that it answers and keep an access of our own. Raises KubeError, ClusterError."""
        _refuse_what_only_a_maker_can(config)
        attached = self._attached()
        refuse_taken_name(
            self.settings.home, self.cluster, is_ours=attached is not None, engine=self.name
        )
        source, context = self._chosen(attached)
        access = read_access(source, context or None)
        with shown(progress, say("Ask {server} for its version", server=access.server)):
            self._check(access, source)
        now = Attached(source, access.context)
        if attached and replace(attached, capabilities=None) == now:
            now = attached  # of another cluster than before, nothing is known
        write_attached(self.settings.home, self.cluster, now)
        write_atomically(self._path(), kubeconfig_text(access), mode=PRIVATE)
        self.capabilities = now.capabilities or frozenset()
        return self.status()

    def stop(self, progress: Progress) -> None:
        """Forget the access and nothing else; `start` finds it again by the note."""
        if self._attached():
            self._path().unlink(missing_ok=True)

    def delete(self, progress: Progress) -> None:
        note = attached_path(self.settings.home, self.cluster)
        if note.exists():
            self._path().unlink(missing_ok=True)
            note.unlink()
            with contextlib.suppress(OSError):  # something of another's is in the folder
                note.parent.rmdir()

    def status(self) -> ClusterStatus:
        if self._attached() is None:
            return ClusterStatus(self.cluster, self.name, State.ABSENT)
        if not self._path().exists():
            return ClusterStatus(self.cluster, self.name, State.STOPPED)
        try:
            access = read_access(self._path())
        except KubeconfigInvalid as trouble:
            return self._silent("", trouble)
        try:
            with self._reader(access) as reader:
                return self._answering(access, reader.version(), reader.list("Node"))
        except KubeError as trouble:
            return self._silent(access.server, trouble)

    def kubeconfig(self) -> Path:
        if not self._path().exists():
            raise ClusterUnknown(self.cluster)
        return self._path()

    def add_node(self, shape: NodeShape, progress: Progress) -> NodeStatus:
        raise CapabilityMissing(say("nodes that are added"), self.name)

    def remove_node(self, name: str, progress: Progress) -> None:
        raise CapabilityMissing(say("nodes that are removed"), self.name)

    def logs(self, component: str, lines: int = 100) -> str:
        missing = Capability.AUDIT_LOG if component == "audit" else Capability.HOST_CONTROL_PLANE
        raise CapabilityMissing(missing, self.name)

    def probe(self, *, image: str = "", may_cost: bool = False) -> frozenset[Capability]:
        """Try out what the cluster offers and keep the answer; up to two minutes."""
        access = read_access(self.kubeconfig())
        with (
            Reader(access, run=self._run, clock=self._clock) as reader,
            Writer(access, run=self._run, clock=self._clock) as writer,
        ):
            chosen = image or self.settings.probe_image
            found = probe(reader, writer, self._clock, image=chosen, may_cost=may_cost)
        keep_offers(self.settings.home, self.cluster, found)
        self.capabilities = found
        return found

    def _path(self) -> Path:
        return administrator_path(self.settings.home, self.cluster)

    def _attached(self) -> Attached | None:
        """None too where the note is spoilt: `start` writes it again."""
        with contextlib.suppress(FileProblem):
            return read_attached(self.settings.home, self.cluster)
        return None

    def _probed(self) -> frozenset[Capability]:
        attached = self._attached()
        return (attached and attached.capabilities) or frozenset()

    def _chosen(self, attached: Attached | None) -> tuple[Path, str]:
        """The file and the context; "" is the file's current one."""
        source = self._source or self.settings.kubeconfig
        context = self._context or self.settings.context
        if source is None and attached:
            return attached.source, context or attached.context
        return (source or Path.home() / USUAL).absolute(), context

    def _check(self, access: Access, source: Path) -> None:
        try:
            with self._reader(access) as reader:
                reader.version()
        except KubeError as trouble:
            raise ClusterError(
                trouble.what_happened,
                say("Start that cluster, or correct the kubeconfig {path}.", path=source),
            ) from trouble

    def _reader(self, access: Access) -> Reader:
        return Reader(access, timeout_seconds=LOOK_SECONDS, run=self._run, clock=self._clock)

    def _silent(self, server: str, trouble: KubeError) -> ClusterStatus:
        component = ComponentStatus(API_SERVER, running=False, last_line=trouble.what_happened)
        return ClusterStatus(
            self.cluster, self.name, State.DEGRADED, components=(component,), api_server=server
        )

    def _answering(
        self, access: Access, version: str, nodes: list[dict[str, Any]]
    ) -> ClusterStatus:
        found = tuple(_node(node) for node in nodes)
        return ClusterStatus(
            self.cluster,
            self.name,
            State.RUNNING if all(node.ready for node in found) else State.DEGRADED,
            nodes=found,
            components=(ComponentStatus(API_SERVER, running=True),),
            kubernetes_version=version,
            api_server=access.server,
        )


def _refuse_what_only_a_maker_can(config: ClusterConfig) -> None:
    """One node is what every request has; more would be a promise that we cannot keep."""
    asked = {
        say("a number of nodes"): len(config.nodes) > 1,
        say("synced writes of etcd"): config.safe_writes,
        say("encryption of Secrets at rest"): config.encrypt_secrets,
    }
    for what, is_asked in asked.items():
        if is_asked:
            raise CapabilityMissing(what, "kubeconfig")


def _node(node: dict[str, Any]) -> NodeStatus:
    metadata, spec, status = node["metadata"], node.get("spec") or {}, node.get("status") or {}
    labels = metadata.get("labels") or {}
    addresses = {each["type"]: each["address"] for each in status.get("addresses") or ()}
    return NodeStatus(
        name=metadata["name"],
        ready=node_ready(node),
        flavor=labels.get("node.kubernetes.io/instance-type", ""),
        pool=labels.get("nodepool", ""),
        address=addresses.get("InternalIP", ""),
        schedulable=not spec.get("unschedulable", False),
    )
