"""Each kind of step does what it says, as the right identity, and may be run again."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from labkit.cluster.engine import NodeShape
from labkit.foundation.errors import TimedOut
from labkit.foundation.waiting import SystemClock
from labkit.kube.errors import ManifestInvalid
from labkit.workshop.acting import Actor, acting
from labkit.workshop.errors import StepStopped
from labkit.workshop.rights import Role
from labkit.workshop.starting import start
from labkit.workshop.steps import run_steps
from labkit.workshop.working import exercise_values
from tests.support.cluster import FakeCluster
from tests.support.engine import FakeEngine
from tests.support.processes import Call, RecordedProcesses
from tests.support.workshop import EXERCISE, lab_on

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
OWN = f"ada-{EXERCISE}"


class Bench:
    """A started exercise, and steps written by the test."""

    def __init__(self, cluster: FakeCluster, folder: Path) -> None:
        self.cluster = cluster
        self.run = RecordedProcesses()
        self.engine = FakeEngine(cluster)
        self.folder = folder / "steps"
        self.folder.mkdir()
        lab = lab_on(cluster, folder, run=self.run)
        self.lab = replace(lab, open_engine=lambda: self.engine)
        self.exercise = start(self.lab, EXERCISE).exercise

    def do(self, steps: str, *, role: Role = Role.LEARNER, **files: str) -> Actor:
        (self.folder / "steps.toml").write_text(steps)
        for name, text in files.items():
            (self.folder / name.replace("_", ".")).write_text(text)
        values = exercise_values(self.lab, self.exercise)
        with acting(self.lab, self.exercise, role, values) as actor:
            run_steps(actor, self.folder)
            return actor


@contextmanager
def bench(folder: Path) -> Iterator[Bench]:
    with FakeCluster() as cluster:
        yield Bench(cluster, folder)


def config_map(name: str, **more: object) -> str:
    metadata = {"name": name, **more}
    return json.dumps({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata})


def test_apply_fills_places_and_puts_an_object_without_namespace_at_home(tmp_path: Path) -> None:
    with bench(tmp_path) as at:
        at.do('[[step]]\napply = "a.yaml"', a_yaml=config_map("sign-${number}"))
        names = at.cluster.names(OWN)
    assert [n for n in names if n.startswith("configmaps/sign-")]


def test_setup_marks_what_it_makes_and_the_learner_does_not(tmp_path: Path) -> None:
    with bench(tmp_path) as at:
        at.do('[[step]]\napply = "a.yaml"', role=Role.SETUP, a_yaml=config_map("by-setup"))
        at.do('[[step]]\napply = "a.yaml"', a_yaml=config_map("by-learner"))
        by_setup = at.cluster.find("ConfigMap", "by-setup", OWN)
        by_learner = at.cluster.find("ConfigMap", "by-learner", OWN)
    assert by_setup["metadata"]["labels"]["labkit.example/exercise"] == EXERCISE
    assert "labels" not in by_learner["metadata"]


def test_unknown_place_in_a_file_names_file_and_place(tmp_path: Path) -> None:
    with bench(tmp_path) as at, pytest.raises(StepStopped, match=r"a\.yaml.*\$\{city\}"):
        at.do('[[step]]\napply = "a.yaml"', a_yaml=config_map("${city}"))


def test_unknown_place_in_a_step_names_file_and_place(tmp_path: Path) -> None:
    with bench(tmp_path) as at, pytest.raises(ManifestInvalid, match=r"steps\.toml.*\$\{city\}"):
        at.do('[[step]]\nrun = ["kubectl", "get", "${city}"]')


def test_run_acts_as_the_learner_among_filled_files(tmp_path: Path) -> None:
    seen: dict[str, str] = {}

    def look(call: Call) -> None:
        assert call.folder is not None
        seen["file"] = (call.folder / "a.txt").read_text()
        seen["kubeconfig"] = Path(call.environment["KUBECONFIG"]).read_text()

    with bench(tmp_path) as at:
        at.run.answer("sh", "a.txt", effect=look)
        at.do('[[step]]\nrun = ["sh", "a.txt"]', a_txt="echo ${number} $HOME")
    assert seen["file"].split()[1].isdigit()
    assert seen["file"].endswith("$HOME")
    assert "token-of-ada-learner" in seen["kubeconfig"]
    assert f"namespace: {OWN}" in seen["kubeconfig"]


def test_run_that_made_it_in_an_interrupted_run_is_done(tmp_path: Path) -> None:
    with bench(tmp_path) as at:
        at.run.answer("kubectl", "create", status=1, errors="Error (AlreadyExists): there")
        at.do('[[step]]\nrun = ["kubectl", "create", "namespace", "x"]')


def test_run_that_fails_stops_with_the_programs_words(tmp_path: Path) -> None:
    with bench(tmp_path) as at:
        at.run.answer("kubectl", status=1, errors="no such thing")
        with pytest.raises(StepStopped) as stopped:
            at.do('[[step]]\nrun = ["kubectl", "get", "thing"]')
    assert "no such thing" in stopped.value.evidence


def test_delete_removes_by_name_and_by_label_and_again(tmp_path: Path) -> None:
    steps = '[[step]]\ndelete = { object = "ConfigMap/one" }\n'
    steps += '[[step]]\ndelete = { object = "ConfigMap", labels = "lab=two" }\n'
    with bench(tmp_path) as at:
        for name, labels in (("one", {}), ("two", {"lab": "two"}), ("stays", {"lab": "no"})):
            metadata = {"name": name, "namespace": OWN, "labels": labels}
            at.cluster.put({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata})
        at.do(steps)
        at.do(steps)
        left = [n for n in at.cluster.names(OWN) if n.startswith("configmaps")]
    assert left == ["configmaps/stays"]


def test_patch_merges_and_misses_what_is_not_there(tmp_path: Path) -> None:
    steps = (
        '[[step]]\npatch = { object = "ConfigMap/sign", in = "b", merge = { data = { x = "1" } } }'
    )
    with bench(tmp_path) as at:
        at.do(steps)
        assert at.cluster.find("ConfigMap", "sign", f"{OWN}-b")["data"] == {"number": "1", "x": "1"}
        with pytest.raises(StepStopped, match="ConfigMap/none"):
            at.do('[[step]]\npatch = { object = "ConfigMap/none", merge = { kind = "x" } }')


@pytest.mark.parametrize(
    ("how", "noted"),
    [
        pytest.param('value = "red"', "red", id="value"),
        pytest.param('run = ["kubectl", "version"]', "a 1.34\nb 1.33", id="output"),
        pytest.param('run = ["kubectl", "version"], match = "b (.*)"', "1.33", id="match"),
        pytest.param('run = ["kubectl", "version"], count_lines = true', "2", id="lines"),
    ],
)
def test_answer_notes_a_value_or_what_a_command_prints(
    how: str, noted: str, tmp_path: Path
) -> None:
    with bench(tmp_path) as at:
        at.run.answer("kubectl", "version", output="a 1.34\nb 1.33\n")
        at.do(f'[[step]]\nanswer = {{ key = "colour", {how} }}')
        assert at.cluster.find("ConfigMap", "lab-answers", OWN)["data"] == {"colour": noted}


def test_answer_that_finds_nothing_says_what_it_looked_for(tmp_path: Path) -> None:
    with bench(tmp_path) as at:
        at.run.answer("kubectl", output="nothing")
        with pytest.raises(StepStopped, match="colour"):
            at.do('[[step]]\nanswer = { key = "colour", run = ["kubectl"], match = "x(y)" }')


def test_remember_notes_fields_of_one_object(tmp_path: Path) -> None:
    step = (
        '[[step]]\nremember = { key = "n", object = "ConfigMap/sign", in = "b", fields = ["data"] }'
    )
    with bench(tmp_path) as at:
        assert at.do(step, role=Role.SETUP).notes == {"n": {"data": {"number": "1"}}}


def test_wait_ends_when_the_object_is_as_wanted(tmp_path: Path) -> None:
    ready = {"conditions": [{"type": "Ready", "status": "True"}]}
    with bench(tmp_path) as at:
        metadata = {"name": "web", "namespace": OWN}
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "status": ready}
        at.cluster.put(pod)
        at.do('[[step]]\nwait = { object = "Pod/web", until = "ready" }')
        at.do('[[step]]\nwait = { object = "Pod/other", until = "gone" }')


def pod(name: str, *, labels: str = "web", **status: object) -> dict[str, object]:
    metadata = {"name": name, "namespace": OWN, "labels": {"app": labels}}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "status": status}


def container(started: str = "", restarts: int = 0) -> dict[str, object]:
    state = {"running": {"startedAt": started}} if started else {"waiting": {}}
    return {"name": "a", "state": state, "restartCount": restarts}


def wait(at: Bench, until: str) -> None:
    where = 'object = "Pod", labels = "app=web", limit_seconds = 0.3'
    at.do(f"[[step]]\nwait = {{ {where}, until = '{until}' }}")


def test_wait_for_a_text_looks_into_the_log_of_every_pod(tmp_path: Path) -> None:
    with bench(tmp_path) as at:
        at.cluster.put(pod("one"))
        at.cluster.put(pod("two"))
        at.cluster.put(pod("other", labels="x"))
        at.cluster.logs["one"] = 'a line\n{"version":"2"}\n'
        with pytest.raises(StepStopped, match="log="):
            wait(at, 'log="version":"2"')
        at.cluster.logs["two"] = '{"version":"2"}'
        wait(at, 'log="version":"2"')


def test_wait_for_running_seconds_looks_at_each_containers_own_start(tmp_path: Path) -> None:
    now = SystemClock().now()
    long_ago, just_now = (now - timedelta(seconds=s) for s in (60, 1))
    with bench(tmp_path) as at:
        old = container(f"{long_ago:%Y-%m-%dT%H:%M:%SZ}")
        at.cluster.put(pod("one", containerStatuses=[old]))
        wait(at, "running_seconds=50")
        for young in (container(f"{just_now:%Y-%m-%dT%H:%M:%SZ}"), container()):
            at.cluster.put(pod("two", containerStatuses=[old, young]))
            with pytest.raises(StepStopped, match="running_seconds"):
                wait(at, "running_seconds=50")


def test_wait_for_a_restart_wants_one_of_every_pod(tmp_path: Path) -> None:
    with bench(tmp_path) as at:
        at.cluster.put(pod("one", containerStatuses=[container(restarts=2)]))
        wait(at, "restarted")
        at.cluster.put(pod("two", containerStatuses=[container()]))
        with pytest.raises(StepStopped, match="restarted"):
            wait(at, "restarted")


def test_deleted_is_what_leaves_or_is_gone(tmp_path: Path) -> None:
    with bench(tmp_path) as at:
        wait(at, "deleted")
        leaving = pod("one")
        held = {"finalizers": ["lab/held"], "deletionTimestamp": "2026-01-01T00:00:00Z"}
        leaving["metadata"] = {**at.cluster.put(leaving)["metadata"], **held}
        at.cluster.put(leaving)
        wait(at, "deleted")
        at.cluster.put(pod("two"))
        with pytest.raises(StepStopped, match="deleted"):
            wait(at, "deleted")


def test_waits_for_pods_that_are_not_there_are_not_over(tmp_path: Path) -> None:
    with bench(tmp_path) as at:
        for until in ("log=x", "running_seconds=1", "restarted"):
            with pytest.raises(StepStopped):
                wait(at, until)


def test_wait_ends_with_the_last_state_seen(tmp_path: Path) -> None:
    with bench(tmp_path) as at, pytest.raises(StepStopped) as stopped:
        at.do('[[step]]\nwait = { object = "Pod/web", until = "ready", limit_seconds = 0.2 }')
    assert isinstance(stopped.value.cause, TimedOut)


def test_step_for_a_missing_capability_is_left_out(tmp_path: Path) -> None:
    with bench(tmp_path) as at:
        at.do('[[step]]\nrun = ["kubectl"]\nwhen = "multi-node"')
    assert at.run.calls == []


def test_nodes_are_added_with_the_attendees_mark_and_removed(tmp_path: Path) -> None:
    with bench(tmp_path) as at:
        at.do('[[step]]\nnode = { add = "annex", flavor = "d2-2", cordoned = true }')
        marks = (("labkit.example/attendee", "ada"), ("labkit.example/exercise", EXERCISE))
        assert at.engine.nodes == {
            "annex": NodeShape("d2-2", name="annex", labels=marks, cordoned=True)
        }
        at.do('[[step]]\nnode = { cordon = "annex" }')
        assert at.cluster.find("Node", "annex")["spec"]["unschedulable"] is True
        at.do('[[step]]\nnode = { remove = "annex" }')
        assert at.engine.nodes == {}
