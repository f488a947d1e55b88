"""What runs of a cluster and what does not; never an exception because something is down."""

import json
from pathlib import Path

from labkit.cluster.control_plane import ETCD_QUOTA_BYTES
from labkit.cluster.engine import ClusterStatus, ComponentStatus, NodeStatus, State
from labkit.cluster.errors import ClusterError, ClusterUnknown
from labkit.cluster.local.record import ClusterRecord
from labkit.cluster.local.site import Site, network_of
from labkit.cluster.local.stop import recorded
from labkit.cluster.log_files import last_lines
from labkit.cluster.node_record import NodeRecord
from labkit.cluster.supervision import ProcessState
from labkit.foundation.files import last_line
from labkit.foundation.text import say
from labkit.kube.conditions import node_ready, node_version
from labkit.kube.errors import KubeError
from labkit.kube.kubeconfig import read_access
from labkit.kube.reader import Reader

ADDON_STATES = "addons.json"
AUDIT_LOG = "audit.log"
CONTROLLERS = "controllers"


def status(site: Site) -> ClusterStatus:
    record = recorded(site)
    if record is None:
        return ClusterStatus(site.name, "local", State.ABSENT)
    states = _states(site)
    version, objects = _look(site) if any(state.running for state in states) else ("", {})
    nodes = tuple(_node(record, node, objects.get(node.name)) for node in record.nodes)
    components = tuple(_component(site, state) for state in states)
    return ClusterStatus(
        name=site.name,
        engine="local",
        state=_state(components, nodes),
        nodes=nodes,
        components=components,
        addons=_addons(site),
        kubernetes_version=version,
        api_server=f"https://{network_of(record).api_address}:6443",
        figures={"etcd_bytes": _etcd_bytes(site), "etcd_quota_bytes": float(ETCD_QUOTA_BYTES)},
    )


def _states(site: Site) -> list[ProcessState]:
    try:
        states = site.supervisor.states()
    except ClusterError:
        return []
    return [state for state in states if state.group.split(".")[0] == site.name]


def _look(site: Site) -> tuple[str, dict[str, dict[str, object]]]:
    """The server's version and its Node objects by name; nothing where it does not answer."""
    try:
        access = read_access(site.paths.own_kubeconfig)
        with Reader(access, timeout_seconds=3, clock=site.clock) as reader:
            nodes = {node["metadata"]["name"]: node for node in reader.list("Node")}
            return reader.version(), nodes
    except KubeError:
        return "", {}


def _node(record: ClusterRecord, node: NodeRecord, found: dict[str, object] | None) -> NodeStatus:
    spec = found.get("spec") if found else None
    return NodeStatus(
        name=node.name,
        ready=found is not None and node_ready(found),
        flavor=node.shape.flavor,
        pool=node.shape.pool,
        address=network_of(record).node_address(node.index),
        schedulable=not (isinstance(spec, dict) and spec.get("unschedulable", False)),
        version=node_version(found),
    )


def _component(site: Site, state: ProcessState) -> ComponentStatus:
    name = component_name(site, state)
    last = "" if state.running else last_line(log_file(site, name)) or state.description
    paused = not state.running and state.name in site.supervisor.paused(state.group)
    return ComponentStatus(name, state.running, state.pid or None, last, paused)


def component_name(site: Site, state: ProcessState) -> str:
    """As people say it: kube-apiserver, node1/kubelet, controllers."""
    node = state.group.removeprefix(site.name).removeprefix(".")
    return state.name if node in ("", CONTROLLERS) else f"{node}/{state.name}"


def component_place(cluster: str, component: str) -> tuple[str, str]:
    """The supervisor's group and process behind a component's name."""
    node, _, process = component.rpartition("/")
    group = CONTROLLERS if component == CONTROLLERS else node
    return (f"{cluster}.{group}" if group else cluster), process


def _state(components: tuple[ComponentStatus, ...], nodes: tuple[NodeStatus, ...]) -> State:
    if not any(component.running for component in components):
        return State.STOPPED
    well = all(component.running for component in components) and all(n.ready for n in nodes)
    return State.RUNNING if well else State.DEGRADED


def _addons(site: Site) -> tuple[tuple[str, str], ...]:
    try:
        content = json.loads((site.paths.data / ADDON_STATES).read_text())
        return tuple((str(name), str(state)) for name, state in content.items())
    except (OSError, ValueError, AttributeError):  # not noted yet, or spoilt: noted again soon
        return ()


def _etcd_bytes(site: Site) -> float:
    database = site.paths.data / "etcd" / "member" / "snap" / "db"
    return float(database.stat().st_size) if database.exists() else 0.0


def log_file(site: Site, component: str) -> Path:
    """The file behind a component's name; `audit` is the API server's audit log."""
    if component == "audit":
        return site.paths.data / AUDIT_LOG
    node, _, process = component.rpartition("/")
    if node:
        return site.paths.node(node).data / "logs" / f"{process}.log"
    return site.paths.logs / f"{process}.log"


def logs(site: Site, component: str, lines: int) -> str:
    """The last lines of one component. Raises ClusterError naming the components there are."""
    record = recorded(site)
    if record is None:
        raise ClusterUnknown(site.name)
    known = known_components(record)
    if component not in known:
        raise ClusterError(
            say("There is no component {name!r}.", name=component),
            say("Choose one of: {known}.", known=", ".join(known)),
        )
    return last_lines(log_file(site, component), lines)


def known_components(record: ClusterRecord) -> list[str]:
    plane = ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler"]
    each = ("containerd", "kubelet", "kube-proxy")
    nodes = [f"{node.name}/{name}" for node in record.nodes for name in each]
    return [*plane, *nodes, CONTROLLERS, "audit"]
