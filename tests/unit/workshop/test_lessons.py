"""Begin and finish a lesson on a cluster."""

import json
from pathlib import Path

import pytest

from labkit.foundation.errors import SettingInvalid
from labkit.kube.kubeconfig import read_access
from labkit.workshop.lab import Lab
from labkit.workshop.lessons import begin, finish
from labkit.workshop.names import learner_kubeconfig
from labkit.workshop.starting import start
from tests.support.cluster import FakeCluster
from tests.support.workshop import EXERCISE, lab_on

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

LESSON = "00-test"


def lab_with_lesson(cluster: FakeCluster, root: Path, *, needs: tuple[str, ...] = ()) -> Lab:
    lab = lab_on(cluster, root)
    notebook = lab.content / "notebooks" / f"{LESSON}.ipynb"
    notebook.parent.mkdir(parents=True, exist_ok=True)
    notebook.write_text(json.dumps({"metadata": {"labkit": {"capabilities": needs}}}))
    manifest = lab.content / "manifests" / LESSON / "service-hello.yaml"
    manifest.parent.mkdir(parents=True, exist_ok=True)
    manifest.write_text("kind: Service\n")
    return lab


def test_begun_lesson_has_a_namespace_in_which_the_learner_is_at_home(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        lab = lab_with_lesson(cluster, tmp_path)
        begun = begin(lab, LESSON)
        binding = cluster.find("RoleBinding", "labkit-learner", "ada-00")
    assert begun.namespace == "ada-00"
    assert binding["roleRef"]["name"] == "admin"
    assert binding["subjects"][0]["name"] == "ada-learner"


def test_learner_may_delete_the_namespace_of_the_demo(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        begin(lab_with_lesson(cluster, tmp_path), LESSON)
        (rule,) = cluster.find("Role", "labkit-ending", "ada-00")["rules"]
    assert (rule["resources"], rule["verbs"]) == (["namespaces"], ["delete"])


def test_kubectl_points_to_the_lessons_namespace(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        lab = lab_with_lesson(cluster, tmp_path)
        begin(lab, LESSON)
    access = read_access(learner_kubeconfig(lab.settings))
    assert (access.namespace, access.user) == ("ada-00", "ada-learner")


def test_lessons_files_are_handed_out_and_edited_ones_are_kept(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        lab = lab_with_lesson(cluster, tmp_path)
        (given,) = begin(lab, LESSON).files
        given.write_text("mine\n")
        begun = begin(lab, LESSON)
    assert given == begun.folder / LESSON / "service-hello.yaml"
    assert given.read_text() == "mine\n"


def test_folder_is_there_for_a_lesson_without_files(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        lab = lab_with_lesson(cluster, tmp_path)
        (lab.content / "manifests" / LESSON / "service-hello.yaml").unlink()
        assert begin(lab, LESSON).folder.is_dir()


def test_what_the_cluster_cannot_do_is_said_and_stops_nobody(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        lab = lab_with_lesson(cluster, tmp_path, needs=("storage",))
        assert begin(lab, LESSON).missing == ("storage",)


def test_another_persons_namespace_is_refused(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        lab = lab_with_lesson(cluster, tmp_path)
        with pytest.raises(SettingInvalid, match="kube-system"):
            begin(lab, LESSON, namespace="kube-system")


def test_another_engine_than_the_one_that_runs_is_refused(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        lab = lab_with_lesson(cluster, tmp_path)
        with pytest.raises(SettingInvalid, match="elsewhere"):
            begin(lab, LESSON, engine="elsewhere")


def test_unknown_lesson_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        lab = lab_with_lesson(cluster, tmp_path)
        with pytest.raises(SettingInvalid, match=r"99-none.*00-test"):
            begin(lab, "99-none")


def test_finished_lesson_gives_back_its_namespaces_and_those_of_its_exercises(
    tmp_path: Path,
) -> None:
    with FakeCluster() as cluster:
        lab = lab_with_lesson(cluster, tmp_path)
        begin(lab, LESSON)
        start(lab, EXERCISE)
        finished = finish(lab, LESSON)
    assert set(finished.namespaces) == {"ada-00", f"ada-{EXERCISE}", f"ada-{EXERCISE}-b"}


def test_finishing_twice_finds_nothing_left(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        lab = lab_with_lesson(cluster, tmp_path)
        begin(lab, LESSON)
        finish(lab, LESSON)
        assert finish(lab, LESSON).namespaces == ()
