"""Which engine a name means, and which engine has a cluster.

Engines are imported when they are opened: each brings much that the others' users never need.
"""

from pathlib import Path

from labkit.cluster.engine import Engine
from labkit.cluster.errors import EngineUnknown
from labkit.foundation.process import Runner
from labkit.foundation.settings import Settings
from labkit.foundation.waiting import Clock

ENGINES = ("local", "simulated", "kubeconfig")


def open_engine(engine: str, name: str, settings: Settings, *, run: Runner, clock: Clock) -> Engine:
    """Raises EngineUnknown, or SettingInvalid for a name that no cluster may have."""
    match engine:
        case "local":
            from labkit.cluster.local.engine import LocalEngine  # noqa: PLC0415

            return LocalEngine(name, settings, run, clock)
        case "simulated":
            from labkit.cluster.simulated.engine import SimulatedEngine  # noqa: PLC0415

            return SimulatedEngine(name, settings, run, clock)
        case "kubeconfig":
            from labkit.cluster.kubeconfig import KubeconfigEngine  # noqa: PLC0415

            return KubeconfigEngine(name, settings, run, clock)
    raise EngineUnknown(engine, ENGINES)


def engine_of(home: Path, name: str) -> str:
    """Which engine has a cluster of that name in this home; `local` where none has.

    No two have: `administrator.refuse_taken_name`.
    """
    from labkit.cluster.kubeconfig_files import attached_names  # noqa: PLC0415
    from labkit.cluster.simulated.paths import simulated_names  # noqa: PLC0415

    if name in simulated_names(home):
        return "simulated"
    return "kubeconfig" if name in attached_names(home) else "local"
