import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from labkit.foundation.settings import read_settings
from labkit.workshop.lab import Lab, LabRecord
from tests.support.clock import HeldClock
from tests.support.processes import RecordedProcesses
from tests.support.workshop import write_content
from tools.bench import keep, tables
from tools.bench_grading import gradable

CLUSTERS: dict[str, Any] = {
    "seconds": {"up": [2.0, 3.0, 2.5], "stop": [1.0, 1.5, 1.2]},
    "memory_mb": {"etcd": 45.0, "agent": 29.0},
    "measured on": "a Friday, 2 cores",
}


def test_table_tells_the_runs_that_were_measured_and_not_those_of_a_next_time() -> None:
    (table,) = tables({"clusters": CLUSTERS})
    assert "(a Friday, 2 cores; 3 runs each, programs present)" in table
    assert "| up | 2.50 | 3.00 |  |" in table


def test_each_part_is_in_the_file_before_the_next_one_is_measured(tmp_path: Path) -> None:
    file = tmp_path / "bench.json"
    report: dict[str, Any] = {"images": {"measured": {}}}
    keep(report, "cloud", {"measured": {"requests": [7.0]}}, file)
    written = json.loads(file.read_text())
    assert written["cloud"]["measured"] == {"requests": [7.0]}
    assert "images" in written


def test_exercise_that_needs_what_the_lab_lacks_is_not_graded(tmp_path: Path) -> None:
    for name, needed in (("pods", "real-pods"), ("cloud", "ovh-api")):
        folder = write_content(tmp_path, exercise_id=name) / "exercises" / "00-test" / name
        file = folder / "exercise.toml"
        file.write_text(f'capabilities = ["{needed}"]\n{file.read_text()}')
    settings = replace(read_settings({"HOME": str(tmp_path)}), home=tmp_path / "home")
    record = LabRecord("fake", "local", tmp_path / "kubeconfig", frozenset({"real-pods"}))
    lab = Lab(settings, record, RecordedProcesses(), HeldClock(), content=tmp_path)
    assert gradable(lab) == ["pods"]
