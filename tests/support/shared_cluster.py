"""The one cluster that a run of the tests shares, brought up by the same `up` as a learner's."""

from dataclasses import dataclass, replace
from pathlib import Path

from labkit.cluster.engine import Engine
from labkit.foundation.process import SystemRunner
from labkit.foundation.progress import Quiet
from labkit.foundation.settings import Settings, read_settings
from labkit.foundation.waiting import SystemClock
from labkit.workshop.running import Running, Wanted, install_addons, up

NAME = "test"


@dataclass(frozen=True, slots=True)
class SharedCluster:
    settings: Settings
    engine: Engine

    @property
    def kubeconfig(self) -> Path:
        """The administrator's."""
        return self.engine.kubeconfig()


def tests_own(settings: Settings) -> Settings:
    """Never the lab that somebody learns in."""
    return replace(settings, home=settings.cache / "test-lab", cluster=NAME, attendee="me")


def bring_up(engine: str) -> SharedCluster:
    """Idempotent, and safe for several workers at once: `up` holds the cluster's lock."""
    settings = replace(tests_own(read_settings()), engine=engine)
    running = Running(settings, SystemRunner(), SystemClock())
    up(running, Wanted(), Quiet())
    install_addons(running, Quiet())
    return SharedCluster(settings, running.engine())
