import os
from pathlib import Path

import pytest

from labkit.cluster.errors import ClusterError
from labkit.cluster.local.residue import (
    cluster_processes,
    cni_results,
    mounts_below,
    namespaces,
    shim_sockets,
    unmount_below,
)
from tests.support.fake_proc import FakeProc
from tests.support.processes import Call, RecordedProcesses

DATA, RUN = Path("/var/lib/labkit/clusters/lab"), Path("/run/labkit/clusters/lab")


def table(*points: str) -> str:
    """As the kernel writes /proc/self/mountinfo."""
    lines = [
        f"{number} 22 0:{number} / {point} rw,relatime shared:{number} - tmpfs tmpfs rw"
        for number, point in enumerate(points, start=30)
    ]
    return "\n".join(lines) + "\n"


def test_mounts_are_named_last_mounted_first() -> None:
    mounted = table("/", f"{DATA}/a", "/proc", f"{RUN}/b", f"{DATA}/a/inner", f"{DATA}/a")
    found = [DATA / "a", DATA / "a/inner", RUN / "b", DATA / "a"]
    assert mounts_below([DATA, RUN], mounted) == found


def test_folder_that_is_a_mount_itself_counts() -> None:
    assert mounts_below([DATA], table(str(DATA))) == [DATA]


@pytest.mark.parametrize(
    ("written", "name"),
    [
        (r"my\040volume", "my volume"),
        (r"two\011lines\012", "two\tlines\n"),
        (r"back\134slash", "back\\slash"),
        ("caffè", "caffè"),
        (r"日本\040語", "日本 語"),
    ],
)
def test_names_are_read_as_they_are(written: str, name: str) -> None:
    assert mounts_below([DATA], table(f"{DATA}/{written}")) == [DATA / name]


def test_neighbours_with_a_longer_name_are_left_alone() -> None:
    others = table(f"{DATA}2/a", f"{DATA}-b", "/var/lib/labkit/clusters", "/mnt/lab", f"/x{DATA}")
    assert mounts_below([DATA, RUN], others) == []


def test_stacked_mounts_are_taken_off_until_none_is_left(tmp_path: Path) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(table("/", f"{DATA}/a", f"{DATA}/a"))
    run = RecordedProcesses()

    def take_one_off(_: Call) -> None:
        mounts.write_text("".join(mounts.read_text().splitlines(keepends=True)[:-1]))

    run.answer("umount", effect=take_one_off)
    unmount_below([DATA], run, mounts)
    assert mounts.read_text() == table("/")
    unmount_below([DATA], run, mounts)
    assert len(run.calls) == 2


def test_mount_that_cannot_be_taken_off_is_named(tmp_path: Path) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(table(f"{DATA}/a"))
    run = RecordedProcesses()
    run.answer("umount", errors="umount: must be superuser", status=32)
    with pytest.raises(ClusterError, match=f"{DATA}/a is still mounted") as stuck:
        unmount_below([DATA], run, mounts)
    assert "must be superuser" in stuck.value.evidence


def test_clusters_processes_are_found_and_those_of_neighbours_are_not(tmp_path: Path) -> None:
    proc = FakeProc(tmp_path)
    marks = ["lab/etcd", "lab.node1/kubelet", "lab.controllers/controllers"]
    others = ["lab2/etcd", "lab-b/etcd", "lab-b.node1/kubelet", "lab2.node1/kubelet", "agent/agent"]
    for pid, mark in enumerate([*marks, *others], start=20):
        proc.process(pid, ("/programs/x",), mark)
    assert set(cluster_processes("lab", tmp_path).values()) == set(marks)


def test_namespaces_are_read_with_and_without_a_number_behind() -> None:
    run = RecordedProcesses()
    run.answer("ip", "netns", "list", output="lab.lab.node1 (id: 1)\nlab.lab (id: 0)\nfresh\n\n")
    assert namespaces(run) == ["lab.lab.node1", "lab.lab", "fresh"]


def bundle(node: Path, container: str) -> Path:
    """Where containerd's shim leaves its note, as it does for each container of a node."""
    folder = node / "containerd/io.containerd.runtime.v2.task/k8s.io" / container
    (folder / "rootfs").mkdir(parents=True)
    return folder


def test_sockets_of_shims_are_read_from_their_bundles(tmp_path: Path) -> None:
    sockets = tmp_path / "s"
    (bundle(tmp_path / "node1", "a") / "address").write_text(f"unix://{sockets}/1\n")
    (bundle(tmp_path / "node2", "b") / "address").write_text(f"unix://{sockets}/2\n")
    (bundle(tmp_path / "node2", "c") / "address").write_text("unix:///elsewhere/3\n")
    nodes = [tmp_path / "node1", tmp_path / "node2", tmp_path / "gone"]
    assert shim_sockets(nodes, sockets) == [sockets / "1", sockets / "2"]


def test_nothing_within_a_container_is_read(tmp_path: Path) -> None:
    rootfs = bundle(tmp_path, "a") / "rootfs"
    (rootfs / "address").write_text(f"unix://{tmp_path}/1")
    (rootfs / "etc/address").mkdir(parents=True)
    assert shim_sockets([tmp_path], tmp_path) == []


def test_note_of_a_shim_that_is_no_file_is_passed_over(tmp_path: Path) -> None:
    (bundle(tmp_path, "a") / "address").mkdir()
    os.mkfifo(bundle(tmp_path, "b") / "address")
    (bundle(tmp_path, "c") / "address").symlink_to("/dev/zero")
    (bundle(tmp_path, "d") / "address").write_bytes(b"\xff" * 100_000)
    (bundle(tmp_path, "e") / "address").write_text(f"unix://{tmp_path}/5")
    assert shim_sockets([tmp_path], tmp_path) == [tmp_path / "5"]


def test_cached_results_are_those_of_the_folders_namespaces(tmp_path: Path) -> None:
    (tmp_path / "ours").write_text(f'{{"netns":"{RUN}/node1/netns/x"}}')
    (tmp_path / "neighbours").write_text(f'{{"netns":"{RUN}2/node1/netns/x"}}')
    # What a glob names is gone a moment later when another cluster's Pod ends.
    (tmp_path / "vanished").symlink_to(tmp_path / "nothing")
    assert cni_results(RUN, tmp_path) == [tmp_path / "ours"]
