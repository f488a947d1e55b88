"""Which engine a name means."""

from labkit.cluster.engine import Engine
from labkit.cluster.local.engine import LocalEngine
from labkit.foundation.process import Runner
from labkit.foundation.settings import Settings
from labkit.foundation.waiting import Clock


def open_engine(engine: str, name: str, settings: Settings, *, run: Runner, clock: Clock) -> Engine:
    return LocalEngine(name, settings, run, clock)
