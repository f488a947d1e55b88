from pathlib import Path

import pytest

from labkit.cluster.errors import ClusterError
from labkit.cluster.local.inotify import check_room, openable


def test_machine_with_room_is_left_alone() -> None:
    check_room(8, lambda wanted: wanted)


def test_machine_without_room_is_named_with_all_three_numbers(tmp_path: Path) -> None:
    limit = tmp_path / "max_user_instances"
    limit.write_text("128\n")
    with pytest.raises(ClusterError, match=r"Of the 128 .* 3 are left, and 21 are needed") as full:
        check_room(21, lambda _: 3, limit)
    assert "sysctl -w fs.inotify.max_user_instances=512" in full.value.next_step


def test_looking_takes_nothing_for_good() -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    assert openable(1) == 1
    assert len(list(Path("/proc/self/fd").iterdir())) == before
