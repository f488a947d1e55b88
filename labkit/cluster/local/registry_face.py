"""The machine's registry as whoever uses it sees it: start it, end it, ask whether it is there."""

from labkit.cluster.local.messages import Request
from labkit.cluster.local.paths import MachinePaths
from labkit.cluster.local.registry_files import ADDRESS, PORT, REGISTRY
from labkit.cluster.local.root_side import RootSide
from labkit.foundation.process import Runner
from labkit.foundation.progress import Progress
from labkit.foundation.settings import Settings
from labkit.foundation.text import say
from labkit.foundation.waiting import Clock
from labkit.remote.registry import RegistryAccess
from labkit.toolchain.provide import provide


class LocalRegistry:
    """One a machine, beside its local clusters."""

    def __init__(self, settings: Settings, run: Runner, clock: Clock) -> None:
        self._settings = settings
        self._run = run
        self._clock = clock
        self._machine = MachinePaths()

    @property
    def access(self) -> RegistryAccess:
        return RegistryAccess(f"https://{ADDRESS}:{PORT}", self._machine.registry_authority)

    def start(self, progress: Progress) -> None:
        """Obtain the program, which may be built for two minutes, and run it. Again: nothing."""
        found = provide(
            [REGISTRY],
            settings=self._settings,
            run=self._run,
            progress=progress,
            clock=self._clock,
        )
        programs = {name: str(path) for name, path in found.items()}
        self._ask("start_registry", {"programs": programs}, progress, say("run the registry"))

    def end(self, progress: Progress) -> None:
        self._ask("end_registry", {}, progress, say("remove the registry"))

    def _ask(self, method: str, arguments: dict[str, object], progress: Progress, why: str) -> None:
        root = RootSide(self._machine, self._run, self._clock)
        root.ask(Request(method, REGISTRY, arguments), progress, why=why, sudo=True)
