"""labkit's own processes under the supervisor: the agent, and each cluster's controllers.

The agent is there with the first cluster and gone with the last.
"""

import contextlib
import pwd

from labkit.cluster.errors import ClusterError
from labkit.cluster.local.site import Site
from labkit.cluster.plan import ProcessGroup, ProcessPlan
from labkit.cluster.supervising import ensure_groups
from labkit.foundation.files import locked

AGENT = "agent"


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


def agent_group(site: Site, user: int) -> ProcessGroup:
    """`user`'s primary group may speak to the socket."""
    command = (str(site.python), "-m", "labkit.cluster.local.agent", str(_group_of(user)))
    return ProcessGroup(
        AGENT, (ProcessPlan(AGENT, command),), str(site.machine.supervisor / "logs")
    )


def _group_of(user: int) -> int:
    return pwd.getpwuid(user).pw_gid


def ensure_agent(site: Site, user: int) -> None:
    with locked(site.machine.lock, holder="start the agent", clock=site.clock):
        known = site.supervisor.read_group(AGENT)
        ensure_groups(
            site.supervisor, [known if known and user == 0 else agent_group(site, user)], site.clock
        )


def release_machine(site: Site) -> None:
    """End agent and supervisor when no cluster runs any more."""
    with locked(site.machine.lock, holder="end the agent", clock=site.clock):
        supervisor = site.supervisor
        with contextlib.suppress(ClusterError):
            if supervisor.is_alive() and set(supervisor.group_names()) <= {AGENT}:
                supervisor.forget_group(AGENT)
                supervisor.shut_down()
                site.machine.agent_socket.unlink(missing_ok=True)
