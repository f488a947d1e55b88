"""What an emulator must refuse, or take, where it once stumbled or where users do."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from labkit.cloud.kube.changing import change_cluster
from labkit.cloud.kube.models import Cluster
from labkit.cloud.node.models import Node
from tests.support.cloud import PROJECT, Stage, staged

KUBE = f"/cloud/project/{PROJECT}/kube"
OIDC = {"clientId": "lab", "issuerUrl": "https://idp.example"}


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path) as one:
        yield one


@pytest.fixture
def kube(stage: Stage) -> str:
    made = f"{KUBE}/{stage.asked('POST', KUBE, {'region': 'GRA7', 'version': '1.33'})['id']}"
    stage.settle()
    return made


def refused(stage: Stage, method: str, path: str, body: object) -> tuple[int, str]:
    answer = stage.call(method, path, body)
    return answer.status_code, answer.json()["message"]


def test_a_reset_to_a_version_without_programs_is_refused(stage: Stage, kube: str) -> None:
    status, message = refused(stage, "POST", f"{kube}/reset", {"version": "1.31"})
    assert (status, "version 1.31 is not offered here" in message) == (400, True)


@pytest.mark.parametrize(
    "body", [{"clientId": ""}, {"issuerUrl": "http://idp.example"}, {"issuerUrl": ""}]
)
def test_an_update_of_openid_connect_is_held_to_the_same_rules(
    stage: Stage, kube: str, body: dict[str, str]
) -> None:
    stage.asked("POST", f"{kube}/openIdConnect", OIDC)
    assert refused(stage, "PUT", f"{kube}/openIdConnect", body)[0] == 400
    stage.asked("PUT", f"{kube}/openIdConnect", {"groupsClaim": ["g"]})
    shown = stage.asked("GET", f"{kube}/openIdConnect")
    assert (shown["clientId"], shown["groupsClaim"]) == ("lab", ["g"])


def test_a_new_cluster_is_installing_whatever_is_asked_of_it_meanwhile(stage: Stage) -> None:
    made = f"{KUBE}/{stage.asked('POST', KUBE, {'region': 'GRA7'})['id']}"
    stage.asked("PUT", f"{made}/ipRestrictions", {"ips": ["10.0.0.0/8"]})
    assert stage.asked("GET", made)["status"] == "INSTALLING"
    stage.settle()
    assert stage.asked("GET", made)["status"] == "READY"


def test_a_kubeconfig_is_not_to_be_had_while_the_cluster_is_made_anew(
    stage: Stage, kube: str
) -> None:
    stage.asked("POST", f"{kube}/reset", {})
    assert refused(stage, "POST", f"{kube}/kubeconfig", None)[0] == 409
    stage.settle()
    assert "kubernetes-admin@" in stage.asked("POST", f"{kube}/kubeconfig")["content"]


@pytest.mark.parametrize("body", [b"[" * 200_000, b"{", b"\xff", b'{"name": "\\ud800"}'])
def test_a_body_that_cannot_be_read_is_a_bad_request(stage: Stage, kube: str, body: bytes) -> None:
    answer = stage.send("PUT", f"{stage.cloud.address}/1.0{kube}", body, headers={})
    assert (answer.status_code, answer.json()["class"]) == (400, "Client::BadRequest")


def test_a_change_keeps_what_the_keeper_did_meanwhile(stage: Stage, kube: str) -> None:
    """A round that ends between look-up and write must not be undone by the write."""
    cluster = stage.cloud.store.all(Cluster)[0]
    stage.cloud.store.put(cluster.but(resets=1, resets_done=1))
    change_cluster(stage.cloud, cluster, name="renamed")
    kept = stage.cloud.store.all(Cluster)[0]
    assert (kept.name, kept.resets_done) == ("renamed", 1)


def test_nodes_of_a_cluster_never_share_a_name(stage: Stage, kube: str) -> None:
    """Chance gives the same six digits again sooner than one thinks."""
    digits = [7, 7, 7, 8]
    chance = stage.cloud.chance

    class Repeating(type(chance)):  # type: ignore[misc]
        def getrandbits(self, count: int) -> int:
            return digits.pop(0) if count == 24 and digits else chance.getrandbits(count)

    stage.cloud.chance = Repeating()
    body = {"flavorName": "b3-8", "name": "a", "desiredNodes": 3}
    stage.asked("POST", f"{kube}/nodepool", body)
    names = [node.name for node in stage.cloud.store.all(Node)]
    assert len(set(names)) == 3
    assert names[:2] == ["a-node-000007", "a-node-000008"]


def test_half_a_character_is_no_text_wherever_it_is(stage: Stage) -> None:
    url = f"{stage.cloud.address}/1.0/auth/credential"
    body = b'{"accessRules": [{"method": "GET", "path": "\\udfff"}]}'
    answer = stage.send("POST", url, body, headers={})
    assert (answer.status_code, answer.json()["message"]) == (400, "Invalid JSON received")
