"""Steps that call the cloud: by names, with what was saved, in an account of their own."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from labkit.foundation.errors import TimedOut
from labkit.grading.cloud_reading import PROJECT as PROJECT_VALUE
from labkit.grading.steps import load_steps
from labkit.remote.errors import CloudKeysUnusable
from labkit.workshop.acting import Actor, acting
from labkit.workshop.cloud_account import (
    account_keys,
    cloud_environment,
    cloud_values,
    leave_cloud,
    remove_clusters,
)
from labkit.workshop.cloud_offers import NODE_POOLS, OF_CLOUD, OVH_API, cloud_lacks, cloud_offers
from labkit.workshop.cloud_reach import CloudReach
from labkit.workshop.cloud_steps import at_path, with_saved
from labkit.workshop.errors import CloudNotOffered, StepStopped
from labkit.workshop.lab import Lab
from labkit.workshop.lessons import finish
from labkit.workshop.offers import refusal, way_out
from labkit.workshop.rights import Role
from labkit.workshop.starting import reset, start
from labkit.workshop.steps import run_steps
from labkit.workshop.working import exercise_values
from tests.support.cloud import PROJECT, Stage, staged
from tests.support.cloud_clients import reach_of, write_stage_keys
from tests.support.cluster import FakeCluster
from tests.support.workshop import EXERCISE, lab_on

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
KUBE = f"/cloud/project/{PROJECT}/kube"


class Bench:
    def __init__(self, stage: Stage, cluster: FakeCluster, folder: Path) -> None:
        self.stage = stage
        self.folder = folder / "steps"
        self.folder.mkdir()
        lab = lab_on(cluster, folder)
        write_stage_keys(stage, lab.settings.home / "cloud")
        self.lab = replace(lab, reach_cloud=reach_of(stage))
        exercise = start(self.lab, EXERCISE).exercise
        self.exercise = replace(exercise, capabilities=(OVH_API,), clusters=("night-${attendee}",))

    def do(self, steps: str, lab: Lab | None = None) -> Actor:
        (self.folder / "steps.toml").write_text(steps)
        acts = lab or self.lab
        values = exercise_values(acts, self.exercise)
        with acting(acts, self.exercise, Role.LEARNER, values) as actor:
            run_steps(actor, self.folder)
            return actor

    def names(self, project: str = PROJECT) -> list[str]:
        base = f"/cloud/project/{project}/kube"
        found = self.stage.asked("GET", base)
        return [self.stage.asked("GET", f"{base}/{one}")["name"] for one in found]


@contextmanager
def opened(folder: Path) -> Iterator[Bench]:
    with FakeCluster() as cluster, staged(folder / "cloud") as stage:
        yield Bench(stage, cluster, folder)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    (tmp_path / "cloud").mkdir()
    with opened(tmp_path) as one:
        yield one


def call(text: str) -> str:
    return f"[[step]]\ncloud = {{ {text} }}\n"


MAKE = call('call = "POST /kube", body = { name = "night", region = "GRA7" }, save = { it = "id" }')


def test_what_one_step_saves_the_next_ones_name(bench: Bench) -> None:
    pool = 'body = { name = "late", flavorName = "b2-7" }'
    actor = bench.do(MAKE + call(f'call = "POST /kube/{{it}}/nodepool", {pool}'))
    made = bench.stage.asked("GET", f"{KUBE}/{actor.saved['it']}/nodepool")
    assert [one["name"] for one in made] == ["late"]
    again = bench.do(call('call = "GET /kube/@night", save = { there = "id" }'))
    assert again.saved == {"there": actor.saved["it"]}


def test_a_wait_ends_when_every_field_is_as_wanted(bench: Bench) -> None:
    bench.do(MAKE)
    bench.stage.settle()
    wanted = (
        'until = { status = "READY", "customization.apiServer.admissionPlugins.disabled" = [] }'
    )
    bench.do(call(f'call = "GET /kube/@night", {wanted}, limit_seconds = 0.1'))


def test_a_wait_that_ends_says_what_it_saw_last(bench: Bench) -> None:
    bench.do(MAKE)
    until = 'until = { status = "READY" }, limit_seconds = 0.1'
    with pytest.raises(StepStopped) as stopped:
        bench.do(call(f'call = "GET /kube/@night", {until}'))
    assert isinstance(stopped.value.cause, TimedOut)
    assert "INSTALLING" in str(stopped.value)


def test_gone_is_what_no_list_names_any_more(bench: Bench) -> None:
    bench.do(MAKE)
    bench.stage.settle()
    bench.do(call('call = "DELETE /kube/@night"'))
    bench.stage.settle()
    bench.do(call('call = "GET /kube/@night", until = "gone", limit_seconds = 0.1'))
    assert bench.names() == []


def test_a_call_that_must_be_refused_is_refused_with_its_status(bench: Bench) -> None:
    old = 'call = "POST /kube", body = { region = "GRA7", version = "1.22" }'
    bench.do(call(f"{old}, fails = 400"))
    with pytest.raises(StepStopped, match="does not match the enum"):
        bench.do(call(f"{old}, fails = 409"))
    with pytest.raises(StepStopped, match="was accepted"):
        bench.do(call('call = "POST /kube", body = { region = "GRA7" }, fails = 400'))


def test_a_granted_key_is_known_by_its_credential_only(bench: Bench) -> None:
    rules = 'body = { accessRules = [{ method = "GET", path = "/me" }] }'
    granting = 'grant = true, save = { credential = "credentialId" }'
    actor = bench.do(call(f'call = "POST /auth/credential", {rules}, {granting}'))
    found = bench.stage.asked("GET", f"/me/api/credential/{actor.saved['credential']}")
    assert found["status"] == "validated"
    with pytest.raises(StepStopped, match="consumerKey"):
        bench.do(
            call(
                f'call = "POST /auth/credential", {rules}, grant = true, '
                'save = { k = "consumerKey" }'
            )
        )


def test_a_lever_is_pulled_with_its_key(bench: Bench) -> None:
    bench.do(
        '[[step]]\nlever = { name = "quota", '
        f'body = {{ project = "{PROJECT}", maxInstances = 3 }} }}'
    )
    quota = bench.stage.asked("GET", f"/cloud/project/{PROJECT}/quota")
    assert quota[0]["instance"]["maxInstances"] == 3


def test_who_shares_a_cloud_gets_an_account_and_leaves_none(bench: Bench, tmp_path: Path) -> None:
    bob = bench.lab.for_attendee("bob", tmp_path / "bob", 1)
    keys = account_keys(bob)
    assert keys.project != PROJECT
    assert account_keys(bob) == keys
    bench.do(MAKE)
    start(bob, EXERCISE)
    bench.do(MAKE, bob)
    assert (bench.names(), bench.names(keys.project)) == (["night"], ["night"])
    settling = _settle_at_each_call(bench, bob)
    leave_cloud(settling)
    assert bench.names() == ["night"]
    assert keys.project not in bench.stage.asked("GET", "/cloud/project")
    leave_cloud(settling)


def test_a_reset_removes_the_clusters_that_are_the_exercises(bench: Bench) -> None:
    for name in ("night-ada", "night-ada", "day"):
        bench.do(MAKE.replace('"night"', f'"{name}"'))
    bench.stage.settle()
    lab = _settle_at_each_call(bench, bench.lab)
    remove_clusters(lab, bench.exercise, {"attendee": "ada"})
    assert bench.names() == ["day"]


def test_a_finished_lesson_gives_back_the_clusters_of_its_demo(bench: Bench) -> None:
    for name in ("demo", "mine"):
        bench.do(MAKE.replace('"night"', f'"{name}"'))
    bench.stage.settle()
    lab = _settle_at_each_call(bench, bench.lab)
    notebook = lab.content / "notebooks" / "00-test.ipynb"
    notebook.parent.mkdir(exist_ok=True)
    notebook.write_text(json.dumps({"metadata": {"labkit": {"clusters": ["demo"]}}}))
    assert finish(lab, "00-test").clusters == ("demo",)
    assert bench.names() == ["mine"]


def test_a_lesson_finishes_without_a_cloud_too(bench: Bench, tmp_path: Path) -> None:
    notebook = bench.lab.content / "notebooks" / "00-test.ipynb"
    notebook.parent.mkdir(exist_ok=True)
    notebook.write_text(json.dumps({"metadata": {"labkit": {"clusters": ["demo"]}}}))
    assert finish(replace(bench.lab, shared_cloud=tmp_path / "nowhere"), "00-test").clusters == ()


def test_an_exercise_knows_its_project_and_its_commands_the_keys(bench: Bench) -> None:
    values = cloud_values(bench.lab, bench.exercise)
    assert values[PROJECT_VALUE] == PROJECT
    assert not {"as", "ck"} & set(values.values())
    environment = cloud_environment(bench.lab, bench.exercise)
    assert environment["OVH_CONSUMER_KEY"] == "ck"
    assert cloud_environment(bench.lab, replace(bench.exercise, capabilities=())) == {}


def test_what_setup_saves_is_known_as_a_drawn_value_is(bench: Bench) -> None:
    setup = bench.lab.exercises / "00-test" / EXERCISE / "setup" / "steps.toml"
    setup.write_text(setup.read_text() + MAKE)
    reset(bench.lab, EXERCISE)
    (made,) = bench.stage.asked("GET", KUBE)
    assert exercise_values(bench.lab, bench.exercise)["it"] == made


def test_a_new_lab_finds_no_cluster_of_an_old_one(bench: Bench) -> None:
    declared = bench.lab.exercises / "00-test" / EXERCISE / "exercise.toml"
    declared.write_text('clusters = ["night"]\n' + declared.read_text())
    bench.do(MAKE)
    bench.stage.settle()
    with FakeCluster() as another:
        kubeconfig = another.kubeconfig(bench.folder)
        record = replace(bench.lab.record, kubeconfig=kubeconfig)
        start(replace(_settle_at_each_call(bench, bench.lab), record=record), EXERCISE)
    assert bench.names() == []


def test_without_a_cloud_there_are_no_keys_and_no_offers(bench: Bench, tmp_path: Path) -> None:
    nowhere = replace(bench.lab, shared_cloud=tmp_path / "nowhere")
    with pytest.raises(CloudKeysUnusable):
        account_keys(nowhere)
    assert not nowhere.has(OVH_API)
    assert isinstance(refusal([OVH_API], "local"), CloudNotOffered)
    assert "labkit cloud up" in way_out([OVH_API])
    assert "--engine local" in way_out([NODE_POOLS])


@pytest.mark.parametrize(
    ("engine", "offered"), [("local", {OVH_API, NODE_POOLS}), ("simulated", {OVH_API})]
)
def test_node_pools_are_offered_where_nodes_are_real(
    engine: str, offered: set[str], tmp_path: Path
) -> None:
    with FakeCluster() as somebody_who_listens:
        endpoint = f"{_address(somebody_who_listens, tmp_path)}/1.0"
        (tmp_path / "keys.json").write_text(
            json.dumps({"endpoint": endpoint, "application_key": "ak"})
        )
        (tmp_path / "running.json").write_text(json.dumps({"engine": engine}))
        assert cloud_offers(tmp_path) == offered
        assert cloud_lacks(tmp_path, [*OF_CLOUD, "dns"]) == OF_CLOUD - offered
    assert cloud_offers(tmp_path) == frozenset()
    assert cloud_lacks(tmp_path, OF_CLOUD) == frozenset()  # the lesson starts one


def test_steps_say_on_which_cluster_they_happen(tmp_path: Path) -> None:
    (tmp_path / "steps.toml").write_text('[[step]]\nrun = ["kubectl"]\ncluster = "night"\n')
    assert load_steps(tmp_path)[0].cluster == "night"


@pytest.mark.parametrize(
    ("path", "found"),
    [("0.id", 1), ("1.id", None), ("0.a.b", 2), ("0.id.x", None), ("0.a", {"b": 2})],
)
def test_a_dotted_path_leads_into_lists_and_objects(path: str, found: Any) -> None:
    assert at_path([{"id": 1, "a": {"b": 2}}], path) == found


def test_a_dot_is_the_whole_answer(bench: Bench) -> None:
    actor = bench.do(call('call = "GET /auth/time", save = { stamp = "." }'))
    assert actor.saved == {"stamp": str(bench.stage.cloud.time.unix())}


def test_braces_of_others_stay() -> None:
    assert with_saved("{a} {.items[0]} {b}", {"a": "1"}) == "1 {.items[0]} {b}"


def _address(cluster: FakeCluster, folder: Path) -> str:
    from labkit.kube.kubeconfig import read_access  # noqa: PLC0415

    return read_access(cluster.kubeconfig(folder)).server


def _settle_at_each_call(bench: Bench, lab: Lab) -> Lab:
    """As if keepers were at work."""
    stage, adapter = bench.stage, lab.reach_cloud.adapter

    class Keeping(type(adapter)):  # type: ignore[misc]
        def send(self, request: Any, *more: Any, **named: Any) -> Any:
            stage.settle()
            return super().send(request, *more, **named)

    return replace(lab, reach_cloud=CloudReach(Keeping(stage), lab.reach_cloud.transport))
