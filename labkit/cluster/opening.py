"""Which engine a name means, and which clusters there are.

Engines are imported when they are opened: each brings much that the others' users never need.
"""

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


def known_clusters(settings: Settings) -> list[tuple[str, str]]:
    """(engine, name) of each cluster of this home, and of each local one of this machine."""
    from labkit.cluster.kubeconfig_files import attached_names  # noqa: PLC0415
    from labkit.cluster.local.paths import MachinePaths  # noqa: PLC0415
    from labkit.cluster.simulated.paths import simulated_names  # noqa: PLC0415

    return [
        *(("local", name) for name in MachinePaths().cluster_names()),
        *(("simulated", name) for name in simulated_names(settings.home)),
        *(("kubeconfig", name) for name in attached_names(settings.home)),
    ]
