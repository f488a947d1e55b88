"""What `hello observe` prints of the visits that it makes."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest

from labkit.foundation.process import beside
from tests.support.programs import program, run, serving, started
from tests.support.waiting import eventually

pytestmark = pytest.mark.cluster


@pytest.fixture(scope="module")
def hello() -> Path:
    return program("hello")


@contextmanager
def observing(hello: Path, folder: Path, target: str) -> Iterator[Path]:
    """The log of an observer that visits the target again and again."""
    with beside([str(hello), "observe", target, "0.05"], folder / "seen"):
        yield folder / "seen"


def visits(log: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in log.read_text().splitlines(keepends=True) if "\n" in line]


def test_observer_tells_time_status_version_and_pod_of_each_visit(
    hello: Path, tmp_path: Path
) -> None:
    settings = {"VERSION": "7", "POD_NAME": "desk-1"}
    with (
        serving(hello, tmp_path / "a", **settings) as server,
        observing(hello, tmp_path, f"{server.address}/info") as log,
    ):
        eventually(lambda: len(visits(log)) >= 3, "three visits")
        first, second, *_ = visits(log)
    assert datetime.fromisoformat(str(first.pop("time"))) < datetime.fromisoformat(
        str(second["time"])
    )
    target = f"{server.address}/info"
    assert first == {"target": target, "ok": True, "status": 200, "version": "7", "pod": "desk-1"}


def test_observer_goes_on_when_a_visit_fails_and_says_why(hello: Path, tmp_path: Path) -> None:
    with (
        started(hello, tmp_path / "a", {"START_DELAY": "1"}) as server,
        observing(hello, tmp_path, f"{server.address}/info") as log,
    ):
        eventually(lambda: any(visit["ok"] for visit in visits(log)), "a visit that is answered")
        refused = visits(log)[0]
    assert (refused["ok"], "status" in refused) == (False, False)
    assert "connection refused" in str(refused["problem"])
    assert "http" not in str(refused["problem"])


def test_observer_takes_a_status_other_than_200_for_a_failure(hello: Path, tmp_path: Path) -> None:
    with (
        serving(hello, tmp_path / "a") as server,
        observing(hello, tmp_path, f"{server.address}/nowhere") as log,
    ):
        eventually(lambda: bool(visits(log)), "a visit")
        assert (visits(log)[0]["ok"], visits(log)[0]["status"]) == (False, 404)


@pytest.mark.parametrize("words", [(), ("http://a", "0"), ("http://a", "soon")])
def test_observer_without_a_target_or_a_pause_does_not_begin(
    hello: Path, words: tuple[str, ...]
) -> None:
    assert run([str(hello), "observe", *words], may_fail=True).status == 1
