import sys
from pathlib import Path

import pytest

from labkit.foundation.errors import SettingInvalid
from tests.support.clock import HeldClock
from tools.stages import (
    AHEAD,
    CLOUD_DOWN,
    CLOUD_UP,
    DOCTOR,
    DOWN,
    ON_A_CLUSTER,
    SHORT_PROOF,
    UP,
    Stage,
    in_time,
)
from tools.suite import (
    Ran,
    command_of,
    everything,
    on_a_cluster,
    run_stage,
    run_suite,
    table,
)

STAGE = Stage("types of checks", "mypy --strict {}", 5, "exercises/*.py")


class Runs:
    """Remembers the stages it was given; those in `failing` fail."""

    def __init__(self, *failing: Stage) -> None:
        self.failing = failing
        self.stages: list[Stage] = []

    def __call__(self, stage: Stage) -> Ran:
        self.stages.append(stage)
        return Ran(stage, 1, well=stage not in self.failing)


def test_lab_goes_up_first_and_down_last() -> None:
    runs = Runs()
    on_a_cluster(ON_A_CLUSTER, runs)
    assert runs.stages == [UP, CLOUD_UP, *ON_A_CLUSTER, CLOUD_DOWN, DOWN]


@pytest.mark.parametrize(("elapsed_minutes", "drawn"), [(0, 18), (57, 18), (62.5, 12), (90, 5)])
def test_proof_takes_what_a_slow_machine_has_left(elapsed_minutes: float, drawn: int) -> None:
    assert in_time(SHORT_PROOF, elapsed_minutes * 60).command == f"labkit prove --minutes {drawn}"
    assert in_time(UP, elapsed_minutes * 60) == UP


def test_lab_goes_down_also_when_a_stage_failed_and_the_others_still_run() -> None:
    runs = Runs(ON_A_CLUSTER[0])
    ran = on_a_cluster(ON_A_CLUSTER, runs)
    assert runs.stages == [UP, CLOUD_UP, *ON_A_CLUSTER, CLOUD_DOWN, DOWN]
    assert [one.well for one in ran] == [True, True, False, *[True] * (len(ON_A_CLUSTER) + 1)]


def test_what_is_built_ahead_runs_beside_the_stages_and_counts() -> None:
    runs = Runs(AHEAD)
    ran = everything([Ran(STAGE, 1, well=True)], runs)
    assert runs.stages[0] == UP
    assert runs.stages[-1] == DOWN
    assert sorted(one.stage.name for one in ran if not one.well) == [AHEAD.name]
    assert {*runs.stages} == {UP, AHEAD, CLOUD_UP, *ON_A_CLUSTER, CLOUD_DOWN, DOWN}


def test_nothing_is_built_ahead_for_a_lab_that_does_not_start() -> None:
    runs = Runs(UP)
    everything([Ran(STAGE, 1, well=True)], runs)
    assert AHEAD not in runs.stages


def test_lab_that_does_not_start_is_a_failure_with_the_doctors_report() -> None:
    runs = Runs(UP)
    ran = on_a_cluster(ON_A_CLUSTER, runs)
    assert runs.stages == [UP, DOCTOR, CLOUD_DOWN, DOWN]
    assert not ran[0].well


def test_lab_goes_down_also_when_somebody_interrupts() -> None:
    runs = Runs()

    def interrupted(stage: Stage) -> Ran:
        if stage == ON_A_CLUSTER[0]:
            raise KeyboardInterrupt
        return runs(stage)

    with pytest.raises(KeyboardInterrupt):
        on_a_cluster(ON_A_CLUSTER, interrupted)
    assert runs.stages[-1] == DOWN


def test_no_cluster_is_started_after_a_check_that_failed() -> None:
    runs = Runs()
    everything([Ran(STAGE, 1, well=False)], runs)
    assert runs.stages == []


def test_stage_gets_the_files_it_is_for(tmp_path: Path) -> None:
    (tmp_path / "exercises").mkdir()
    for file in ("b.py", "a.py"):
        (tmp_path / "exercises" / file).touch()
    command = command_of(STAGE, tmp_path)
    assert command[0] == str(tmp_path / ".venv/bin/mypy")
    assert command[1:] == ["--strict", "exercises/a.py", "exercises/b.py"]


def test_stage_without_files_has_nothing_to_do(tmp_path: Path) -> None:
    assert command_of(STAGE, tmp_path) == []


def test_table_names_what_failed_and_what_took_longer_than_its_budget() -> None:
    shown = table([Ran(STAGE, 3, well=False), Ran(UP, 61, well=True), Ran(DOWN, 2, well=True)])
    assert shown.splitlines() == [
        "stage                         seconds   budget",
        "types of checks                   3.0        5  failed",
        "start the test lab               61.0       60  over its budget",
        "take the test lab down            2.0       20",
    ]


def test_table_counts_what_a_stage_skipped_also_where_all_is_well() -> None:
    shown = table([Ran(STAGE, 3, well=True, skipped=7), Ran(UP, 2, well=True)])
    assert shown.splitlines()[1:] == [
        "types of checks                   3.0        5  skipped: 7",
        "start the test lab                2.0       60",
    ]


TESTS = """\
import pytest

@pytest.mark.parametrize("number", range(3))
def test_something(number: int) -> None:
    if number:
        pytest.skip("looks at what is root's")
"""


def test_stage_of_pytest_tells_how_many_tests_it_skipped(tmp_path: Path) -> None:
    program = tmp_path / ".venv" / "bin" / "pytest"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m pytest "$@"\n')
    program.chmod(0o755)
    (tmp_path / "test_some.py").write_text(TESTS)
    ran = run_stage(Stage("some", "pytest -q test_some.py", 9), HeldClock(), root=tmp_path)
    assert (ran.well, ran.skipped) == (True, 2)


def test_stage_that_is_not_pytests_skips_nothing(tmp_path: Path) -> None:
    program = tmp_path / ".venv" / "bin" / "mypy"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\nexit $#\n")
    program.chmod(0o755)
    ran = run_stage(Stage("types", "mypy", 9), HeldClock(), root=tmp_path)
    assert (ran.well, ran.skipped) == (True, 0)


def test_unknown_suite_is_wrong_input() -> None:
    with pytest.raises(SettingInvalid, match="the suite is 'all'"):
        run_suite(["all"], HeldClock())
