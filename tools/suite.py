"""Run the stages of a suite: `python -m tools.suite check|test|prove|fresh|lock [exercise …]`.

Every stage's time is printed beside its budget, and how many of its tests were skipped. What was
started is taken down again.
"""

import shlex
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from labkit.foundation.errors import LabError, ProcessFailed, SettingInvalid
from labkit.foundation.settings import read_settings
from labkit.foundation.waiting import Clock, SystemClock
from tools.attended import run_attended
from tools.skipped import reported, skipped_in
from tools.stages import (
    AHEAD,
    BESIDE_CHECK,
    CHECK,
    CLOUD_DOWN,
    CLOUD_UP,
    DOCTOR,
    DOWN,
    FRESH,
    LOCK,
    ON_A_CLUSTER,
    PROOF,
    UP,
    Stage,
    in_time,
)

ROOT = Path(__file__).parents[1]
INTERRUPTED = 130
AS_USERS_HAVE_IT = {"PYTHONDONTWRITEBYTECODE": ""}
"""Where it is set, every test worker and every command compiles the same modules again."""


@dataclass(frozen=True, slots=True)
class Ran:
    stage: Stage
    seconds: float
    well: bool
    skipped: int = 0
    """Tests that it left out, where its program is pytest."""


RunStage = Callable[[Stage], Ran]


def main(arguments: Sequence[str]) -> int:
    clock = SystemClock()
    began = clock.monotonic()
    try:
        ran = run_suite(arguments, clock)
    except LabError as problem:
        sys.stderr.write(f"{problem.what_happened}\n→ {problem.next_step}\n")
        return 2
    except KeyboardInterrupt:
        return INTERRUPTED
    say_line(table(ran))
    say_line(f"{'together':<28}{clock.monotonic() - began:>9.1f}")
    return 0 if all(one.well for one in ran) else 1


def run_suite(arguments: Sequence[str], clock: Clock) -> list[Ran]:
    name, *exercises = arguments or [""]
    if name in {"test", "prove"}:
        environment = test_lab(read_settings().cache)

        began = clock.monotonic()

        def run_in_lab(stage: Stage) -> Ran:
            now = in_time(stage, clock.monotonic() - began)
            return run_stage(now, clock, environment, live=stage is not AHEAD)

        return (
            everything(check(clock), run_in_lab) if name == "test" else prove(run_in_lab, exercises)
        )
    if name == "check":
        return check(clock)
    stages = {"fresh": (FRESH,), "lock": LOCK}
    if name not in stages:
        raise SettingInvalid("the suite", name, "check, test, prove, fresh or lock")
    return [run_stage(stage, clock) for stage in stages[name]]


def check(clock: Clock) -> list[Ran]:
    """Two lanes at once; what a stage says is printed whole when it ends."""
    lanes = (CHECK, BESIDE_CHECK)
    with ThreadPoolExecutor(len(lanes)) as pool:
        ran = pool.map(lambda lane: [run_stage(stage, clock, live=False) for stage in lane], lanes)
        return [one for lane in ran for one in lane]


def everything(checked: Sequence[Ran], run: RunStage) -> list[Ran]:
    """The cluster's part only after a good check."""
    ran = list(checked)
    if not all(one.well for one in ran):
        return ran
    return [*ran, *on_a_cluster(ON_A_CLUSTER, run, beside=(AHEAD,))]


def prove(run: RunStage, exercises: Sequence[str]) -> list[Ran]:
    named = replace(PROOF, command=shlex.join(["labkit", "prove", *exercises]))
    return on_a_cluster((named,), run)


def on_a_cluster(stages: Sequence[Stage], run: RunStage, beside: Sequence[Stage] = ()) -> list[Ran]:
    """A lab that does not start is a failure with the doctor's report; it goes down in any case."""
    ran = []
    with ThreadPoolExecutor(1) as pool:
        try:
            ran.append(run(UP))
            others = [pool.submit(run, stage) for stage in beside if ran[0].well]
            ran += [run(stage) for stage in ([CLOUD_UP, *stages] if ran[0].well else [DOCTOR])]
            ran += [other.result() for other in others]
        finally:
            ran += [run(CLOUD_DOWN), run(DOWN)]
    return ran


def test_lab(cache: Path) -> dict[str, str]:
    """A lab of its own, so that tests never touch the one that somebody learns in."""
    return {"LABKIT_HOME": str(cache / "test-lab"), "LABKIT_CLUSTER": "test"}


def run_stage(
    stage: Stage,
    clock: Clock,
    environment: Mapping[str, str] | None = None,
    *,
    live: bool = True,
    root: Path = ROOT,
) -> Ran:
    began = clock.monotonic()
    command = command_of(stage, root)
    if not command:
        return Ran(stage, 0, well=True)
    said = [f"── {stage.name}"]
    if live:
        say_line(said.pop())
    watch = say_line if live else said.append
    well = True
    with TemporaryDirectory(prefix="labkit-suite-") as folder:
        report = Path(folder) / "report.xml"
        try:
            given = {**AS_USERS_HAVE_IT, **(environment or {})}
            run_attended(reported(command, report), folder=root, watch=watch, environment=given)
        except ProcessFailed:
            well = False
        skipped = skipped_in(report)
    if said:
        say_line("\n".join(said))
    return Ran(stage, clock.monotonic() - began, well, skipped)


def command_of(stage: Stage, root: Path) -> list[str]:
    """Empty while there is nothing for it to look at."""
    found = sorted(str(p.relative_to(root)) for p in root.glob(stage.files)) if stage.files else []
    if stage.files and not found:
        return []
    program, *arguments = shlex.split(stage.command)
    words = [word for given in arguments for word in (found if given == "{}" else [given])]
    return [str(root / ".venv" / "bin" / program), *words]


def table(ran: Sequence[Ran]) -> str:
    lines = [f"{'stage':<28}{'seconds':>9}{'budget':>9}"]
    for one in ran:
        remark = "" if one.well else "  failed"
        if one.seconds > one.stage.budget_seconds:
            remark += "  over its budget"
        if one.skipped:
            remark += f"  skipped: {one.skipped}"
        budget = one.stage.budget_seconds
        lines.append(f"{one.stage.name:<28}{one.seconds:>9.1f}{budget:>9.0f}{remark}")
    return "\n".join(lines)


def say_line(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    # Whoever starts us in the background lets us ignore Ctrl-C, and so would all that we start.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.exit(main(sys.argv[1:]))
