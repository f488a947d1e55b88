"""The lab's cluster as a learner sees it: up, down, stop, and what follows behind `up`."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from labkit.foundation.errors import SettingInvalid
from labkit.foundation.process import Runner, start_detached
from labkit.foundation.progress import Progress
from labkit.foundation.settings import Settings
from labkit.foundation.text import say
from labkit.foundation.waiting import Clock
from labkit.workshop.lab import forget_lab, is_the_labs, meant, record_lab

if TYPE_CHECKING:
    from labkit.cluster.engine import ClusterConfig, ClusterStatus, Engine

MOST_NODES = 100  # as many as one cluster's network has addresses for


@dataclass(frozen=True, slots=True)
class Wanted:
    """What `labkit up` was asked for; 0 nodes means as it is, or one for a new cluster."""

    nodes: int = 0
    flavor: str = "b2-7"
    safe_writes: bool = False
    encrypt_secrets: bool = False
    keep: bool = False
    """Leave a new cluster that did not start as it is, to look into."""
    apart: bool = False
    """Beside the lab: exercises stay on the cluster where they are."""


@dataclass(frozen=True, slots=True)
class Running:
    """One named cluster of one engine, and what acts for it."""

    settings: Settings
    run: Runner
    clock: Clock

    def engine(self) -> "Engine":
        from labkit.cluster.opening import open_engine

        return open_engine(
            self.settings.engine,
            self.settings.cluster,
            self.settings,
            run=self.run,
            clock=self.clock,
        )


def up(running: Running, wanted: Wanted, progress: Progress) -> "ClusterStatus":
    """Returns when the nodes are Ready and the lab is recorded; add-ons follow behind."""
    engine = running.engine()
    is_new = _is_absent(engine)
    config = _config(running, wanted, is_new=is_new)
    with _taken_back(engine, progress) if is_new and not wanted.keep else nullcontext():
        status = engine.start(config, progress)
    if not wanted.apart:
        record_lab(
            running.settings,
            name=running.settings.cluster,
            engine=engine.name,
            kubeconfig=engine.kubeconfig(),
            capabilities=engine.capabilities,
        )
    _follow_with_addons(running)
    return status


@contextmanager
def _taken_back(engine: "Engine", progress: Progress) -> Iterator[None]:
    """A new cluster that fails to start, or is interrupted, goes again."""
    try:
        yield
    except BaseException:
        if not _is_absent(engine):
            progress.said(say("Taking back what was started; `labkit up --keep` leaves it."))
            engine.delete(progress)
        raise


def _is_absent(engine: "Engine") -> bool:
    """A cluster that the agent says nothing about to us is there; starting it asks for sudo."""
    from labkit.cluster.engine import State
    from labkit.cluster.errors import AgentRefuses

    try:
        return engine.status().state is State.ABSENT
    except AgentRefuses:
        return False


def _config(running: Running, wanted: Wanted, *, is_new: bool) -> "ClusterConfig":
    """Raises SettingInvalid or MachineNotReady before anything is changed."""
    from labkit.cluster.engine import ClusterConfig, NodeShape
    from labkit.cluster.flavors import known_flavor
    from labkit.preflight.report import require_ready

    if wanted.nodes not in range(MOST_NODES + 1):
        expected = say("a number from 1 to {most}", most=MOST_NODES)
        raise SettingInvalid("--nodes", wanted.nodes, expected)
    known_flavor(wanted.flavor)
    if is_new:
        require_ready(running.settings)  # what ran already has shown that it can
    return ClusterConfig(
        running.settings.cluster,
        nodes=(NodeShape(flavor=wanted.flavor),) * (wanted.nodes or int(is_new)),
        safe_writes=wanted.safe_writes,
        encrypt_secrets=wanted.encrypt_secrets,
    )


def _follow_with_addons(running: Running) -> None:
    """Add-ons' programs may take minutes to build; nobody waits for them."""
    if running.settings.engine != "local":
        return
    from labkit.cluster.local.engine import LocalEngine

    engine = running.engine()
    if isinstance(engine, LocalEngine) and not engine.addons_at_hand():
        command = [
            sys.executable,
            "-m",
            "labkit.cli.main",
            "addon",
            "add",
            "--name",
            engine.cluster,
        ]
        log = running.settings.cache / "logs" / f"addons-{engine.cluster}.log"
        start_detached(command, log, folder=Path(__file__).parents[2])


def install_addons(running: Running, progress: Progress) -> None:
    """Obtain what the add-ons of a local cluster need; other engines have none of ours."""
    from labkit.cluster.local.engine import LocalEngine

    engine = running.engine()
    if isinstance(engine, LocalEngine):
        engine.install_addons(progress)


def down(running: Running, progress: Progress) -> None:
    """With the lab's cluster go its containers and its record; another's end leaves both."""
    from labkit.workshop.container_room import clear

    is_lab = is_the_labs(running.settings)
    running.engine().delete(progress)
    if is_lab:
        clear(running.settings, running.run, running.clock)
        forget_lab(running.settings)


def stop(running: Running, progress: Progress) -> None:
    running.engine().stop(progress)


def named(running: Running, name: str, engine: str) -> Running:
    """The same for the cluster that is meant (`lab.meant`)."""
    return replace(running, settings=meant(running.settings, name, engine))
