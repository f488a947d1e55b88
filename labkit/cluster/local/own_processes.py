"""labkit's own processes under the supervisor: the agent, and each cluster's controllers.

The agent is there with the first cluster and gone with the last.
"""

import contextlib
import os
import shutil

from labkit.cluster.local.admitted import admit
from labkit.cluster.local.paths import MachinePaths
from labkit.cluster.local.registry_files import REALMS, address_removal, known_registries
from labkit.cluster.local.site import Site
from labkit.cluster.plan import ProcessGroup, ProcessPlan
from labkit.cluster.supervising import ensure_groups
from labkit.cluster.supervision import Supervisor
from labkit.foundation.files import is_held, locked, remove_unheld

AGENT = "agent"
OF_NO_CLUSTER = (AGENT, *REALMS)


def controllers_group(site: Site) -> ProcessGroup:
    command = (
        "nice",
        "-n",
        "10",
        str(site.python),
        "-m",
        "labkit.cluster.local.controllers",
        site.name,
    )
    return ProcessGroup(
        f"{site.name}.controllers", (ProcessPlan("controllers", command),), str(site.paths.logs)
    )


def agent_group(site: Site) -> ProcessGroup:
    command = (str(site.python), "-m", "labkit.cluster.local.agent")
    return ProcessGroup(
        AGENT, (ProcessPlan(AGENT, command),), str(site.machine.supervisor / "logs")
    )


def ensure_own_processes(site: Site, user: int) -> None:
    """The cluster's controllers; beside them the registries that the machine has."""
    groups = [controllers_group(site), *known_registries(site.machine)]
    ensure_beside_agent(site, user, groups)


def ensure_beside_agent(site: Site, user: int, groups: list[ProcessGroup]) -> None:
    """`user` came through sudo unless the agent asks, which serves nobody else."""
    with locked(site.machine.lock, holder="start the agent", clock=site.clock):
        known = site.supervisor.read_group(AGENT)
        is_asked_by_agent = _is_asked_by_agent(site.supervisor)
        if not is_asked_by_agent:
            admit(site.machine, user)
        stays = user == 0 or is_asked_by_agent
        agent = known if known and stays else agent_group(site)
        ensure_groups(site.supervisor, [*groups, agent], site.clock)


def release_machine(site: Site) -> None:
    """After a cluster stopped: end agent and supervisor when none runs, and what is empty goes.

    The caller has let go of its cluster's lock. Whoever holds that of another works with both, or
    is about to: a start has no group before it has copied and signed.
    """
    machine = site.machine
    with locked(machine.lock, holder="end the agent", clock=site.clock):
        if any(is_held(lock) for lock in machine.cluster_locks()):
            return
        supervisor = site.supervisor
        if supervisor.is_alive() and set(supervisor.group_names()) <= set(OF_NO_CLUSTER):
            _end_supervisor(supervisor, site)
            machine.agent_socket.unlink(missing_ok=True)
        if not supervisor.is_alive() or not supervisor.groups_on_disk():
            for name in OF_NO_CLUSTER:
                supervisor.forget_group(name)
        if not machine.cluster_names():
            site.do(address_removal(), may_fail=True)
            _remove_machine(machine)


def _end_supervisor(supervisor: Supervisor, site: Site) -> None:
    """It waits for its programs, and one of them, the agent, may be who asks this."""
    asked_by_agent = _is_asked_by_agent(supervisor)
    supervisor.shut_down()
    if not asked_by_agent:
        supervisor.end_predecessor(site.clock)


def _is_asked_by_agent(supervisor: Supervisor) -> bool:
    return supervisor.is_alive() and os.getppid() == supervisor.pid()


def _remove_machine(machine: MachinePaths) -> None:
    """With the last cluster go all folders but those of programs, which the next one uses.

    One that has begun since we looked keeps its lock, and the folder that holds it.
    """
    registries = (realm.folder(machine) for realm in REALMS.values())
    for folder in (machine.supervisor, *registries, machine.run):
        shutil.rmtree(folder, ignore_errors=True)
    for lock in machine.cluster_locks():
        remove_unheld(lock)
    for file in (machine.networks, machine.users, machine.lock):
        file.unlink(missing_ok=True)
    for folder in (machine.data / "clusters", machine.data):
        with contextlib.suppress(OSError):
            folder.rmdir()
