"""The `local` engine's face: what runs as the user. Everything that needs root is asked for."""

import contextlib
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

from labkit.cluster.administrator import administrator_path, refuse_taken_name
from labkit.cluster.engine import (
    Capability,
    ClusterConfig,
    ClusterStatus,
    NodeShape,
    NodeStatus,
    State,
)
from labkit.cluster.errors import AgentUnreachable, ClusterUnknown
from labkit.cluster.flavors import checked_flavor
from labkit.cluster.lab_range import lab_address
from labkit.cluster.local.allocation import read_allocations
from labkit.cluster.local.messages import Request, status_from
from labkit.cluster.local.network import NODE_LIMIT
from labkit.cluster.local.paths import MachinePaths
from labkit.cluster.local.root_side import RootSide
from labkit.cluster.local.site import ADDON_IMAGES, NODE_IMAGES, ON_DEMAND, PROGRAMS, images_of
from labkit.cluster.names import checked_name
from labkit.cluster.plane_settings import first_settings
from labkit.cluster.shapes import checked_shapes
from labkit.cluster.versions import programs_for
from labkit.foundation.errors import SettingInvalid
from labkit.foundation.files import PRIVATE, write_atomically
from labkit.foundation.process import Runner
from labkit.foundation.progress import Progress, Quiet
from labkit.foundation.settings import Settings
from labkit.foundation.text import say
from labkit.foundation.waiting import Clock, wait_until
from labkit.kube.errors import KubeError
from labkit.kube.kubeconfig import read_access
from labkit.toolchain.images import images_at_hand, provide_images
from labkit.toolchain.means import Means

AGENT_START_SECONDS = 30  # a busy machine; usually half a second
CAPABILITIES = frozenset(
    {
        Capability.REAL_PODS,
        Capability.DNS,
        Capability.MULTI_NODE,
        Capability.LOAD_BALANCER,
        Capability.NETWORK_POLICY,
        Capability.INGRESS,
        Capability.METRICS,
        Capability.AUDIT_LOG,
        Capability.HOST_CONTROL_PLANE,
        Capability.CLUSTER_SCOPE,
        Capability.REGISTRY,
        Capability.ALLOWED_SOURCES,
        Capability.PRIVATE_REGISTRY,
    }
)


class LocalEngine:
    """Implements `cluster.engine.Engine` with real nodes on this machine."""

    def __init__(
        self,
        name: str,
        settings: Settings,
        run: Runner,
        clock: Clock,
        *,
        machine: MachinePaths | None = None,
    ) -> None:
        self.cluster = checked_name(name, "--name")
        self.name = "local"
        self.capabilities = CAPABILITIES
        self.settings = settings
        self._run = run
        self._clock = clock
        self._machine = machine or MachinePaths()
        self._root = RootSide(self._machine, run, clock)

    def start(self, config: ClusterConfig, progress: Progress) -> ClusterStatus:
        """Raises SettingInvalid before anything is changed."""
        _check(config)
        refuse_taken_name(self.settings.home, self.cluster, is_ours=self.exists(), engine=self.name)
        arguments = {
            "config": asdict(config),
            "programs": self._programs(config, progress),
            "images": self._images(_images_for(config), progress) | self._images_at_hand(),
            "renewals": self._images_at_hand(ON_DEMAND),
        }
        answer = self._ask("start", arguments, progress, why=say("start the nodes"))
        status = status_from(answer)
        self._write_kubeconfig()
        return status

    def stop(self, progress: Progress) -> None:
        self._ask("stop", {}, progress, why=say("stop the nodes"))

    def delete(self, progress: Progress) -> None:
        if self.exists():
            self._ask("delete", {}, progress, why=say("remove the nodes"))
        elif not self._left_a_kubeconfig():
            return
        self._kubeconfig_path().unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # something of another's is in the folder, or it is gone
            self._kubeconfig_path().parent.rmdir()

    def exists(self) -> bool:
        """Whether anything of this cluster is on the machine, however broken."""
        paths = self._machine.cluster(self.cluster)
        listed = self.cluster in read_allocations(self._machine.networks)
        return listed or paths.data.exists() or paths.run.exists()

    def status(self) -> ClusterStatus:
        if not self.exists():
            return ClusterStatus(self.cluster, self.name, State.ABSENT)
        try:
            return status_from(self._ask("status", {}, Quiet(), why=""))
        except AgentUnreachable:
            return ClusterStatus(self.cluster, self.name, State.STOPPED)

    def kubeconfig(self) -> Path:
        path = self._kubeconfig_path()
        if not path.exists():
            raise ClusterUnknown(self.cluster)
        return path

    def add_node(self, shape: NodeShape, progress: Progress) -> NodeStatus:
        answer = self._ask("add_node", {"shape": asdict(shape)}, progress, why=say("add a node"))
        return NodeStatus(**answer)

    def remove_node(self, name: str, progress: Progress) -> None:
        self._ask("remove_node", {"name": name}, progress, why=say("remove a node"))

    def logs(self, component: str, lines: int = 100) -> str:
        return str(self._ask("logs", {"component": component, "lines": lines}, Quiet(), why=""))

    def host(self, method: str, progress: Progress, **arguments: Any) -> Any:
        """A host operation, for code that asked for the capability host-control-plane.

        load_image(archive, nodes), list_images(), component(action, component),
        look(node, what).
        """
        return self._ask(method, arguments, progress, why="")

    def install_addons(self, progress: Progress, names: tuple[str, ...] = ADDON_IMAGES) -> None:
        """Obtain what add-ons need, however long it takes, and hand it to the cluster."""
        images = self._images(names, progress)
        self._ask("addons", {"images": images}, progress, why=say("install add-ons"))

    def remove_addon(self, name: str) -> None:
        """Of those on demand; the cluster takes it away a moment later."""
        self._ask("remove_addon", {"name": name}, Quiet(), why="")

    def addons_at_hand(self) -> bool:
        """Whether add-ons need no download and no build."""
        return len(self._images_at_hand()) == len(ADDON_IMAGES)

    def _ask(self, method: str, arguments: dict[str, Any], progress: Progress, *, why: str) -> Any:
        request = Request(method, self.cluster, arguments)
        may_sudo = method in ("start", "stop", "delete")
        return self._root.ask(request, progress, why=why, sudo=may_sudo)

    def _write_kubeconfig(self) -> None:
        if os.geteuid() != 0:  # sudo has come back, and the agent it left is only starting
            wait_until(
                self._root.agent_answers,
                say("the root agent"),
                limit_seconds=AGENT_START_SECONDS,
                clock=self._clock,
                pause_seconds=0.02,
            )
        text = self._ask("kubeconfig", {}, Quiet(), why="")
        write_atomically(self._kubeconfig_path(), text, mode=PRIVATE)

    def _left_a_kubeconfig(self) -> bool:
        """Of a cluster that is gone. Another engine's is at the same place, and stays."""
        with contextlib.suppress(KubeError):
            return lab_address(read_access(self._kubeconfig_path()).server) is not None
        return False

    def _kubeconfig_path(self) -> Path:
        return administrator_path(self.settings.home, self.cluster)

    def _programs(self, config: ClusterConfig, progress: Progress) -> dict[str, str]:
        means = Means(self.settings, self._run, progress, self._clock)
        found = programs_for(config, PROGRAMS, means)
        return {name: str(path) for name, path in found.items()}

    def _images(self, names: tuple[str, ...], progress: Progress) -> dict[str, str]:
        found = provide_images(
            names, settings=self.settings, run=self._run, progress=progress, clock=self._clock
        )
        return {name: str(path) for name, path in found.items()}

    def _images_at_hand(self, names: tuple[str, ...] = ADDON_IMAGES) -> dict[str, str]:
        found = images_at_hand(names, settings=self.settings)
        return {name: str(path) for name, path in found.items()}


def _images_for(config: ClusterConfig) -> tuple[str, ...]:
    return tuple(sorted({*NODE_IMAGES}.union(*map(images_of, config.nodes))))


def _check(config: ClusterConfig) -> None:
    checked_name(config.name, "--name")
    first_settings(config)
    if len(config.nodes) > NODE_LIMIT:
        expected = say("a number from 1 to {most}", most=NODE_LIMIT)
        raise SettingInvalid("--nodes", len(config.nodes), expected)
    for shape in checked_shapes(config.nodes):
        checked_flavor(shape.flavor, os.cpu_count() or 1)
