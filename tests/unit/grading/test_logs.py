"""What of a log a snapshot keeps, and that a saved one tells the same."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from labkit.grading.errors import ReadFailed
from labkit.grading.exercise import Exercise, LogRead
from labkit.grading.logs import parsed
from labkit.grading.reading import take_snapshot
from labkit.grading.snapshot import Line, Snapshot
from labkit.grading.snapshot_file import load_snapshot, save_snapshot
from labkit.grading.sources import Place
from labkit.kube.errors import Forbidden
from tests.support.graded import SEED_NAME, SYSTEM, HeldReader, seed_object, sources_of

PLACE = Place({"": "me-door", "obs": "me-door-obs"}, SYSTEM, SEED_NAME)
READ = LogRead("app=observer", ("obs",), 50, ("ok", "version"))
EXERCISE = Exercise("door", Path(), "00-setup", "Door", 5, "Open.", (), (), (READ,))


def said(second: int, **facts: object) -> str:
    return json.dumps({"time": f"2026-01-01T08:59:{second:02}.500Z", **facts})


def observer(name: str, namespace: str = "me-door-obs", app: str = "observer") -> dict[str, object]:
    metadata = {"name": name, "namespace": namespace, "labels": {"app": app}}
    return {"kind": "Pod", "metadata": metadata}


def snapshot_with(*, read: LogRead = READ, **logs: str) -> tuple[Snapshot, HeldReader]:
    pods = [observer(name) for name in logs]
    others = [observer("other", app="x"), observer("away", "me-door")]
    reader = HeldReader([seed_object({}), *pods, *others])
    reader.logs = {name: [text] for name, text in logs.items()}
    return take_snapshot(replace(EXERCISE, reads=(read,)), PLACE, sources_of(reader)), reader


def test_equal_lines_in_a_row_are_one_with_both_ends_and_their_number() -> None:
    lines = [said(1, ok=True), said(2, ok=True), said(3, ok=False), said(4, ok=True)]
    assert list(parsed("\n".join(lines))) == [
        Line("2026-01-01T08:59:01.500Z", "2026-01-01T08:59:02.500Z", {"ok": True}, 2),
        Line("2026-01-01T08:59:03.500Z", "2026-01-01T08:59:03.500Z", {"ok": False}),
        Line("2026-01-01T08:59:04.500Z", "2026-01-01T08:59:04.500Z", {"ok": True}),
    ]


def test_what_nobody_needs_does_not_keep_lines_apart() -> None:
    text = "\n".join([said(1, ok=True, pod="a"), said(2, ok=True, pod="b")])
    assert [line.times for line in parsed(text, ("ok",))] == [2]
    assert [line.times for line in parsed(text)] == [1, 1]


def test_lines_that_are_no_json_objects_are_passed_over() -> None:
    text = "\n".join(['e":"cut off"}', "[1]", "7", "", said(1, ok=True), "listening …"])
    assert [line.facts for line in parsed(text)] == [{"ok": True}]


def test_lines_of_several_pods_come_in_the_order_of_time() -> None:
    one, two = said(2, ok=True, pod="p"), said(1, ok=True, version="1")
    snapshot, reader = snapshot_with(a=one, b=two)
    assert [line.facts for line in snapshot.log("app=observer", "obs")] == [
        {"ok": True, "version": "1"},
        {"ok": True},
    ]
    assert [call for call in reader.calls if call.startswith("log")] == [
        "log a me-door-obs 50",
        "log b me-door-obs 50",
    ]


def test_log_without_a_pod_has_no_lines() -> None:
    assert snapshot_with()[0].log("app=observer", "obs") == ()


def test_log_that_is_forbidden_is_a_failed_read() -> None:
    reader = HeldReader([observer("a")])
    reader.refused["log"] = Forbidden("Pod a", "may not read logs")
    snapshot = take_snapshot(EXERCISE, PLACE, sources_of(reader))
    with pytest.raises(ReadFailed, match="may not read logs"):
        snapshot.log("app=observer", "obs")


def test_log_that_was_not_declared_is_an_authors_mistake() -> None:
    with pytest.raises(KeyError, match="app=observer"):
        snapshot_with()[0].log("app=observer")


def test_saved_log_is_the_same_and_keeps_its_distance_to_the_look(tmp_path: Path) -> None:
    snapshot, _ = snapshot_with(
        a="\n".join([said(1, ok=True), said(2, ok=True), said(3, ok=False)])
    )
    save_snapshot(tmp_path / "a.json", snapshot)
    loaded = load_snapshot(tmp_path / "a.json")
    lines = loaded.log("app=observer", "obs")
    assert [(line.times, line.facts) for line in lines] == [(2, {"ok": True}), (1, {"ok": False})]
    assert lines[0].until == "2025-12-31T23:59:02.500000Z"
    assert loaded.taken_at == "2026-01-01T00:00:00Z"
