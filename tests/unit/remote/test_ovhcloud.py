"""OVHcloud's client against the emulator: answers, refusals, names for ids, and silent keys."""

import logging
import stat
import traceback
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from labkit.foundation.errors import LabError
from labkit.remote.cloud_keys import CloudKeys, read_keys, write_keys
from labkit.remote.cloud_levers import Levers
from labkit.remote.cloud_paths import read_path, resolved
from labkit.remote.errors import CloudKeysUnusable, CloudListTooLong, CloudNameUnknown, CloudRefused
from labkit.remote.ovhcloud import ReadOnlyCloud, open_cloud, open_for_reading
from tests.support.cloud import PROJECT, Stage, staged
from tests.support.cloud_clients import StageAdapter, client_of, keys_of, stage_transport

CANARIES = {
    "application_key": "canary-application-key",
    "application_secret": "canary-application-secret",
    "consumer_key": "canary-consumer-key",
    "client_secret": "canary-client-secret",
    "control": "canary-control",
}
KUBE = f"/cloud/project/{PROJECT}/kube"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path) as one:
        yield one


def with_cluster(stage: Stage, name: str = "night") -> str:
    made = client_of(stage).post(KUBE, {"name": name, "region": "GRA7"})
    stage.settle()
    return str(made["id"])


def test_a_signed_call_gives_what_the_api_answers(stage: Stage) -> None:
    cluster = with_cluster(stage)
    assert client_of(stage).get(KUBE) == [cluster]
    assert client_of(stage).put(f"{KUBE}/{cluster}", {"name": "day"}) is None
    assert client_of(stage).get(f"{KUBE}/{cluster}")["name"] == "day"


def test_the_time_is_asked_without_a_signature(stage: Stage) -> None:
    nobody = replace(keys_of(stage), consumer_key="")
    cloud = open_cloud(nobody, StageAdapter(stage))
    assert isinstance(cloud.get("/auth/time", signed=False), int)
    with pytest.raises(CloudKeysUnusable):
        cloud.get(KUBE)


def test_a_refusal_keeps_class_message_and_query_id(stage: Stage) -> None:
    with pytest.raises(CloudRefused) as refused:
        client_of(stage).post(KUBE, {"name": "old", "region": "GRA7", "version": "1.22"})
    problem = refused.value
    assert (problem.status, problem.class_) == (400, "Client::BadRequest")
    assert problem.message == '[version] "1.22" does not match the enum'
    assert problem.query_id.startswith("EU.ext-1.")
    assert problem.query_id in problem.evidence


def test_who_only_reads_has_no_way_to_change_anything(stage: Stage) -> None:
    cloud = open_for_reading(keys_of(stage), StageAdapter(stage))
    assert cloud.get(KUBE) == []
    assert type(cloud) is ReadOnlyCloud
    changing = {"post", "put", "delete", "call"}
    assert changing & set(dir(cloud)) == set()


def test_names_stand_for_ids(stage: Stage) -> None:
    cluster = with_cluster(stage)
    cloud = client_of(stage)
    pool = cloud.post(f"{KUBE}/{cluster}/nodepool", {"flavorName": "b2-7", "name": "late"})
    assert resolved(cloud, PROJECT, "/kube/@night/nodepool/@late") == (
        f"{KUBE}/{cluster}/nodepool/{pool['id']}"
    )
    assert [one["name"] for one in read_path(cloud, PROJECT, "/kube/@night/nodepool")] == ["late"]
    assert [one["id"] for one in read_path(cloud, PROJECT, "/kube/{each}")] == [cluster]
    assert len(read_path(cloud, PROJECT, "/kube/{each}/nodepool")) == 1


def test_a_name_that_is_not_there_reads_as_nothing_and_cannot_be_called(stage: Stage) -> None:
    with_cluster(stage)
    cloud = client_of(stage)
    assert read_path(cloud, PROJECT, "/kube/@day/nodepool") == []
    with pytest.raises(CloudNameUnknown, match="night"):
        resolved(cloud, PROJECT, "/kube/@day")


def test_a_project_that_is_not_there_is_no_empty_list(stage: Stage) -> None:
    with pytest.raises(CloudRefused):
        read_path(client_of(stage), "0" * 32, "/kube/{each}")


def test_a_query_belongs_to_the_list(stage: Stage) -> None:
    cloud = client_of(stage)
    cloud.post("/auth/credential", {"accessRules": []}, signed=False)
    ours = cloud.get("/auth/currentCredential")["applicationId"]
    both = read_path(cloud, PROJECT, f"/me/api/credential/{{each}}?applicationId={ours}")
    assert [one["status"] for one in both] == ["validated", "pendingValidation"]
    assert read_path(cloud, PROJECT, "/me/api/credential/{each}?applicationId=1") == []


def test_levers_ask_for_their_key(stage: Stage) -> None:
    levers = Levers(keys_of(stage), transport=stage_transport(stage))
    assert levers.state()["projects"] == [PROJECT]
    seeded = levers.pull("seed", {"projectName": "ada"})
    assert seeded["project"] in levers.state()["projects"]
    stranger = replace(keys_of(stage), control="guessed")
    with pytest.raises(CloudRefused):
        Levers(stranger, transport=stage_transport(stage)).state()


def test_an_account_can_be_closed_once_it_holds_nothing(stage: Stage) -> None:
    levers = Levers(keys_of(stage), transport=stage_transport(stage))
    seeded = levers.pull("seed", {"projectName": "ada"})
    levers.pull(
        "close", {"project": seeded["project"], "applicationKey": seeded["application_key"]}
    )
    assert levers.state()["projects"] == [PROJECT]
    with_cluster(stage)
    with pytest.raises(CloudRefused, match="clusters"):
        levers.pull("close", {"project": PROJECT, "applicationKey": "ak"})


def test_a_person_grants_what_a_key_asks_for(stage: Stage) -> None:
    requested = client_of(stage).post(
        "/auth/credential", {"accessRules": [{"method": "GET", "path": "/*"}]}, signed=False
    )
    Levers(keys_of(stage), transport=stage_transport(stage)).grant(requested["validationUrl"])
    narrow = replace(keys_of(stage), consumer_key=requested["consumerKey"])
    assert open_cloud(narrow, StageAdapter(stage)).get(KUBE) == []


def test_keys_lie_in_a_file_for_their_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    write_keys(path, CloudKeys("http://127.0.0.1:1/1.0", **CANARIES))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_keys(path).consumer_key == "canary-consumer-key"
    path.write_text("{}")
    with pytest.raises(CloudKeysUnusable):
        read_keys(path)


def test_no_key_is_in_a_repr_an_error_or_a_log(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    keys = CloudKeys("http://127.0.0.1:8080/1.0", **CANARIES)
    told = [repr(keys), repr(open_cloud(keys)), str(keys)]
    levers = Levers(keys, transport=stage_transport(stage))
    attempts = (
        lambda: open_cloud(keys, StageAdapter(stage)).get(KUBE),
        lambda: open_cloud(replace(keys, application_key="ak"), StageAdapter(stage)).get(KUBE),
        lambda: open_cloud(replace(keys, consumer_key=""), StageAdapter(stage)).get(KUBE),
        lambda: open_cloud(replace(keys, application_secret=""), StageAdapter(stage)).get(KUBE),
        lambda: open_cloud(replace(keys, endpoint="nowhere")).get(KUBE),
        levers.state,
    )
    for attempt in attempts:
        with pytest.raises(LabError) as problem:
            attempt()
        told += traceback.format_exception(problem.value)
        told += [problem.value.what_happened, problem.value.next_step, problem.value.evidence]
    everything = "\n".join([*told, caplog.text])
    assert [canary for canary in CANARIES.values() if canary in everything] == []


class Crowded:
    """A list of more than anybody asks for one by one."""

    def get(self, path: str) -> list[str]:
        return [str(number) for number in range(101)]


def test_list_that_is_too_long_is_named_and_never_cut_in_silence() -> None:
    with pytest.raises(CloudListTooLong, match=r"/kube lists 101; .* 100 at most"):
        read_path(Crowded(), PROJECT, "/kube/{each}")
