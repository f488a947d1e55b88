"""`start` and `reset`, also when they are killed in between."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from labkit.cluster.errors import CapabilityMissing
from labkit.foundation.errors import LabError
from labkit.grading.errors import ExerciseUnknown
from labkit.kube.kubeconfig import read_access
from labkit.kube.writer import Writer
from labkit.workshop.checking import check
from labkit.workshop.errors import WorkspaceChanged
from labkit.workshop.lab import Lab
from labkit.workshop.names import workspace_folder
from labkit.workshop.progress_log import Happening, read_events
from labkit.workshop.starting import reset, seed_of, start
from labkit.workshop.working import solve
from tests.support.clock import HeldClock
from tests.support.cluster import FakeCluster
from tests.support.workshop import EXERCISE, lab_on

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
OWN, NEXT_DOOR = f"ada-{EXERCISE}", f"ada-{EXERCISE}-b"
RIGHTS = [
    "rolebindings/labkit-grader",
    "rolebindings/labkit-learner",
    "rolebindings/labkit-setup",
    "roles/labkit-grader",
]


def written(cluster: FakeCluster) -> Any:
    """What somebody wrote; uids, which the seed record repeats, are left out."""
    uids = {one["metadata"]["uid"] for one in cluster.held.all.values()}
    plain = {
        str(key): {k: v for k, v in one.items() if k != "metadata"}
        for key, one in cluster.held.all.items()
    }
    return json.loads(re.sub("|".join(uids), "uid", json.dumps(plain)))


def test_start_makes_both_namespaces_with_setup_and_rights(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        start(lab_on(cluster, tmp_path), EXERCISE)
        assert cluster.names(OWN) == RIGHTS
        assert cluster.names(NEXT_DOOR) == ["configmaps/sign", *RIGHTS]


def test_start_shows_the_task_with_values_drawn(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        started = start(lab_on(cluster, tmp_path), EXERCISE)
    number = started.task.split()[5]
    assert started.task == f"Hang a sign with number {number} in {OWN}, not in {NEXT_DOOR}."
    assert 10 <= int(number) <= 99


def test_start_points_the_kubeconfig_at_the_exercise(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        lab = lab_on(cluster, tmp_path)
        start(lab, EXERCISE)
        access = read_access(lab.settings.home / "kubeconfig")
    assert (access.namespace, access.user, access.token) == (OWN, "ada-learner", "")
    assert access.exec_command is not None


def test_everything_made_carries_exercise_and_attendee(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        start(lab_on(cluster, tmp_path), EXERCISE)
        shared = {"labkit-learner", "labkit-system", "default", "kube-system"}
        for (_, _, namespace, name), made in cluster.held.all.items():
            labels = made["metadata"].get("labels") or {}
            assert name in shared or labels["labkit.example/attendee"] == "ada"
            if EXERCISE in f"{namespace} {name}":
                assert labels["labkit.example/exercise"] == EXERCISE


def test_start_again_changes_nothing_that_the_learner_did(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        lab = lab_on(cluster, tmp_path)
        start(lab, EXERCISE)
        solve(lab, EXERCISE)
        before = written(cluster)
        start(lab, EXERCISE)
        assert written(cluster) == before
    happened = [event.happening for event in read_events(lab.settings)]
    assert happened.count(Happening.STARTED) == 1


def test_start_sets_up_again_when_somebody_deleted_a_namespace(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        lab = lab_on(cluster, tmp_path)
        start(lab, EXERCISE)
        with Writer(cluster.access()) as writer:
            writer.delete("Namespace", NEXT_DOOR)
        start(lab, EXERCISE)
        assert "configmaps/sign" in cluster.names(NEXT_DOOR)


def test_reset_removes_the_attempt_and_sets_up_anew(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        lab = lab_on(cluster, tmp_path)
        start(lab, EXERCISE)
        old = cluster.find("ConfigMap", "sign", NEXT_DOOR)["metadata"]["uid"]
        solve(lab, EXERCISE)
        assert check(lab, EXERCISE).verdict.points == 10
        reset(lab, EXERCISE)
        assert cluster.names(OWN) == RIGHTS
        assert cluster.find("ConfigMap", "sign", NEXT_DOOR)["metadata"]["uid"] != old
        assert check(lab, EXERCISE).verdict.points == 0


def test_start_after_an_interrupted_setup_begins_with_nothing(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        lab = lab_on(cluster, tmp_path)
        start(lab, EXERCISE)
        cluster.find("ConfigMap", f"{OWN}-seed", "labkit-system")["data"]["stage"] = "starting"
        metadata = {"name": "half-made", "namespace": OWN}
        cluster.put({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata})
        start(lab, EXERCISE)
        assert cluster.names(OWN) == RIGHTS


class HurriedClock(HeldClock):
    """Each pause takes a second of its own time, and none of ours."""

    def pause(self, seconds: float) -> None:
        super().pause(max(seconds, 1))


def test_reset_takes_finalizers_off_that_nobody_else_does(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        lab = replace(lab_on(cluster, tmp_path), clock=HurriedClock())
        start(lab, EXERCISE)
        metadata = {"name": "stuck", "namespace": OWN, "finalizers": ["somebody.example/gone"]}
        cluster.put({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata})
        reset(lab, EXERCISE)
        assert cluster.names(OWN) == RIGHTS


def test_reset_deletes_owners_first_and_pods_last(tmp_path: Path) -> None:
    """Else a controller replaces what is deleted before it learns that its own end has come."""
    owned = {"ownerReferences": [{"kind": "ConfigMap", "name": "owner"}]}
    with FakeCluster() as cluster:
        lab = lab_on(cluster, tmp_path)
        start(lab, EXERCISE)
        for kind, name, more in (
            ("Pod", "by-hand", {}),
            ("Pod", "owned", owned),
            ("Secret", "owned", owned),
            ("ConfigMap", "owner", {}),
        ):
            metadata = {"name": name, "namespace": OWN, **more}
            cluster.put({"apiVersion": "v1", "kind": kind, "metadata": metadata})
        cluster.writes.clear()
        reset(lab, EXERCISE)
    deleted = [w.split("/")[-1].split()[0] for w in cluster.writes if w.startswith("DELETE")]
    assert deleted[:2] in (["owner", "sign"], ["sign", "owner"])
    assert deleted[2] == "owned"
    assert sorted(deleted[3:]) == ["by-hand", "owned"]


def test_reset_cuts_a_long_farewell_short(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        lab = lab_on(cluster, tmp_path)
        start(lab, EXERCISE)
        leaving = {"deletionTimestamp": "2026-01-01T00:00:00Z", "deletionGracePeriodSeconds": 600}
        metadata = {"name": "slow", "namespace": OWN, "finalizers": ["orphan"], **leaving}
        pod = cluster.put({"apiVersion": "v1", "kind": "Pod", "metadata": metadata})
        del pod["metadata"]["finalizers"]  # only its farewell keeps it
        reset(lab, EXERCISE)
        assert cluster.names(OWN) == RIGHTS


def test_reset_never_touches_another_exercise_or_attendee(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        ada = lab_on(cluster, tmp_path)
        bob = ada.for_attendee("bob", tmp_path / "bob", 8)
        for lab in (ada, bob):
            start(lab, EXERCISE)
            solve(lab, EXERCISE)
        reset(ada, EXERCISE)
        assert check(bob, EXERCISE).verdict.points == 10


def test_reset_stops_before_it_touches_anything_when_files_were_edited(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        lab = lab_on(cluster, tmp_path)
        file = start(lab, EXERCISE).files[0]
        solve(lab, EXERCISE)
        file.write_text("mine")
        with pytest.raises(WorkspaceChanged) as stopped:
            reset(lab, EXERCISE)
        assert stopped.value.files == ("sign.yaml",)
        assert check(lab, EXERCISE).verdict.points == 10
        assert file.read_text() == "mine"


def test_reset_keeps_edits_aside_when_told(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        lab = lab_on(cluster, tmp_path)
        file = start(lab, EXERCISE).files[0]
        file.write_text("mine")
        started = reset(lab, EXERCISE, set_edits_aside=True)
    assert started.set_aside is not None
    assert (started.set_aside / "sign.yaml").read_text() == "mine"
    assert file.read_text().startswith("# TODO")


def test_reset_stops_for_a_file_that_was_never_handed_out(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        lab = lab_on(cluster, tmp_path)
        file = workspace_folder(lab.settings, EXERCISE) / "sign.yaml"
        file.parent.mkdir(parents=True)
        file.write_text("mine")
        start(lab, EXERCISE)
        with pytest.raises(WorkspaceChanged):
            reset(lab, EXERCISE)
        assert file.read_text() == "mine"


@pytest.mark.parametrize("stage", ["start", "reset"])
def test_killed_at_a_write_the_next_start_or_reset_finishes_the_job(
    stage: str, tmp_path: Path
) -> None:
    whole, count = killed(stage, tmp_path / "whole", at=0)
    for number in (count // 2, count):  # all of them take half a minute
        assert killed(stage, tmp_path / f"{stage}-{number}", at=number)[0] == whole


def killed(stage: str, folder: Path, *, at: int) -> tuple[Any, int]:
    """What is there in the end when the command dies at that write, and how many there were."""
    folder.mkdir()
    with FakeCluster() as cluster:
        lab = lab_on(cluster, folder)
        if stage == "reset":
            start(lab, EXERCISE)
            solve(lab, EXERCISE)
        cluster.writes.clear()
        cluster.dies_at_write = at
        try:
            run(stage, lab)
        except LabError:
            assert at
        count = len(cluster.writes)
        cluster.dies_at_write, cluster.is_down = 0, False
        run(stage, lab)
        return written(cluster), count


def run(stage: str, lab: Lab) -> None:
    if stage == "start":
        start(lab, EXERCISE)
    else:
        reset(lab, EXERCISE)


def test_unknown_exercise_names_the_closest(tmp_path: Path) -> None:
    with FakeCluster() as cluster, pytest.raises(ExerciseUnknown) as stopped:
        start(lab_on(cluster, tmp_path), "hang-a-sing")
    assert stopped.value.closest == (EXERCISE,)


def test_missing_capability_is_named_before_anything_is_made(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        lab = lab_on(cluster, tmp_path)
        file = lab.exercises / "00-test" / EXERCISE / "exercise.toml"
        file.write_text('capabilities = ["storage"]\n' + file.read_text())
        with pytest.raises(CapabilityMissing, match="storage"):
            start(lab, EXERCISE)
        assert not cluster.writes


def test_seed_is_drawn_once_and_kept(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        lab = lab_on(cluster, tmp_path)
    lab = replace(lab, settings=replace(lab.settings, seed=0))
    assert seed_of(lab) == seed_of(lab) > 0
