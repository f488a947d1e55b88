"""Clients that a lesson has people write: a signature by hand, over http.client and curl."""

import hashlib
import http.client
import json
from urllib.parse import urlsplit

import pytest

from labkit.foundation.process import SystemRunner
from tests.contract.cloud.place import KUBE
from tests.support.cloud import Stage


def signed(stage: Stage, method: str, url: str, body: str = "") -> dict[str, str]:
    """Written out as the documentation tells it, without anything of the emulator's."""
    keys, now = stage.keys, str(int(stage.cloud.time.exactly().timestamp()))
    text = "+".join([keys.application_secret, keys.consumer_key, method, url, body, now])
    return {
        "X-Ovh-Application": keys.application_key,
        "X-Ovh-Consumer": keys.consumer_key,
        "X-Ovh-Timestamp": now,
        "X-Ovh-Signature": "$1$" + hashlib.sha1(text.encode()).hexdigest(),  # noqa: S324
        "Content-Type": "application/json",
    }


@pytest.mark.parametrize("version", ["1.0", "v1"])
def test_a_client_of_twelve_lines_gets_through(stage: Stage, version: str) -> None:
    address = urlsplit(stage.cloud.address)
    path = f"/{version}/cloud/project"
    connection = http.client.HTTPConnection(address.netloc)

    connection.request("GET", path, headers=signed(stage, "GET", f"{stage.cloud.address}{path}"))
    answer = connection.getresponse()

    assert (answer.status, json.loads(answer.read())) == (200, [stage.keys.project])
    connection.close()


def test_curl_gets_through_with_a_body_and_a_query(stage: Stage) -> None:
    for method, path, body in (
        ("POST", f"/1.0{KUBE}", '{"region": "GRA7", "name": "né à la main"}'),
        ("GET", f"/1.0/cloud/project/{'a' * 32}/flavor?region=GRA7&x=%C3%A9", ""),
    ):
        url = f"{stage.cloud.address}{path}"
        headers = [
            word
            for key, value in signed(stage, method, url, body).items()
            for word in ("-H", f"{key}: {value}")
        ]
        told = ["curl", "-sS", "--fail-with-body", "-X", method, "-d", body, *headers, url]
        answer = SystemRunner()(told if body else [w for w in told if w not in ("-d", "")])
        assert json.loads(answer.output)


def test_a_doubled_slash_is_taken_as_one(stage: Stage) -> None:
    """An endpoint that ends in a slash doubles it; clients sign the address as they send it."""
    for start in ("//", "/1.0//", "/v1//"):
        assert stage.http.get(f"{stage.cloud.address}{start}auth/time").status_code == 200
        url = f"{stage.cloud.address}{start}cloud/project"
        assert stage.http.get(url, headers=signed(stage, "GET", url)).status_code == 200


def test_a_block_in_a_path_is_signed_as_it_is_sent(stage: Stage) -> None:
    kube = stage.asked("POST", KUBE, {"region": "GRA7"})["id"]
    stage.asked("POST", f"{KUBE}/{kube}/ipRestrictions", {"ips": ["10.0.0.0/8"]})
    url = f"{stage.cloud.address}/1.0{KUBE}/{kube}/ipRestrictions/10.0.0.0%2F8"

    answer = stage.http.delete(url, headers=signed(stage, "DELETE", url))

    assert (answer.status_code, answer.content) == (204, b"")
    assert stage.asked("GET", f"{KUBE}/{kube}/ipRestrictions") == []


@pytest.mark.parametrize(
    "path", ["/", "/1.0", "/v1/nothing", "/1.0/cloud/project//kube", "/v2/iam/policy", "/x%00y"]
)
def test_an_unknown_address_is_not_found(stage: Stage, path: str) -> None:
    answer = stage.http.get(f"{stage.cloud.address}{path}")

    wanted = {"class": "Client::NotFound", "message": "Got an invalid (or empty) URL"}
    assert (answer.status_code, answer.json()) == (404, wanted)
    assert answer.headers["X-Ovh-QueryID"].startswith("EU.ext-")


def test_a_web_page_elsewhere_cannot_reach_it_by_its_own_name(stage: Stage) -> None:
    headers = {"Host": "rebound.example"}

    answer = stage.http.get(f"{stage.cloud.address}/1.0/auth/time", headers=headers)

    assert answer.status_code == 400
