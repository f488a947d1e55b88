"""The one door: a path for each asked program — found, downloaded, or built.

Only what is asked for is made, each tool by one run at a time, and a program appears in the cache
at once and whole. What is there already costs a look at a folder.
"""

import os
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from labkit.foundation.errors import LabError
from labkit.foundation.process import Runner
from labkit.foundation.progress import Progress
from labkit.foundation.settings import Settings
from labkit.foundation.text import say
from labkit.foundation.waiting import Clock
from labkit.toolchain.building import build, build_log
from labkit.toolchain.errors import BuildFailed, ToolchainError
from labkit.toolchain.means import Means
from labkit.toolchain.programs import TOOLS, Tool, grouped

if TYPE_CHECKING:
    from labkit.toolchain.releases import Releases

VERSION_SECONDS = 30  # a first start reads 100 MB from disk


def provide(
    names: Iterable[str],
    *,
    settings: Settings,
    run: Runner,
    progress: Progress,
    clock: Clock,
    tools: Sequence[Tool] = TOOLS,
) -> dict[str, Path]:
    """Raises ToolchainError: ToolMissing for an unknown name, BuildFailed when all ways failed."""
    means = Means(settings, run, progress, clock)
    asked = grouped(tuple(names), tools)
    if any(missing_in(_place(tool, means), programs) for tool, programs in asked):
        with opened_releases(means) as releases:
            for tool, programs in asked:
                provide_tool(tool, programs, means, releases)
    return {name: _place(tool, means) / name for tool, programs in asked for name in programs}


def opened_releases(means: Means) -> "closing[Releases]":
    """Imported here, where something is missing: every other command would wait for httpx."""
    from labkit.toolchain.releases import Releases  # noqa: PLC0415

    return closing(Releases(means))


def _place(tool: Tool, means: Means) -> Path:
    return means.programs() / tool.cache_name()


def provide_tool(
    tool: Tool, programs: Sequence[str], means: Means, releases: "Releases"
) -> dict[str, Path]:
    place = _place(tool, means)
    if missing_in(place, programs):
        try:
            with means.alone(tool.name), means.work_folder(tool.name) as work:
                maker = _Maker(tool, place, work, means)
                maker.download(missing_in(place, programs), releases)
                maker.build(missing_in(place, programs))
        except OSError as problem:
            raise ToolchainError(
                say(
                    "{names} could not be put into {place} ({reason}).",
                    names=", ".join(programs),
                    place=place,
                    reason=problem.strerror,
                ),
                say("Free disk space or mend the folder's rights, then run it again."),
            ) from problem
    return {name: place / name for name in programs}


def missing_in(place: Path, programs: Sequence[str]) -> list[str]:
    return [name for name in programs if not os.access(place / name, os.X_OK)]


class _Maker:
    """Makes programs of one tool in a work folder and moves them to their place."""

    def __init__(self, tool: Tool, place: Path, work: Path, means: Means) -> None:
        self.tool = tool
        self.place = place
        self.work = work
        self.means = means

    def download(self, names: Sequence[str], releases: "Releases") -> None:
        """Whatever goes wrong is said, and left to the build."""
        if self.tool.release is None or not self.means.settings.downloads:
            return
        for name in names:
            try:
                file = releases.fetch(self.tool, self.tool.release, name, self.work)
            except ToolchainError as problem:
                self.means.progress.said(problem.what_happened)
                continue
            told = self._version_told(name, file)
            if self._number() in told:
                self._install(name, file)
            else:
                self.means.progress.said(
                    say(
                        "The downloaded {name} says {told!r} for its version, not {number}.",
                        name=name,
                        told=told[:200],
                        number=self._number(),
                    )
                )

    def build(self, names: Sequence[str]) -> None:
        if not names:
            return
        for name, file in build(self.tool, names, self.work, self.means).items():
            told = self._version_told(name, file)
            if self._number() not in told:
                step = say("ask {name} for its version, {number}", name=name, number=self._number())
                raise BuildFailed([name], step, build_log(self.tool, self.means), told)
            self._install(name, file)

    def _number(self) -> str:
        return self.tool.version().lstrip("v")

    def _version_told(self, name: str, file: Path) -> str:
        file.chmod(0o755)
        command = [str(file), *self.tool.programs[name].version_arguments]
        try:
            told = self.means.run(command, timeout_seconds=VERSION_SECONDS)
        except (LabError, OSError) as problem:
            return str(problem)
        return told.output + told.errors

    def _install(self, name: str, file: Path) -> None:
        self.place.mkdir(parents=True, exist_ok=True)
        with file.open("rb") as content:
            os.fsync(content.fileno())  # a power cut must not leave an empty program behind
        file.rename(self.place / name)
