"""The stages of `make check`, `make test`, `make fresh` and `make lock`, with their budgets."""

import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from labkit.foundation.errors import LabError, ProcessFailed, SettingInvalid
from labkit.foundation.settings import read_settings
from labkit.foundation.waiting import Clock, SystemClock
from tools.attended import run_attended

ROOT = Path(__file__).parents[1]
BIN = ROOT / ".venv" / "bin"
INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Stage:
    name: str
    command: str
    """Its program is one of .venv's; {} stands for the files that `files` matches."""
    budget_seconds: float
    files: str = ""
    """A pattern; while nothing matches it there is nothing to do."""


@dataclass(frozen=True, slots=True)
class Ran:
    stage: Stage
    seconds: float
    well: bool


COMPILE = (
    "uv pip compile --universal --generate-hashes --no-annotate --no-header "
    "--python-version 3.11 --quiet"
)
CHECK = (
    Stage("format", "ruff format --check --quiet .", 3),
    Stage("lint", "ruff check --quiet .", 3),
    Stage("layers", "lint-imports --no-logo", 5),
    Stage("types", "mypy", 20),
    Stage("types of notebooks", "mypy --strict {}", 5, "notebooks/source/*.py"),
    Stage("types of checks", "mypy --strict {}", 5, "exercises/*/*/check_*.py"),
    Stage("notebooks equal sources", "labkit build --check", 5, "labkit/cli/author.py"),
    Stage("notebooks without output", "nbstripout --verify --keep-id {}", 3, "notebooks/*.ipynb"),
    Stage("tests without a cluster", "pytest -q", 30),
)
TEST = (
    Stage("clusters", "pytest -m cluster --ignore tests/notebooks", 600, "tests/cluster/test_*.py"),
    Stage("notebooks", "pytest -m cluster tests/notebooks", 300, "tests/notebooks/test_*.py"),
    Stage("proof of the exercises", "labkit prove", 300, "labkit/cli/author.py"),
)
LAST = (Stage("take the lab down", "labkit down", 20, "labkit/cli/cluster.py"),)
FRESH = (
    Stage(
        "a fresh machine",
        "pytest -m fresh -p no:randomly -v tests/fresh",
        3600,
        "tests/fresh/test_*.py",
    ),
)
LOCK = (
    Stage("lock the lab", f"{COMPILE} pyproject.toml -o requirements/lab.lock", 30),
    Stage(
        "lock development",
        f"{COMPILE} pyproject.toml --extra dev -c requirements/lab.lock -o requirements/dev.lock",
        30,
    ),
    Stage(
        "lock the root agent",
        f"{COMPILE} requirements/agent.in -c requirements/lab.lock -o requirements/agent.lock",
        30,
    ),
)


def main(arguments: Sequence[str]) -> int:
    clock = SystemClock()
    kinds = {"check": check, "test": test, "fresh": fresh, "lock": lock}
    try:
        if len(arguments) != 1 or arguments[0] not in kinds:
            raise SettingInvalid("the suite", " ".join(arguments), " or ".join(kinds))
        ran = kinds[arguments[0]](clock)
    except LabError as problem:
        sys.stderr.write(f"{problem.what_happened}\n→ {problem.next_step}\n")
        return 2
    except KeyboardInterrupt:
        return INTERRUPTED
    say_line(table(ran))
    return 0 if all(one.well for one in ran) else 1


def check(clock: Clock) -> list[Ran]:
    return [run_stage(stage, clock) for stage in CHECK]


def test(clock: Clock) -> list[Ran]:
    """Everything; the cluster's part only after a good check, and the lab down in any case."""
    ran = check(clock)
    if not all(one.well for one in ran):
        return ran
    environment = test_lab(read_settings().cache)
    try:
        ran += [run_stage(stage, clock, environment) for stage in TEST]
    finally:
        ran += [run_stage(stage, clock, environment) for stage in LAST]
    return ran


def fresh(clock: Clock) -> list[Ran]:
    return [run_stage(stage, clock) for stage in FRESH]


def lock(clock: Clock) -> list[Ran]:
    return [run_stage(stage, clock) for stage in LOCK]


def test_lab(cache: Path) -> dict[str, str]:
    """A lab of its own, so that tests never touch the one that somebody learns in."""
    return {"LABKIT_HOME": str(cache / "test-lab"), "LABKIT_CLUSTER": "test"}


def run_stage(stage: Stage, clock: Clock, environment: Mapping[str, str] | None = None) -> Ran:
    began = clock.monotonic()
    found = sorted(str(p.relative_to(ROOT)) for p in ROOT.glob(stage.files)) if stage.files else []
    if stage.files and not found:
        return Ran(stage, 0, well=True)
    say_line(f"── {stage.name}")
    program, *arguments = shlex.split(stage.command)
    words = [word for a in arguments for word in (found if a == "{}" else [a])]
    try:
        run_attended(
            [str(BIN / program), *words], folder=ROOT, watch=say_line, environment=environment
        )
    except ProcessFailed:
        return Ran(stage, clock.monotonic() - began, well=False)
    return Ran(stage, clock.monotonic() - began, well=True)


def table(ran: Sequence[Ran]) -> str:
    lines = [f"{'stage':<28}{'seconds':>9}{'budget':>9}"]
    for one in ran:
        remark = "" if one.well else "  failed"
        if one.seconds > one.stage.budget_seconds:
            remark += "  over its budget"
        budget = one.stage.budget_seconds
        lines.append(f"{one.stage.name:<28}{one.seconds:>9.1f}{budget:>9.0f}{remark}")
    budget = sum(one.stage.budget_seconds for one in ran)
    lines.append(f"{'together':<28}{sum(one.seconds for one in ran):>9.1f}{budget:>9.0f}")
    return "\n".join(lines)


def say_line(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
