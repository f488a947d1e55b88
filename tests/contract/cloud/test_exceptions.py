"""Which of python-ovh's exceptions an answer becomes: it tells 403s apart by the older fields."""

from collections.abc import Callable

import ovh
import ovh.exceptions as raised
import pytest

from tests.contract.cloud.place import KUBE
from tests.support.cloud import Stage
from tests.support.served_cloud import official_client


def with_wrong_key(client: ovh.Client) -> None:
    client._application_key = "nobody"


def with_wrong_secret(client: ovh.Client) -> None:
    client._application_secret = "wrong"


def with_unknown_consumer(client: ovh.Client) -> None:
    client._consumer_key = "unknown"


def as_it_is(client: ovh.Client) -> None: ...


CASES = [
    (with_wrong_key, "/me", raised.APIError, raised.InvalidKey),
    (with_unknown_consumer, "/me", raised.APIError, raised.NotCredential),
    (with_wrong_secret, "/me", raised.BadParametersError, raised.BadParametersError),
    (as_it_is, f"{KUBE}/none", raised.ResourceNotFoundError, raised.ResourceNotFoundError),
    (as_it_is, "/cloud/project/none", raised.ResourceNotFoundError, raised.ResourceNotFoundError),
]


@pytest.mark.parametrize("old_fields", [False, True])
@pytest.mark.parametrize(
    ("spoil", "path", "today", "before"),
    CASES,
    ids=["key", "consumer key", "secret", "cluster", "project"],
)
def test_a_refusal_becomes_the_exception_that_python_ovh_has_for_it(
    stage: Stage,
    spoil: Callable[[ovh.Client], None],
    path: str,
    *,
    today: type[Exception],
    before: type[Exception],
    old_fields: bool,
) -> None:
    stage.cloud.old_errors = old_fields
    client = official_client(stage)
    spoil(client)

    with pytest.raises(raised.APIError) as refused:
        client.get(path)

    body = refused.value.response.json()
    assert type(refused.value) is (before if old_fields else today)
    assert body["class"].startswith("Client::")
    assert body["message"]
    assert ("errorCode" in body) == (old_fields and before is not raised.ResourceNotFoundError)


@pytest.mark.parametrize("old_fields", [False, True])
def test_a_narrow_key_is_not_granted(stage: Stage, *, old_fields: bool) -> None:
    stage.cloud.old_errors = old_fields
    client = official_client(stage)
    asked = client.new_consumer_key_request()
    asked.add_rule("GET", "/nothing")
    page = asked.request()["validationUrl"]

    def refusal() -> type[Exception]:
        with pytest.raises(raised.APIError) as refused:
            client.get("/me")
        return type(refused.value)

    assert refusal() is (raised.InvalidCredential if old_fields else raised.APIError)
    stage.http.post(page, data={"decision": "grant"})
    assert refusal() is (raised.NotGrantedCall if old_fields else raised.APIError)


def test_a_conflict_is_a_conflict(stage: Stage) -> None:
    kube = stage.asked("POST", KUBE, {"region": "GRA7"})["id"]

    with pytest.raises(raised.ResourceConflictError):
        official_client(stage).post(f"{KUBE}/{kube}/kubeconfig")


def test_the_enums_words_are_those_of_the_real_api(stage: Stage) -> None:
    with pytest.raises(raised.BadParametersError) as refused:
        official_client(stage).post(KUBE, region="GRA7", version="1.22")

    assert str(refused.value.args[0]) == '[version] "1.22" does not match the enum'


def test_a_bug_is_an_answer_with_class_and_message(stage: Stage) -> None:
    stage.cloud.faults["server-error"] = ["server-error"]

    with pytest.raises(raised.APIError) as refused:
        official_client(stage).get("/me")

    assert refused.value.response.status_code == 500
    assert refused.value.response.json()["class"] == "Server::InternalServerError"
