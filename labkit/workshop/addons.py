"""Add-ons that a local cluster gets when somebody asks for them, such as an Ingress controller.

Each needs a program that may have to be built for minutes, so `labkit up` does not bring them.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from labkit.cluster.errors import CapabilityMissing
from labkit.foundation.errors import SettingInvalid
from labkit.foundation.progress import Progress, shown
from labkit.foundation.text import say
from labkit.kube.conditions import deployment_available, is_gone
from labkit.kube.kubeconfig import read_access
from labkit.kube.reader import Reader
from labkit.kube.resources import ObjectReference
from labkit.kube.waiting import wait_for
from labkit.workshop.lab import Lab

if TYPE_CHECKING:
    from labkit.cluster.engine import Engine
    from labkit.cluster.local.engine import LocalEngine
    from labkit.kube.kubeconfig import Access

BEHIND = {"ingress": "traefik"}
"""The add-on behind a capability."""
READY_SECONDS = 120  # a node takes over a large image, beside whatever else it does
GONE_SECONDS = 30
NAMESPACE = "kube-system"


def add_addon(
    engine: "Engine", name: str, progress: Progress, *, access: "Access | None" = None
) -> None:
    """Obtain it, install it and return when it is ready. Again: finds it there.

    `access` is the administrator's, where it is not in the engine's home folder.

    Raises SettingInvalid for an unknown name, CapabilityMissing for an engine that has none.
    """
    local = _local(engine, name)
    local.install_addons(progress, (name,))
    way = access or read_access(local.kubeconfig())
    with shown(progress, say("Install {name}", name=name)), Reader(way) as reader:
        wait_for(reader, _deployment(name), deployment_available, limit_seconds=READY_SECONDS)


def remove_addon(engine: "Engine", name: str, progress: Progress) -> None:
    """With all its objects; what others made for it stays. Again: finds it gone."""
    local = _local(engine, name)
    with shown(progress, say("Remove {name}", name=name)), _reader(local) as reader:
        local.remove_addon(name)
        wait_for(reader, _deployment(name), is_gone, limit_seconds=GONE_SECONDS)


def ensure_addons(lab: Lab, capabilities: Iterable[str]) -> None:
    """Before a lesson or an exercise that asks for one. A cluster that is not ours has its own."""
    needed = [BEHIND[each] for each in capabilities if each in BEHIND]
    if not needed or lab.record.engine != "local":
        return
    with Reader(lab.administrator(), run=lab.run, clock=lab.clock) as reader:
        missing = [name for name in needed if not _is_ready(reader, name)]
    for name in missing:
        lab.progress.said(
            say("This needs {name}, which is built for minutes the first time.", name=name)
        )
        add_addon(lab.engine(), name, lab.progress, access=lab.administrator())


def _is_ready(reader: Reader, name: str) -> bool:
    found = reader.list("Deployment", namespace=NAMESPACE, fields=f"metadata.name={name}")
    return any(map(deployment_available, found))


def _local(engine: "Engine", name: str) -> "LocalEngine":
    from labkit.cluster.local.engine import LocalEngine
    from labkit.cluster.local.site import ON_DEMAND

    if name not in ON_DEMAND:
        raise SettingInvalid("add-on", name, say("one of {known}", known=", ".join(ON_DEMAND)))
    if not isinstance(engine, LocalEngine):
        raise CapabilityMissing(say("add-ons"), engine.name)
    return engine


def _reader(engine: "LocalEngine") -> Reader:
    return Reader(read_access(engine.kubeconfig()))


def _deployment(name: str) -> ObjectReference:
    return ObjectReference("Deployment", name, NAMESPACE)
