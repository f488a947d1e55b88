"""What the root side does on request: the engine's calls and the host operations.

Each has validated arguments; none takes a command line. It runs in the agent, in a single run
through sudo, or in the command itself when that is root's.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from labkit.cluster.engine import ClusterConfig
from labkit.cluster.errors import ClusterError, ClusterUnknown
from labkit.cluster.local import host_operations, looking, nodes, registry, start, status, stop
from labkit.cluster.local.inotify import OF_A_CONTROL_PLANE, OF_A_NODE, check_room
from labkit.cluster.local.installed import forget_image, install, installed
from labkit.cluster.local.messages import Request, config_from
from labkit.cluster.local.own_processes import release_machine
from labkit.cluster.local.paths import MachinePaths
from labkit.cluster.local.record import ClusterRecord, read_record
from labkit.cluster.local.registry_files import REALMS, Realm
from labkit.cluster.local.registry_logins import set_logins
from labkit.cluster.local.site import ON_DEMAND, Site, read_host
from labkit.cluster.local.start import Start, wanted_record
from labkit.cluster.local.taking_over import opened
from labkit.cluster.local.trusted import trusted_python
from labkit.cluster.node_record import missing, shape_from
from labkit.foundation.files import locked
from labkit.foundation.process import Runner
from labkit.foundation.progress import Progress
from labkit.foundation.text import say
from labkit.foundation.waiting import Clock


@dataclass(frozen=True, slots=True)
class Root:
    """What every operation needs, whoever asks for it."""

    machine: MachinePaths
    run: Runner
    clock: Clock


def perform(root: Root, request: Request, progress: Progress) -> Any:
    """Do it and return what JSON can say. Raises LabErrors."""
    operation = OPERATIONS.get(request.method)
    if operation is None:
        raise ClusterError(
            say("There is no operation {name!r}.", name=request.method),
            say("Use one of: {known}.", known=", ".join(sorted(OPERATIONS))),
        )
    python = trusted_python(root.machine, root.run, progress)
    site = Site(request.cluster, root.machine, root.run, root.clock, progress, python)
    if request.method in OF_THE_MACHINE:
        return operation(site, request)
    _check_owner(site, request.user)
    if request.method in READING:
        return operation(site, request)
    with locked(
        site.paths.lock,
        holder=f"labkit {request.method} {request.cluster}",
        clock=root.clock,
        waiting=lambda other: progress.said(say("Waiting for {other}.", other=other)),
    ):
        result = operation(site, request)
    if request.method in ENDING:
        release_machine(site)
    return result


def _check_owner(site: Site, user: int) -> None:
    record = stop.recorded(site)
    if record is not None and user not in (0, record.owner):
        raise ClusterError(
            say("Cluster {name!r} belongs to another user.", name=site.name),
            say("Choose another name with --name."),
        )


def _start(site: Site, request: Request) -> Any:
    start.start(_wanted(site, request), request.user)
    return _status(site, request)


def _wanted(site: Site, request: Request) -> Start:
    config = config_from(request.arguments["config"])
    programs, archives = install(site, request.arguments, request.user)
    host = read_host()
    with locked(site.machine.lock, holder="allocate a network", clock=site.clock):
        routes = site.run(["ip", "route"]).output
        before = read_record(site.paths.record)
        check_room(_watches(config, before))
        record = wanted_record(site, host, config, owner=request.user, routes=routes)
    return Start(site, host, record, programs, archives, before)


def _watches(config: ClusterConfig, before: ClusterRecord | None) -> int:
    """Of those that do not run yet; a cluster that was stopped is asked for its new nodes only."""
    if before is None:
        return OF_A_CONTROL_PLANE + OF_A_NODE * len(config.nodes)
    return OF_A_NODE * len(missing(before.nodes, config.nodes))


def _stop(site: Site, request: Request) -> None:
    stop.stop(site)


def _delete(site: Site, request: Request) -> None:
    stop.delete(site)
    site.paths.lock.unlink(missing_ok=True)  # we hold it; whoever waits takes a new one


def _status(site: Site, request: Request) -> Any:
    return asdict(status.status(site))


def _kubeconfig(site: Site, request: Request) -> str:
    path = site.paths.admin_kubeconfig
    if not path.exists():
        raise ClusterUnknown(site.name)
    return path.read_text()


def _begun(site: Site) -> Start:
    record = read_record(site.paths.record)
    if record is None:
        raise ClusterUnknown(site.name)
    programs, archives = installed(site)
    return Start(site, read_host(), record, programs, archives, before=record)


def _add_node(site: Site, request: Request) -> Any:
    shape = shape_from(request.arguments["shape"])
    return asdict(nodes.add(_begun(site), shape))


def _remove_node(site: Site, request: Request) -> None:
    nodes.remove(_begun(site), str(request.arguments["name"]))


def _logs(site: Site, request: Request) -> str:
    component, lines = str(request.arguments["component"]), int(request.arguments["lines"])
    return status.logs(site, component, lines)


def _load_image(site: Site, request: Request) -> Any:
    archive = Path(str(request.arguments["archive"]))
    with opened(archive, request.user) as found:
        return host_operations.load_image(_begun(site), found, list(request.arguments["nodes"]))


def _list_images(site: Site, request: Request) -> Any:
    return host_operations.list_images(_begun(site))


def _look(site: Site, request: Request) -> str:
    name, what = str(request.arguments["node"]), str(request.arguments["what"])
    return looking.look(_begun(site), name, what)


def _component(site: Site, request: Request) -> None:
    action, name = str(request.arguments["action"]), str(request.arguments["component"])
    host_operations.component(_begun(site), name, action)


def _addons(site: Site, request: Request) -> None:
    if read_record(site.paths.record) is None:
        raise ClusterUnknown(site.name)
    install(site, request.arguments, request.user)


def _remove_addon(site: Site, request: Request) -> None:
    """The cluster's own controllers notice, and take its objects away."""
    name = str(request.arguments["name"])
    if name not in ON_DEMAND:
        raise ClusterError(
            say("There is no add-on {name!r} that could be removed.", name=name),
            say("Choose one of: {known}.", known=", ".join(ON_DEMAND)),
        )
    forget_image(site, name)


def _start_registry(site: Site, request: Request) -> None:
    program = (request.arguments.get("programs") or {}).get("registry")
    path = Path(program) if program else None
    registry.start(site, _realm(request), path, request.user)


def _end_registry(site: Site, request: Request) -> None:
    registry.end(site, _realm(request), request.user)


def _realm(request: Request) -> Realm:
    if request.cluster not in REALMS:
        raise ClusterError(
            say("There is no registry {name!r}.", name=request.cluster[:80]),
            say("Use labkit's own client."),
        )
    return REALMS[request.cluster]


def _set_logins(site: Site, request: Request) -> None:
    logins = {str(user): str(hashed) for user, hashed in request.arguments["logins"].items()}
    set_logins(site, logins, request.user)


OF_THE_MACHINE = {"start_registry", "end_registry", "set_logins"}  # these belong to no cluster
ENDING = {"stop", "delete"}  # after these, the machine may have no cluster
READING = {"status", "kubeconfig", "logs", "list_images", "look"}  # these wait for nobody

OPERATIONS: dict[str, Callable[[Site, Request], Any]] = {
    "start": _start,
    "stop": _stop,
    "delete": _delete,
    "status": _status,
    "kubeconfig": _kubeconfig,
    "add_node": _add_node,
    "remove_node": _remove_node,
    "logs": _logs,
    "load_image": _load_image,
    "list_images": _list_images,
    "look": _look,
    "component": _component,
    "addons": _addons,
    "remove_addon": _remove_addon,
    "start_registry": _start_registry,
    "end_registry": _end_registry,
    "set_logins": _set_logins,
}
