"""What runs of a simulated cluster and what does not; never an error because something is down."""

from typing import Any

from labkit.cluster.control_plane import ETCD_QUOTA_BYTES
from labkit.cluster.engine import ClusterStatus, ComponentStatus, NodeStatus, State
from labkit.cluster.errors import ClusterError, ClusterUnknown
from labkit.cluster.log_files import last_lines
from labkit.cluster.node_record import NodeRecord
from labkit.cluster.simulated.node_object import node_address
from labkit.cluster.simulated.plane import COMPONENTS
from labkit.cluster.simulated.site import Site
from labkit.cluster.supervision import ProcessState
from labkit.foundation.errors import FileProblem, SettingInvalid
from labkit.foundation.files import last_line
from labkit.foundation.text import say
from labkit.kube.conditions import node_ready, node_version
from labkit.kube.errors import KubeError

LOOK_SECONDS = 3
SUPERVISOR = "supervisor"
AUDIT = "audit"


def status(site: Site) -> ClusterStatus:
    record = site.recorded()
    if record is None:
        left = bool(site.processes()) or site.paths.data.exists()
        state = State.DEGRADED if left else State.ABSENT
        return ClusterStatus(site.name, "simulated", state)
    components = _components(site)
    is_up = any(component.running for component in components)
    version, objects = _look(site) if is_up else ("", {})
    nodes = tuple(_node(node, objects.get(node.name)) for node in record.nodes)
    return ClusterStatus(
        name=site.name,
        engine="simulated",
        state=_state(components, nodes),
        nodes=nodes,
        components=components,
        kubernetes_version=version,
        api_server=f"https://127.0.0.1:{record.ports.api}",
        figures={"etcd_bytes": _etcd_bytes(site), "etcd_quota_bytes": float(ETCD_QUOTA_BYTES)},
    )


def _components(site: Site) -> tuple[ComponentStatus, ...]:
    """From the supervisor; where it is gone, from what it left behind."""
    try:
        states = {state.name: state for state in site.supervisor.states()}
    except (ClusterError, FileProblem):
        survivors = {mark.rpartition("/")[2]: pid for pid, mark in site.processes().items()}
        supervisor = ComponentStatus(SUPERVISOR, running=False)
        rest = tuple(
            ComponentStatus(name, name in survivors, survivors.get(name), _last(site, name))
            for name in COMPONENTS
        )
        return (supervisor, *rest)
    supervisor = ComponentStatus(SUPERVISOR, running=True, pid=site.supervisor.pid())
    return (supervisor, *(_component(site, name, states.get(name)) for name in COMPONENTS))


def _component(site: Site, name: str, state: ProcessState | None) -> ComponentStatus:
    if state and state.running:
        return ComponentStatus(name, running=True, pid=state.pid)
    said = _last(site, name) or (state.description if state else "")
    return ComponentStatus(name, running=False, last_line=said)


def _last(site: Site, name: str) -> str:
    return last_line(site.paths.logs / f"{name}.log")


def _look(site: Site) -> tuple[str, dict[str, dict[str, Any]]]:
    try:
        with site.reader(timeout_seconds=LOOK_SECONDS) as reader:
            nodes = {node["metadata"]["name"]: node for node in reader.list("Node")}
            return reader.version(), nodes
    except KubeError:
        return "", {}


def _node(node: NodeRecord, found: dict[str, Any] | None) -> NodeStatus:
    spec = found.get("spec") or {} if found else {}
    return NodeStatus(
        name=node.name,
        ready=found is not None and node_ready(found),
        flavor=node.shape.flavor,
        pool=node.shape.pool,
        address=node_address(node.index),
        schedulable=not spec.get("unschedulable", False),
        version=node_version(found),
    )


def _state(components: tuple[ComponentStatus, ...], nodes: tuple[NodeStatus, ...]) -> State:
    if not any(component.running for component in components):
        return State.STOPPED
    well = all(component.running for component in components) and all(n.ready for n in nodes)
    return State.RUNNING if well else State.DEGRADED


def _etcd_bytes(site: Site) -> float:
    database = site.paths.data / "etcd" / "member" / "snap" / "db"
    return float(database.stat().st_size) if database.exists() else 0.0


def logs(site: Site, component: str, lines: int) -> str:
    """Raises SettingInvalid for what is no component, ClusterUnknown where there is no cluster."""
    if site.recorded() is None:
        raise ClusterUnknown(site.name)
    known = (*COMPONENTS, SUPERVISOR, AUDIT)
    if component not in known:
        raise SettingInvalid("component", component, say("one of {known}", known=", ".join(known)))
    if component == AUDIT:
        return last_lines(site.paths.audit_log, lines)
    if component == SUPERVISOR:
        return last_lines(site.paths.supervisor / "supervisord.log", lines)
    return last_lines(site.paths.logs / f"{component}.log", lines)
