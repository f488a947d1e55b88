"""Policies as nft tables, against expectations written by hand and another reading of policies."""

import itertools
import random
from typing import Any

import pytest

from labkit.cluster.local.policy.ranges import apart, joined, pierced
from labkit.cluster.local.policy.reachable import World
from labkit.cluster.local.policy.selecting import pods_from, selects
from labkit.cluster.local.policy.table import NOTHING, table_texts
from labkit.grading.criteria.network_policies import Way, lets_through
from tests.support.nft_table import Packet, lets_pass, sets_of
from tests.support.policy_cases import CASES
from tests.support.policy_objects import block, come, policy, tcp
from tests.support.policy_world import (
    ADDRESSES,
    CELLS,
    NODES,
    OUTSIDE,
    PORTS,
    Case,
    namespace_objects,
    pods_at,
)

EVERY_CASE = pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())


def world(case: Case) -> World:
    labels = {one["metadata"]["name"]: one["metadata"]["labels"] for one in namespace_objects()}
    found = [pod for key, pod in pods_at(ADDRESSES).items() if key != OUTSIDE]
    return World(pods_from(found), labels, case.policies_at(ADDRESSES))


def test_there_are_enough_cases_and_each_differs_by_what_it_cuts_or_says() -> None:
    assert len(CASES) >= 40
    assert len({repr(case.policies) for case in CASES.values()}) == len(CASES)


@EVERY_CASE
def test_every_pattern_of_a_case_says_something(case: Case) -> None:
    for pattern in (*case.cut, *case.passes):
        assert any(cell.matches(pattern) for cell in CELLS), pattern
    for pattern in case.passes:
        only = Case(case.policies, case.cut, tuple(p for p in case.passes if p != pattern))
        assert [c for c in CELLS if case.is_open(c) != only.is_open(c)], pattern


@EVERY_CASE
def test_graders_reading_agrees_in_every_cell(case: Case) -> None:
    pods, policies = pods_at(ADDRESSES), case.policies_at(ADDRESSES)
    for cell in CELLS:
        protocol, port = PORTS[cell.port]
        way = Way(pods[cell.source], pods[cell.target], port, protocol)
        passage = lets_through(way, policies, namespace_objects())
        assert passage.is_open is case.is_open(cell), (cell, passage.seen)


@EVERY_CASE
def test_tables_agree_in_every_cell(case: Case) -> None:
    texts = table_texts(world(case))
    for cell in CELLS:
        protocol, port = PORTS[cell.port]
        packet = Packet(ADDRESSES[cell.source], ADDRESSES[cell.target], protocol.lower(), port)
        nodes = {NODES[end] for end in (cell.source, cell.target) if end != OUTSIDE}
        passes = all(lets_pass(texts.get(node, NOTHING), packet) for node in nodes)
        assert passes is case.is_open(cell), cell


@EVERY_CASE
def test_no_two_elements_of_a_set_overlap(case: Case) -> None:
    for text in table_texts(world(case)).values():
        for name, elements in sets_of(text).items():
            for one, other in itertools.combinations(elements, 2):
                meeting = all(
                    a[0] <= b[1] and b[0] <= a[1] for a, b in zip(one, other, strict=True)
                )
                assert not meeting, (name, one, other)


def test_node_without_an_isolated_pod_has_no_table() -> None:
    case = Case((policy("shop", {"matchLabels": {"app": "store"}}),))
    assert set(table_texts(world(case))) == {NODES["shop/store"]}
    assert table_texts(world(CASES["no policy"])) == {}
    assert table_texts(world(CASES["everything comes in"])) == {}


def test_pod_always_reaches_itself() -> None:
    (text,) = table_texts(
        world(Case((policy("shop", {"matchLabels": {"app": "store"}}),)))
    ).values()
    own = ADDRESSES["shop/store"]
    assert lets_pass(text, Packet(own, own, "tcp", 80))
    assert not lets_pass(text, Packet(ADDRESSES["shop/front"], own, "tcp", 80))


def test_text_replaces_the_whole_table_and_looks_replies_up_mirrored() -> None:
    spec = come(block("198.51.100.0/24"), ports=[tcp(80)])
    (text,) = table_texts(
        world(Case((policy("shop", {"matchLabels": {"app": "store"}}, ingress=spec),)))
    ).values()
    assert text.startswith(f"{NOTHING}table inet policies {{\n")
    assert "198.51.100.0-198.51.100.255 . 10.2.1.3 . tcp . 80\n" in text
    there, back = (
        text.partition(f"chain {name} {{")[2].partition("}")[0]
        for name in ("ingress", "ingress_replies")
    )
    mirrored = {"saddr": "daddr", "daddr": "saddr", "dport": "sport"}
    swapped = " ".join(mirrored.get(word, word) for word in there.split(" "))
    assert back == swapped
    assert "established" not in text


def test_address_that_may_be_anothers_is_no_pods() -> None:
    pod = pods_at(ADDRESSES)["shop/front"]
    others: list[dict[str, Any]] = [
        {**pod, "status": {**pod["status"], "phase": "Succeeded"}},
        {**pod, "spec": {**pod["spec"], "hostNetwork": True}},
        {**pod, "status": {}},
        {**pod, "status": {"podIP": "fd00::1"}},
    ]
    assert len(pods_from([pod])) == 1
    assert pods_from(others) == []


def test_sidecars_name_ports_and_what_ends_before_does_not() -> None:
    pod = pods_at(ADDRESSES)["shop/front"]
    port = {"name": "side", "containerPort": 15001}
    boxes = [
        {"name": "first", "ports": [{**port, "name": "gone"}]},
        {"name": "sidecar", "restartPolicy": "Always", "ports": [port]},
    ]
    (found,) = pods_from([{**pod, "spec": {**pod["spec"], "initContainers": boxes}}])
    assert found.ports == {("web", "TCP"): 8080, ("ask", "UDP"): 5353, ("side", "TCP"): 15001}


def test_selector_with_an_operator_of_another_age_is_an_error() -> None:
    with pytest.raises(KeyError, match="Gt"):
        selects({"matchExpressions": [{"key": "a", "operator": "Gt", "values": ["1"]}]}, {})


def test_block_that_cannot_be_read_lets_nobody_through() -> None:
    for peer in (block("010.0.0.0/8"), block("10.0.0.0/8", "fd00::/8")):
        case = Case((policy("shop", {"matchLabels": {"app": "store"}}, ingress=come(peer)),))
        (text,) = table_texts(world(case)).values()
        assert not lets_pass(text, Packet("10.2.1.2", ADDRESSES["shop/store"], "tcp", 80))


def points(ranges: list[tuple[int, int]]) -> list[int]:
    return [number for first, last in ranges for number in range(first, last + 1)]


@pytest.mark.parametrize("seed", range(40))
def test_ranges_and_rectangles_hold_the_same_points_once(seed: int) -> None:
    chance = random.Random(seed)

    def span() -> tuple[int, int]:
        first, last = sorted((chance.randrange(12), chance.randrange(12)))
        return first, last

    ranges = [span() for _ in range(chance.randrange(6))]
    assert points(joined(ranges)) == sorted(set(points(ranges)))
    assert points(pierced((2, 9), ranges)) == sorted({*range(2, 10)} - {*points(ranges)})
    areas = [(span(), span()) for _ in range(chance.randrange(8))]
    covered = {(x, y) for side, other in areas for x in points([side]) for y in points([other])}
    laid = [(x, y) for side, other in apart(areas) for x in points([side]) for y in points([other])]
    assert len(laid) == len(set(laid))
    assert set(laid) == covered
