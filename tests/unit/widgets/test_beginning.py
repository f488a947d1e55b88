"""What the first cell of a lesson shows while it builds, and when there is nothing to build."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from labkit.foundation.settings import read_settings
from labkit.notebook import begin
from labkit.widgets.errors import CellStopped
from labkit.widgets.progress_line import progress_line
from labkit.workshop.lab import CONTENT, Lab, record_lab
from labkit.workshop.lessons import lesson_facts
from tests.support.cluster import FakeCluster
from tests.support.notebook_shell import HTML, Displayed, notebook_shell
from tests.support.workshop import lab_on

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
LESSON = "05-networking"
NEEDS = "This needs traefik, which is built for minutes the first time."
ERASED = '<span role="status"></span>'
COUNTS = dict.fromkeys(
    ("observedGeneration", "updatedReplicas", "replicas", "availableReplicas"), 1
)
TRAEFIK = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "traefik", "namespace": "kube-system", "generation": 1},
    "spec": {"replicas": 1},
    "status": COUNTS,
}


@pytest.fixture
def displayed() -> Iterator[Displayed]:
    with notebook_shell(kernel=True) as shown:
        yield shown


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeCluster]:
    """The learner's environment, which `begin` changes, is as it was afterwards."""
    given = {
        "HOME": str(tmp_path),
        "LABKIT_HOME": str(tmp_path / "home"),
        "LABKIT_ATTENDEE": "ada",
        "LABKIT_DOWNLOADS": "no",
        "LABKIT_PROGRESS": "yes",
        "KUBECONFIG": "",
        "PATH": "/usr/bin:/bin",
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("LABKIT_CACHE", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.chdir(tmp_path)
    with FakeCluster() as one:
        able_to_do_all(lab_on(one, tmp_path))
        yield one


def able_to_do_all(lab: Lab) -> None:
    """Nothing that the real lesson needs is missing."""
    real = replace(lab, content=CONTENT)
    record_lab(
        lab.settings,
        name="fake",
        engine="local",
        kubeconfig=lab.record.kubeconfig,
        capabilities=lesson_facts(real, LESSON)["capabilities"],
    )


def lines(displayed: Displayed) -> list[str]:
    return [str(one.get(HTML)) for one in displayed.all]


def test_what_has_to_be_built_is_said_meanwhile_and_erased(
    cluster: FakeCluster, displayed: Displayed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = tmp_path / "full"
    full.write_text("no folder, so that building ends at once")
    monkeypatch.setenv("LABKIT_CACHE", str(full))
    with pytest.raises(CellStopped):
        begin(LESSON)
    assert NEEDS in lines(displayed)[0]
    assert [one[HTML] for one in displayed.kept] == [ERASED]


def test_where_all_is_built_there_is_the_card_and_nothing_else(
    cluster: FakeCluster, displayed: Displayed
) -> None:
    cluster.put(TRAEFIK)
    assert begin(LESSON) == "ada-05"
    [card] = displayed.all
    assert "Ready." in card["text/plain"]


def test_runs_that_are_compared_show_none_of_it(
    cluster: FakeCluster, displayed: Displayed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = tmp_path / "full"
    full.touch()
    monkeypatch.setenv("LABKIT_CACHE", str(full))
    monkeypatch.setenv("LABKIT_PROGRESS", "no")
    with pytest.raises(CellStopped):
        begin(LESSON)
    assert displayed.all == []


def test_line_says_what_how_far_and_how_long_it_took_last_time(displayed: Displayed) -> None:
    assert read_settings().shows_progress
    with progress_line() as progress:
        progress.said("Build it: last time 312 s.")
        progress.started("Build it")
        progress.advanced("Build it", 9, 20)
        progress.ended("Build it", well=True)
    spans = [line.removeprefix('<span role="status">') for line in lines(displayed)]
    assert spans[2] == "Build it: last time 312 s. … Build it (45%)</span>"
    assert len(displayed.kept) == 1


def test_line_of_a_step_without_a_remark_is_the_step_alone(displayed: Displayed) -> None:
    with progress_line() as progress:
        progress.started("Build it")
    assert lines(displayed) == ['<span role="status">… Build it</span>', ERASED]
