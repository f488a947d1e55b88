"""Every lesson, solved, from its first cell to its last on a real cluster; outputs compared."""

import os
from pathlib import Path

import pytest

from labkit.authoring.content import Content, chosen_sources
from labkit.authoring.fresh import fresh_home
from labkit.authoring.notebooks import read_source
from labkit.authoring.recording import ATTENDEE, Recorded, compare
from labkit.workshop.lab import Lab
from labkit.workshop.offers import CONTAINER_BUILD

pytestmark = pytest.mark.cluster

CONTENT = Content(Path(__file__).parents[2])


@pytest.mark.parametrize("source", chosen_sources(CONTENT, ()), ids=lambda path: path.stem)
def test_lesson_runs_and_prints_what_was_recorded(source: Path, lab: Lab, tmp_path: Path) -> None:
    needed = read_source(source).metadata["labkit"]["capabilities"]
    missing = [capability for capability in needed if not lab.has(capability)]
    if missing:
        pytest.skip(f"{lab.record.engine} offers no {', '.join(missing)}")
    if CONTAINER_BUILD in needed and os.geteuid() != 0:
        pytest.skip("recorded as root: without, podman sets no limits on cgroup v1")
    recorded = CONTENT.expected / f"{source.stem}.ipynb"
    with fresh_home(lab, source.stem, ATTENDEE, tmp_path) as home:
        how = Recorded(home, lab.record.engine)
        ran = compare(CONTENT, recorded, tmp_path, how=how, run=lab.run)
    assert ran.status == 0, ran.output
