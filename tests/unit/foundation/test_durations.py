from pathlib import Path

import pytest

from labkit.foundation.durations import remember, remembered


def test_nothing_is_known_the_first_time(tmp_path: Path) -> None:
    assert remembered(tmp_path / "not there" / "durations.json", "build kubelet") is None


def test_what_is_remembered_is_known_next_time(tmp_path: Path) -> None:
    path = tmp_path / "durations.json"
    remember(path, "build kubelet", 61.26)
    remember(path, "install packages", 40)
    assert remembered(path, "build kubelet") == 61.3
    assert remembered(path, "install packages") == 40


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"a": "b"}', '{"a": null}'], ids=lambda text: text or "empty"
)
def test_file_that_is_not_ours_counts_as_nothing_known(tmp_path: Path, content: str) -> None:
    path = tmp_path / "durations.json"
    path.write_text(content)
    assert remembered(path, "a") is None


def test_folder_that_cannot_be_written_is_no_reason_to_stop(tmp_path: Path) -> None:
    in_the_way = tmp_path / "cache"
    in_the_way.write_text("a file")
    remember(in_the_way / "durations.json", "build kubelet", 61)
    assert remembered(in_the_way / "durations.json", "build kubelet") is None
