from typing import Any

import pytest

from labkit.cloud.calls import Call, Operation
from labkit.cloud.operations import OPERATIONS
from labkit.cloud.routing import Routes

KUBE = "/cloud/project/p/kube/k"


def found(method: str, path: str) -> tuple[str, dict[str, str]] | None:
    operation = Routes(OPERATIONS).find(method, path)
    return (operation[0].path, dict(operation[1])) if operation else None


def test_parts_that_vary_come_under_their_names() -> None:
    assert found("GET", f"{KUBE}/nodepool/n/nodes") == (
        "/cloud/project/{serviceName}/kube/{kubeId}/nodepool/{nodePoolId}/nodes",
        {"serviceName": "p", "kubeId": "k", "nodePoolId": "n"},
    )


@pytest.mark.parametrize("block", ["10.0.0.0%2F8", "10.0.0.0/8", "10.0.0.0%2f8"])
def test_a_block_may_come_with_its_slash_encoded_or_not(block: str) -> None:
    operation = found("DELETE", f"{KUBE}/ipRestrictions/{block}")
    assert operation is not None
    assert operation[1]["ip"] == "10.0.0.0/8"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/cloud/project//kube"),
        ("GET", "/nothing"),
        ("GET", "/"),
        ("PATCH", KUBE),
        ("GET", f"{KUBE}/nothing"),
        ("GET", "/cloud/project/p/kube/%2F/nothing"),
        ("GET", f"{KUBE}/log/subscription//"),
    ],
)
def test_what_is_not_there_is_not_found(method: str, path: str) -> None:
    assert found(method, path) is None


def test_an_encoded_slash_ends_no_name() -> None:
    operation = found("GET", f"{KUBE}/log/subscription/%2F")
    assert operation is not None
    assert operation[1]["subscriptionId"] == "/"


def test_every_operation_finds_itself() -> None:
    assert all(found(one.method, one.path) is not None for one in OPERATIONS)
    assert len({one.name for one in OPERATIONS}) == len(OPERATIONS)


def test_a_word_goes_before_a_part_that_varies() -> None:
    def nothing(call: Call) -> Any: ...

    word, varying = Operation("GET", "/a/b", nothing), Operation("GET", "/a/{x}", nothing)
    for routes in (Routes([word, varying]), Routes([varying, word])):
        assert routes.find("GET", "/a/b") == (word, {})
        assert routes.find("GET", "/a/c") == (varying, {"x": "c"})
