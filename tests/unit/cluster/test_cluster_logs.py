from pathlib import Path

import pytest

from labkit.cluster.log_files import LONGEST_LINE, last_lines
from labkit.cluster.logs import LARGEST_BYTES, rotate


@pytest.fixture
def large(tmp_path: Path) -> Path:
    path = tmp_path / "kubelet.log"
    path.write_bytes(b"x" * LARGEST_BYTES + b"end\n")
    return path


def test_large_log_is_cut_in_place_and_kept_beside_it(large: Path) -> None:
    before = large.stat().st_ino
    rotate([large.parent])
    assert (large.stat().st_ino, large.stat().st_size) == (before, 0)
    kept = large.with_name("kubelet.log.1").read_bytes()
    assert len(kept) == LARGEST_BYTES + 4
    assert kept.endswith(b"end\n")


def test_process_that_holds_the_log_open_writes_on_at_its_beginning(large: Path) -> None:
    with large.open("ab") as held:
        rotate([large.parent])
        held.write(b"next\n")
    assert large.read_bytes() == b"next\n"


def test_small_logs_and_other_files_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "etcd.log").write_text("small\n")
    (tmp_path / "data.db").write_bytes(b"x" * (LARGEST_BYTES + 1))
    rotate([tmp_path, tmp_path / "missing"])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data.db", "etcd.log"]
    assert (tmp_path / "etcd.log").read_text() == "small\n"


def test_second_cut_replaces_the_first(large: Path) -> None:
    rotate([large.parent])
    large.write_bytes(b"y" * (LARGEST_BYTES + 1))
    rotate([large.parent])
    assert sorted(path.name for path in large.parent.iterdir()) == ["kubelet.log", "kubelet.log.1"]
    assert large.with_name("kubelet.log.1").read_bytes()[:1] == b"y"


def test_log_that_went_away_meanwhile_stops_nobody(large: Path) -> None:
    (large.parent / "gone.log").symlink_to("nowhere")  # listed, and not there when looked at
    rotate([large.parent])
    assert large.stat().st_size == 0


def test_log_that_cannot_be_cut_is_named_and_keeps_no_other_from_it(
    large: Path, caplog: pytest.LogCaptureFixture
) -> None:
    stuck = large.with_name("a.log")
    large.rename(stuck)
    (large.parent / "a.log.1").mkdir()  # nothing can be kept there
    large.write_bytes(b"x" * (LARGEST_BYTES + 1))
    rotate([large.parent])
    assert (stuck.stat().st_size > LARGEST_BYTES, large.stat().st_size) == (True, 0)
    assert f"{stuck} could not be cut short" in caplog.text


def test_last_lines_are_read_from_the_end(tmp_path: Path) -> None:
    log = tmp_path / "etcd.log"
    log.write_text("first\nsecond\nthird")
    assert last_lines(log, 2) == "second\nthird\n"
    assert last_lines(log, 9) == "first\nsecond\nthird\n"
    assert (last_lines(log, 0), last_lines(tmp_path / "missing", 2)) == ("", "")


def test_line_longer_than_is_looked_at_is_shown_from_its_middle(tmp_path: Path) -> None:
    log = tmp_path / "etcd.log"
    log.write_text("x" * (LONGEST_LINE + 1) + "end\n")
    assert last_lines(log, 1).endswith("end\n")


def test_log_that_was_begun_anew_goes_on_from_what_is_kept_of_it(tmp_path: Path) -> None:
    (tmp_path / "audit-2026-01-01T10-00-00.000.log").write_text("one\ntwo\n")
    (tmp_path / "audit-2026-01-01T11-00-00.000.log").write_text("three\n")
    (tmp_path / "audit-of-somebody.log").write_text("other\n")
    (tmp_path / "audit.log").write_text("four\n")
    assert last_lines(tmp_path / "audit.log", 1) == "four\n"
    assert last_lines(tmp_path / "audit.log", 3) == "two\nthree\nfour\n"
    assert last_lines(tmp_path / "audit.log", 9) == "one\ntwo\nthree\nfour\n"
