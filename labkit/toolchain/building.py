"""Programs from pinned Go modules: one compiler call for all that are missing of a tool.

The compiler's own cache stays when a run is killed, so that the next goes on from there, and is
deleted when the tool is built or cannot be: kept for all, it grows past 20 GB. Only for programs
of ours, which need little more than Go's own library, it stays: an edit takes a second.
"""

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from labkit.foundation.errors import LabError
from labkit.foundation.text import say
from labkit.toolchain.errors import BuildFailed
from labkit.toolchain.golang import Go, find_go
from labkit.toolchain.means import LONGEST_BUILD_SECONDS, Means
from labkit.toolchain.programs import Tool


@dataclass(frozen=True, slots=True)
class BuildPlan:
    sources: tuple[str, ...]
    """Lists every package, which also fetches the modules."""
    compile: tuple[str, ...]
    environment: Mapping[str, str]
    folder: Path
    results: Mapping[str, Path]


def build_plan(
    tool: Tool, names: Sequence[str], work: Path, go: Go, *, compiled: Path
) -> BuildPlan:
    """`compiled` is the compiler's own cache."""
    packages = tuple(tool.programs[name].package for name in names)
    output = work / "built"
    # one program may be named unlike its package (etcd's is `server`), several never are
    target = str(output / names[0]) if len(names) == 1 else f"{output}/"
    compile_command = (go.program, "build", "-v", "-trimpath")
    environment = {
        **go.environment,
        "CGO_ENABLED": "0",
        "GOCACHE": str(compiled),
        "GOTMPDIR": str(work / "temporary"),
        # buildvcs: a clone owned by another user must not stop us; modcacherw: deletable
        "GOFLAGS": "-mod=readonly -buildvcs=false -modcacherw",
        "GOWORK": "off",
    }
    return BuildPlan(
        (go.program, "list", "-deps", "-f", "{{.ImportPath}}", *packages),
        (*compile_command, "-ldflags", tool.linking(), "-o", target, *packages),
        environment,
        tool.folder,
        {name: output / name for name in names},
    )


def build(tool: Tool, names: Sequence[str], work: Path, means: Means) -> Mapping[str, Path]:
    """Raises BuildFailed naming programs, step and log; ToolMissing without a compiler."""
    go = find_go(tool.go_version(), means)
    compiled = means.settings.cache / "compiled" / ("ours" if tool.settled else tool.name)
    plan = build_plan(tool, names, work, go, compiled=compiled)
    try:
        _carry_out(plan, tool, work, means)
    except BuildFailed:
        _forget(compiled)  # perhaps it is what filled the disk
        raise
    if not tool.settled:
        _forget(compiled)
    return plan.results


def _carry_out(plan: BuildPlan, tool: Tool, work: Path, means: Means) -> None:
    for folder in ("built", "temporary"):
        (work / folder).mkdir()
    log = build_log(tool, means)
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as out:
        site = _Site(tool, tuple(plan.results), plan, means, out)
        packages = site.get_sources()
        site.compile(packages)
    for name, path in plan.results.items():
        if not path.exists():
            raise BuildFailed([name], say("find the compiled program"), log)


def _forget(compiled: Path) -> None:
    shutil.rmtree(compiled, ignore_errors=True)


def build_log(tool: Tool, means: Means) -> Path:
    return means.log(f"{tool.name}-{tool.version()}")


@dataclass(frozen=True, slots=True)
class _Site:
    """One build while it runs."""

    tool: Tool
    names: tuple[str, ...]
    plan: BuildPlan
    means: Means
    log: TextIO

    def get_sources(self) -> int:
        """How many packages there are to compile."""
        tool, version = self.tool.name, self.tool.version()
        step = say("Get the sources of {tool} {version}", tool=tool, version=version)
        modules = 0

        def count(line: str) -> None:
            nonlocal modules
            self._note(line)
            if line.startswith("go: downloading "):
                modules += 1
                self.means.progress.advanced(step, modules, 0)

        listed = self._run(self.plan.sources, step, count)
        return len(set(listed.split()))

    def compile(self, packages: int) -> None:
        names = ", ".join(self.names)
        step = say("Build {names} {version}", names=names, version=self.tool.version())
        compiled = 0

        def count(line: str) -> None:
            nonlocal compiled
            self._note(line)
            if line and not line.startswith(("go: ", "#")):
                compiled += 1
                self.means.progress.advanced(step, min(compiled, packages), packages)

        self._run(self.plan.compile, step, count)

    def _run(self, command: Sequence[str], step: str, watch: Callable[[str], object]) -> str:
        log = Path(self.log.name)
        try:
            with self.means.timed(step):
                return self.means.run(
                    command,
                    timeout_seconds=LONGEST_BUILD_SECONDS,
                    environment=self.plan.environment,
                    folder=self.plan.folder,
                    watch=watch,
                ).output
        except LabError as problem:
            evidence = _complaints(problem.evidence) or problem.what_happened
            raise BuildFailed(self.names, step, log, evidence) from problem
        except OSError as problem:
            raise BuildFailed(self.names, step, log, str(problem)) from problem

    def _note(self, line: str) -> None:
        self.log.write(f"{line}\n")
        self.log.flush()


def _complaints(output: str) -> str:
    """What the compiler said besides the packages it finished, which are single words."""
    return "\n".join(line for line in output.splitlines() if " " in line.strip())
