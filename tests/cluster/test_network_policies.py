"""Network policies, by connections between real Pods on two nodes: computed and seen agree."""

import os
import signal
import statistics
from collections.abc import Iterator

import pytest

from labkit.kube.conditions import pod_ready
from tests.support.own_cluster import OwnCluster
from tests.support.policy_cases import CASES
from tests.support.policy_objects import BOTH, IN, OUT, app, come, policy, tcp
from tests.support.policy_objects import pods as from_pods
from tests.support.policy_stage import Stage
from tests.support.policy_world import OUTSIDE, Case, pod_object
from tests.support.rights import needs_root
from tests.support.traces import processes_of
from tests.support.waiting import eventually

pytestmark = [pytest.mark.cluster, needs_root]

EFFECT_SECONDS = 1.0
FEW = [
    "nothing either way",
    "from Pods of the namespace",
    "from a block but its hole",
    "a port by name is what the Pod calls so",
    "out to all but some",
]
STORE_CLOSED = Case((policy("shop", app("store"), policyTypes=IN),), ("* > shop/store",))
FRONT_SHUT_IN = Case((policy("shop", app("front"), policyTypes=OUT),), ("shop/front > *",))


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("policies")
    cluster = OwnCluster("tpolicies", folder / "home")
    try:
        cluster.labkit("up", "--nodes", "2")
        stage = Stage(cluster, folder)
        try:
            stage.begin()
            yield stage
        finally:
            stage.end()
    finally:
        cluster.labkit("down")


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_computed_and_real_ways_agree(stage: Stage, case: Case) -> None:
    stage.put(case)
    assert stage.disagreeing(case) == set()


def test_policy_is_in_force_within_a_second(stage: Stage) -> None:
    seconds = [stage.signed() for _ in range(9)]
    assert statistics.median(seconds) <= EFFECT_SECONDS, seconds


def test_ways_agree_after_a_pod_moved_to_the_other_node(stage: Stage) -> None:
    stage.put(CASES["from Pods of the namespace"])
    other = {"node1": "node2", "node2": "node1"}
    for key in ("shop/store", "bank/vault"):
        stage.move(key, other[stage.nodes[key]])
    for name in FEW:
        stage.put(CASES[name])
        assert stage.disagreeing(CASES[name]) == set(), name


@pytest.mark.parametrize("component", [".controllers/controllers", "/kube-apiserver"])
def test_killed_agent_or_api_server_leaves_policies_in_force_and_the_next_goes_on(
    stage: Stage, component: str
) -> None:
    before, after = CASES["from Pods of the namespace"], CASES["out must be allowed, and in"]
    stage.put(before)
    mark = f"{stage.cluster.name}{component}"
    os.kill(processes_of(stage.cluster.name)[mark], signal.SIGKILL)
    assert stage.disagreeing(before) == set()
    eventually(lambda: stage.reader.ready(), "the API server")
    assert stage.disagreeing(before) == set()
    stage.put(after)
    assert stage.disagreeing(after) == set()


@pytest.mark.parametrize("case", [STORE_CLOSED, FRONT_SHUT_IN], ids=["ingress", "egress"])
def test_connection_that_is_no_longer_allowed_is_cut(stage: Stage, case: Case) -> None:
    stage.put(CASES["no policy"])
    assert stage.ask("shop/front", {"hold": [stage.addresses["shop/store"], 7070]})
    assert stage.ask("shop/front", {"heard": 0.5}) > 0
    stage.put(case)
    assert stage.ask("shop/front", {"heard": 1}) == 0


def test_services_are_policed_by_the_pods_behind_them(stage: Stage) -> None:
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "store", "namespace": "shop"},
        "spec": {"selector": {"app": "store"}, "ports": [{"port": 80, "targetPort": 8080}]},
    }
    stage.put(CASES["no policy"])
    address = stage.writer.apply(service)["spec"]["clusterIP"]

    def reach() -> list[bool]:
        sources = ("shop/front", "shop/store", "shop/cart", "bank/front")
        return [stage.answering(each, [(address, 80, "TCP")])[0] for each in sources]

    eventually(lambda: all(reach()), "the Service to lead to its Pod, also the Pod to itself")
    spec = come(from_pods(app("front")), ports=[tcp(8080)])
    stage.put(Case((policy("shop", app("store"), ingress=spec),)))
    assert reach() == [True, True, False, False]


def test_node_reaches_its_own_pods_and_no_others_where_all_is_closed(stage: Stage) -> None:
    stage.put(Case((policy("shop", policyTypes=BOTH),)))
    node = stage.nodes["shop/store"]
    (other,) = {"node1", "node2"} - {node}
    asked = [(stage.addresses["shop/store"], 8080, "TCP")]
    assert stage.answering(node, asked) == [True]
    assert stage.answering(other, asked) == [False]
    assert stage.answering(OUTSIDE, asked) == [False]


def test_node_made_again_has_its_policies_again(stage: Stage) -> None:
    case = CASES["two policies add up"]
    stage.put(case)
    gone = [key for key, node in stage.nodes.items() if node == "node2"]
    for key in ("node2", *gone):
        stage.silence(key)
    stage.cluster.labkit("node", "remove", "node2")
    stage.cluster.labkit("node", "add", "--node-name", "node2")
    stage.revive("node2")
    stage.put_pods(gone)
    stage.put(case)
    assert stage.disagreeing(case) == set()


def test_new_pod_of_a_closed_namespace_is_closed_from_its_first_word(stage: Stage) -> None:
    """Its own server says that it answers, and nobody is answered."""
    stage.put(Case((policy("shop", policyTypes=BOTH),)))
    served = pod_object("shop/fresh", "node1", {"app": "fresh"})
    container = served["spec"]["containers"][0]
    del container["args"]
    container["readinessProbe"] = {"tcpSocket": {"port": 8080}, "periodSeconds": 1}
    before = stage.given_addresses()
    stage.writer.create(served)
    heard: list[bool] = []

    def ready() -> bool:
        asked = [(address, 8080, "TCP") for address in stage.given_addresses() - before]
        heard.extend(stage.answering(OUTSIDE, asked, 0.05))
        return pod_ready(stage.reader.get("Pod", "fresh", namespace="shop"))

    eventually(ready, "the Pod to be ready")
    stage.writer.delete("Pod", "fresh", "shop", grace_seconds=0)
    assert heard
    assert not any(heard)
