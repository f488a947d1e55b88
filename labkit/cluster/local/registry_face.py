"""A registry of the machine as whoever uses it sees it: start it, end it, say who may log in."""

from collections.abc import Mapping

from labkit.cluster.local.messages import Request
from labkit.cluster.local.paths import MachinePaths
from labkit.cluster.local.registry_files import OPEN, REGISTRY, Realm
from labkit.cluster.local.root_side import RootSide
from labkit.foundation.process import Runner
from labkit.foundation.progress import Progress
from labkit.foundation.settings import Settings
from labkit.foundation.text import say
from labkit.foundation.waiting import Clock
from labkit.remote.registry import RegistryAccess
from labkit.toolchain.provide import provide


class LocalRegistry:
    """One of each kind a machine, beside its local clusters."""

    def __init__(
        self, settings: Settings, run: Runner, clock: Clock, *, realm: Realm = OPEN
    ) -> None:
        self._settings = settings
        self._run = run
        self._clock = clock
        self._machine = MachinePaths()
        self._realm = realm

    @property
    def access(self) -> RegistryAccess:
        return RegistryAccess(self._realm.url, self._machine.registry_authority)

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

    def set_logins(self, logins: Mapping[str, str], progress: Progress) -> None:
        """Hashes of bcrypt's by user; an empty one takes the login away."""
        why = say("change who may log in to the registry")
        self._ask("set_logins", {"logins": dict(logins)}, progress, why)

    def _ask(self, method: str, arguments: dict[str, object], progress: Progress, why: str) -> None:
        root = RootSide(self._machine, self._run, self._clock)
        root.ask(Request(method, self._realm.name, arguments), progress, why=why, sudo=True)
