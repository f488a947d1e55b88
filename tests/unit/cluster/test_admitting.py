"""A new cluster takes Pods only when namespace default has its ServiceAccount."""

import json

import pytest

from labkit.cluster.admitting import NAMESPACE_LIMIT_SECONDS, admit_pods
from labkit.foundation.errors import TimedOut
from labkit.kube.writer import Writer
from tests.support.api_server import ApiServer, refusal, said
from tests.support.clock import HeldClock

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
ACCOUNTS = "/api/v1/namespaces/default/serviceaccounts"
NO_NAMESPACE = refusal(404, "no default", details={"kind": "namespaces", "name": "default"})
PRESENT = refusal(409, "there already", reason="AlreadyExists")


def test_account_that_pods_are_given_is_made_when_its_namespace_is_there() -> None:
    clock = HeldClock()
    with ApiServer() as server, Writer(server.access()) as writer:
        server.answers(ACCOUNTS, NO_NAMESPACE, said({"metadata": {"name": "default"}}, status=201))
        admit_pods(writer, clock)
        assert [asked.method for asked in server.asked] == ["POST", "POST"]
        assert json.loads(server.asked[-1].body)["metadata"]["name"] == "default"
    assert len(clock.pauses) == 1


def test_account_that_the_controller_manager_made_is_left_as_it_is() -> None:
    with ApiServer() as server, Writer(server.access()) as writer:
        server.answers(ACCOUNTS, PRESENT)
        admit_pods(writer, HeldClock())
        assert [asked.method for asked in server.asked] == ["POST"]


def test_namespace_that_does_not_come_is_named() -> None:
    clock = HeldClock()
    with ApiServer() as server, Writer(server.access()) as writer:
        server.answers(ACCOUNTS, *[NO_NAMESPACE] * 1000)
        with pytest.raises(TimedOut, match="Namespace default"):
            admit_pods(writer, clock)
    assert NAMESPACE_LIMIT_SECONDS <= clock.seconds < NAMESPACE_LIMIT_SECONDS + 1
