import io
import json
from dataclasses import asdict

import pytest

from labkit.cluster.engine import (
    ClusterConfig,
    ClusterStatus,
    ComponentStatus,
    NodeShape,
    NodeStatus,
    OpenIdConnect,
    State,
)
from labkit.cluster.errors import ClusterError, NodeNotReady
from labkit.cluster.local.messages import (
    LONGEST_REQUEST,
    Request,
    Told,
    config_from,
    error_line,
    follow,
    read_request,
    request_line,
    result_line,
    status_from,
)
from labkit.foundation.errors import LabError
from labkit.foundation.progress import Quiet, shown
from tests.support.progress import RecordedProgress


def test_request_arrives_as_it_was_sent_whatever_is_in_it() -> None:
    arguments = {"name": "two\nlines", "lines": 7, "è": ["ü", None]}
    line = request_line(Request("logs", "lab", arguments))
    assert line.count("\n") == 1
    assert read_request(line) == Request("logs", "lab", arguments)


def test_nobody_says_themselves_who_they_are() -> None:
    assert read_request(request_line(Request("stop", "lab", user=1000))).user == 0


@pytest.mark.parametrize(
    "line",
    [
        "",
        "GET / HTTP/1.1\r\n",
        "{}",
        "[]",
        "7",
        '{"method": "stop", "cluster": "lab"}',
        '{"method": "stop", "cluster": "lab", "arguments": 7}',
        '{"method": "stop", "cluster": "lab", "arguments": "all"}',
        request_line(Request("stop", "lab", {"padding": "x" * LONGEST_REQUEST}))[:LONGEST_REQUEST],
    ],
    ids=["nothing", "http", "empty", "list", "number", "half", "odd", "word", "too long"],
)
def test_what_is_no_request_is_refused_with_its_beginning(line: str) -> None:
    with pytest.raises(LabError, match="Not a request: ") as refused:
        read_request(line)
    assert len(refused.value.what_happened) < 120


def test_progress_is_replayed_in_order_before_the_result() -> None:
    wire, heard = io.StringIO(), RecordedProgress()
    told = Told(wire)
    with shown(told, "Start the nodes"):
        told.advanced("Start the nodes", 1, 3)
        told.said("Two are left.")
    with pytest.raises(LabError), shown(told, "Wait"):
        raise LabError("No.", "Try.")
    wire.write(result_line({"answer": 42}))
    assert follow(wire.getvalue().splitlines(keepends=True), heard) == {"answer": 42}
    assert heard.steps == [("Start the nodes", True), ("Wait", False)]
    assert heard.advances["Start the nodes"] == [(1, 3)]
    assert heard.sentences == ["Two are left."]


def test_trouble_arrives_with_its_next_step_and_its_evidence() -> None:
    trouble = NodeNotReady("Node web is not Ready.", "Read its log.", "kubelet: no")
    with pytest.raises(ClusterError) as raised:
        follow([error_line(trouble)], Quiet())
    words = (raised.value.what_happened, raised.value.next_step, raised.value.evidence)
    assert words == ("Node web is not Ready.", "Read its log.", "kubelet: no")


@pytest.mark.parametrize(
    "lines",
    [[], [json.dumps({"progress": ["said", "Hello."]}) + "\n"], ['{"resu'], ["sudo: no\n"], ["7"]],
    ids=["nothing", "progress only", "half a line", "not ours", "not a message"],
)
def test_answer_that_breaks_off_is_said_to_have_ended(lines: list[str]) -> None:
    with pytest.raises(ClusterError, match="ended without an answer"):
        follow(lines, Quiet())


def test_result_may_be_nothing_at_all() -> None:
    assert follow([result_line(None)], Quiet()) is None


def test_config_arrives_as_it_was_sent() -> None:
    shape = NodeShape("d2-2", "web", "web", (("disk", "ssd"),), ("a=b:NoSchedule",))
    config = ClusterConfig(
        "lab",
        (shape, NodeShape()),
        safe_writes=True,
        encrypt_secrets=True,
        version="1.33",
        allowed=("10.0.0.0/8",),
        oidc=OpenIdConnect("https://i", "lab", required_claims=(("a", "b"),)),
    )
    assert config_from(json.loads(json.dumps(asdict(config)))) == config


def test_status_arrives_as_it_was_sent() -> None:
    status = ClusterStatus(
        "lab",
        "local",
        State.DEGRADED,
        nodes=(NodeStatus("node1", ready=True, flavor="b2-7"),),
        components=(ComponentStatus("etcd", running=False, last_line="no space"),),
        addons=(("coredns", "ready"),),
        figures={"etcd_bytes": 7.0},
    )
    assert status_from(json.loads(json.dumps(asdict(status)))) == status
