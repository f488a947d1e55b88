"""A new cluster takes Pods only when namespace default has its ServiceAccount."""

from pathlib import Path

import pytest

from labkit.cluster.admitting import ACCOUNT_LIMIT_SECONDS, wait_until_pods_are_admitted
from labkit.foundation.errors import TimedOut
from labkit.kube.reader import Reader
from tests.support.api_server import ApiServer, refusal, said
from tests.support.clock import HeldClock

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
ACCOUNT = "/api/v1/namespaces/default/serviceaccounts/default"
DETAILS = {"kind": "serviceaccounts", "name": "default"}
ABSENT = refusal(404, 'serviceaccounts "default" not found', details=DETAILS)


def test_pods_are_admitted_when_the_account_they_are_given_is_there(tmp_path: Path) -> None:
    clock = HeldClock()
    with ApiServer() as server, Reader(server.access()) as reader:
        server.answers(ACCOUNT, ABSENT, ABSENT, said({"metadata": {"name": "default"}}))
        wait_until_pods_are_admitted(reader, tmp_path, clock)
        assert [asked.path for asked in server.asked] == [ACCOUNT] * 3
    assert len(clock.pauses) == 2


def test_controller_manager_that_makes_none_is_named_with_its_last_line(tmp_path: Path) -> None:
    (tmp_path / "kube-controller-manager.log").write_text("starting\nno such flag\n")
    clock = HeldClock()
    with ApiServer() as server, Reader(server.access()) as reader:
        server.answers(ACCOUNT, *[ABSENT] * 2000)
        with pytest.raises(TimedOut, match="the controller manager") as late:
            wait_until_pods_are_admitted(reader, tmp_path, clock)
    assert "no such flag" in str(late.value)
    assert "labkit logs kube-controller-manager" in late.value.next_step
    assert ACCOUNT_LIMIT_SECONDS <= clock.seconds < ACCOUNT_LIMIT_SECONDS + 1
