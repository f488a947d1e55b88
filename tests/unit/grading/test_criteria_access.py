"""Rights, ways through NetworkPolicies, address ranges and claims, computed."""

from typing import Any

import pytest

from labkit.grading.criteria.claims import Wanted, claim_bound
from labkit.grading.criteria.network_policies import Way, lets_through
from labkit.grading.criteria.ranges import port_number, same_range, within
from labkit.grading.criteria.rbac import Action, Rights, Subject, may, rules_of
from labkit.grading.verdict import State

ROBOT = Subject("ServiceAccount", "robot", "ns")


def role(name: str, *resources: str, kind: str = "Role", **more: Any) -> dict[str, Any]:
    rule = {"apiGroups": [""], "resources": [*resources], "verbs": ["get", "list"], **more}
    where = {"namespace": "ns"} if kind == "Role" else {}
    return {"kind": kind, "metadata": {"name": name, **where}, "rules": [rule]}


def binding(to: str, kind: str = "Role", namespace: str = "ns", **subject: str) -> dict[str, Any]:
    who = subject or {"kind": "ServiceAccount", "name": "robot", "namespace": "ns"}
    metadata = {"name": f"b-{to}", **({"namespace": namespace} if namespace else {})}
    return {"metadata": metadata, "roleRef": {"kind": kind, "name": to}, "subjects": [who]}


def to_group(name: str) -> dict[str, Any]:
    return {**binding("read"), "subjects": [{"kind": "Group", "name": name}]}


def to_user(name: str) -> dict[str, Any]:
    return {**binding("read"), "subjects": [{"kind": "User", "name": name}]}


READER = Rights(roles=[role("read", "pods")], bindings=[binding("read")])


@pytest.mark.parametrize(
    ("verb", "resource", "namespace", "allowed"),
    [
        ("get", "pods", "ns", True),
        ("delete", "pods", "ns", False),
        ("get", "pods/log", "ns", False),
        ("get", "secrets", "ns", False),
        ("get", "pods", "elsewhere", False),
        ("get", "pods", "", False),
    ],
)
def test_role_allows_its_verbs_on_its_resources_at_home(
    verb: str, resource: str, namespace: str, *, allowed: bool
) -> None:
    ruling = may(ROBOT, Action(verb, resource), READER, namespace)
    assert ruling.allowed is allowed
    assert ("b-read" in ruling.seen) is allowed
    assert len(ruling.by) == int(allowed)


ALL_GROUPS: dict[str, Any] = {"apiGroups": ["*"], "verbs": ["*"]}
WIDE = {
    "cluster binding": (
        Rights(
            cluster_roles=[role("view", "pods", kind="ClusterRole")],
            cluster_bindings=[binding("view", "ClusterRole", "")],
        ),
        Action("get", "pods"),
        "anywhere",
    ),
    "cluster role at home": (
        Rights(
            cluster_roles=[role("view", "pods", kind="ClusterRole")],
            bindings=[binding("view", "ClusterRole")],
        ),
        Action("get", "pods"),
        "ns",
    ),
    "stars": (
        Rights(roles=[role("all", "*", **ALL_GROUPS)], bindings=[binding("all")]),
        Action("escalate", "roles", "rbac.authorization.k8s.io"),
        "ns",
    ),
    "any scale": (
        Rights(roles=[role("s", "*/scale", **ALL_GROUPS)], bindings=[binding("s")]),
        Action("patch", "deployments/scale", "apps"),
        "ns",
    ),
    "by name": (
        Rights(roles=[role("n", "pods", resourceNames=["web"])], bindings=[binding("n")]),
        Action("get", "pods", name="web"),
        "ns",
    ),
    "group of accounts": (
        Rights(
            roles=[role("read", "pods")],
            bindings=[binding("read", kind="Role", name="x")]
            and [
                {
                    **binding("read"),
                    "subjects": [{"kind": "Group", "name": "system:serviceaccounts:ns"}],
                }
            ],
        ),
        Action("get", "pods"),
        "ns",
    ),
    "long user name": (
        Rights(
            roles=[role("read", "pods")],
            bindings=[
                {
                    **binding("read"),
                    "subjects": [{"kind": "User", "name": "system:serviceaccount:ns:robot"}],
                }
            ],
        ),
        Action("get", "pods"),
        "ns",
    ),
}


@pytest.mark.parametrize(("rights", "action", "namespace"), WIDE.values(), ids=WIDE.keys())
def test_rights_come_by_many_ways(rights: Rights, action: Action, namespace: str) -> None:
    assert may(ROBOT, action, rights, namespace).allowed
    assert not may(Subject("User", "ada"), action, rights, namespace).allowed


def test_named_rule_gives_no_right_to_all_and_a_missing_role_none() -> None:
    named = Rights(roles=[role("n", "pods", resourceNames=["web"])], bindings=[binding("n")])
    assert not may(ROBOT, Action("get", "pods"), named, "ns").allowed
    assert not may(ROBOT, Action("get", "pods", name="other"), named, "ns").allowed
    missing = Rights(bindings=[binding("gone"), {**binding("gone"), "subjects": None}])
    assert rules_of(ROBOT, missing, "ns") == []


def pod(name: str, namespace: str = "ns", ip: str = "10.0.0.1", **labels: str) -> dict[str, Any]:
    ports = [{"name": "web", "containerPort": 8080}]
    return {
        "metadata": {"name": name, "namespace": namespace, "labels": labels},
        "spec": {"containers": [{"ports": ports}]},
        "status": {"podIP": ip},
    }


def ports(**port: Any) -> list[dict[str, Any]]:
    return [policy(ingress=[{"ports": [port]}])]


def coming_from(**peer: Any) -> list[dict[str, Any]]:
    return [policy(ingress=[{"from": [peer]}])]


def policy(namespace: str = "ns", **spec: Any) -> dict[str, Any]:
    return {"metadata": {"name": "p", "namespace": namespace}, "spec": {"podSelector": {}, **spec}}


A, B, C = pod("a", app="a"), pod("b", ip="10.0.0.2", app="b"), pod("c", "far", "10.9.0.1", app="a")
SPACES: list[dict[str, Any]] = [
    {"metadata": {"name": "ns"}},
    {"metadata": {"name": "far", "labels": {"team": "x"}}},
]
FROM_A = {"from": [{"podSelector": {"matchLabels": {"app": "a"}}}]}
OF_TEAM = {"namespaceSelector": {"matchLabels": {"team": "x"}}}
PASSAGES: dict[str, tuple[dict[str, Any], list[dict[str, Any]], int | str, bool]] = {
    "no policy": (A, [], 8080, True),
    "policy elsewhere": (A, [policy("other")], 8080, True),
    "nothing comes in": (A, [policy(policyTypes=["Ingress"])], 8080, False),
    "by default it is ingress": (A, [policy()], 8080, False),
    "everything comes in": (A, [policy(ingress=[{}])], 8080, True),
    "from a": (A, [policy(ingress=[FROM_A])], 8080, True),
    "not from a of another namespace": (C, [policy(ingress=[FROM_A])], 8080, False),
    "from a team": (C, [policy(ingress=[{"from": [OF_TEAM]}])], 8080, True),
    "not from here": (A, [policy(ingress=[{"from": [OF_TEAM]}])], 8080, False),
    "from any namespace": (
        C,
        coming_from(namespaceSelector={}),
        8080,
        True,
    ),
    "team and app": (
        C,
        [policy(ingress=[{"from": [{**OF_TEAM, "podSelector": {"matchLabels": {"app": "z"}}}]}])],
        8080,
        False,
    ),
    "named port": (A, ports(port="web"), 8080, True),
    "other port": (A, ports(port=9090), 8080, False),
    "range of ports": (
        A,
        ports(port=8000, endPort=9000),
        "web",
        True,
    ),
    "other protocol": (
        A,
        ports(port=8080, protocol="UDP"),
        8080,
        False,
    ),
    "block": (A, coming_from(ipBlock={"cidr": "10.0.0.0/24"}), 8080, True),
    "hole in a block": (
        A,
        [
            policy(
                ingress=[
                    {"from": [{"ipBlock": {"cidr": "10.0.0.0/24", "except": ["10.0.0.1/32"]}}]}
                ]
            )
        ],
        8080,
        False,
    ),
    "nothing goes out": (A, [policy(policyTypes=["Egress"])], 8080, False),
    "out but not in": (A, [policy(egress=[{}], policyTypes=["Ingress", "Egress"])], 8080, False),
    "two policies add up": (A, [policy(), policy(ingress=[FROM_A])], 8080, True),
    "not chosen": (A, [policy(podSelector={"matchLabels": {"app": "z"}})], 8080, True),
}


@pytest.mark.parametrize(
    ("source", "policies", "port", "is_open"), PASSAGES.values(), ids=PASSAGES.keys()
)
def test_way_is_open_as_the_policies_say(
    source: dict[str, Any], policies: list[dict[str, Any]], port: int | str, *, is_open: bool
) -> None:
    passage = lets_through(Way(source, B, port), policies, SPACES)
    assert passage.is_open is is_open
    assert passage.seen


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("10.0.0.7/8", "10.0.0.0/8", True), ("10.0.0.1", "10.0.0.1/32", True), ("x", "x", False)],
)
def test_ranges_are_compared_by_what_they_hold(one: str, other: str, *, same: bool) -> None:
    assert same_range(one, other) is same


def test_address_is_within_ranges_of_its_kind_only() -> None:
    assert within("10.0.3.0/24", "10.0.0.0/16")
    assert not within("10.0.0.0/16", "10.0.3.0/24")
    assert not within("fd00::1", "0.0.0.0/0")
    assert not within("", "0.0.0.0/0")


def test_port_is_a_number_a_text_or_a_name() -> None:
    spec = pod("a")["spec"]
    assert [port_number(spec, port) for port in (80, "80", "web", "none")] == [80, 80, 8080, None]
    assert port_number({}, "web") is None


CLAIM = {
    "kind": "PersistentVolumeClaim",
    "metadata": {"name": "data", "namespace": "ns"},
    "spec": {"volumeName": "pv1"},
    "status": {"phase": "Bound"},
}


def volume(size: str = "1Gi", kind: str = "fast", claim: str = "data") -> dict[str, Any]:
    spec = {
        "capacity": {"storage": size},
        "storageClassName": kind,
        "accessModes": ["ReadWriteOnce"],
        "claimRef": {"name": claim, "namespace": "ns"},
    }
    return {"kind": "PersistentVolume", "metadata": {"name": "pv1"}, "spec": spec}


def test_bound_claim_fits_by_class_size_and_access() -> None:
    wanted = Wanted("fast", "1024Mi", "ReadWriteOnce")
    assert claim_bound(CLAIM, [volume()], wanted).state is State.PASSED
    assert claim_bound(CLAIM, [volume()], Wanted()).state is State.PASSED
    for other in (volume("1000Mi"), volume(kind="slow")):
        assert claim_bound(CLAIM, [other], wanted).message == "claim.other_volume"
    many = claim_bound(CLAIM, [volume()], Wanted(access="ReadWriteMany"))
    assert (many.message, "ReadWriteOnce" in many.seen) == ("claim.other_volume", True)


def test_claim_that_its_volume_does_not_know_is_not_bound() -> None:
    assert claim_bound(CLAIM, [volume(claim="other")], Wanted()).message == "claim.unbound"
    assert claim_bound(CLAIM, [], Wanted()).message == "claim.unbound"


def test_claim_that_waits_for_a_pod_says_so() -> None:
    told = {
        "involvedObject": {"kind": "PersistentVolumeClaim", "name": "data"},
        "reason": "WaitForFirstConsumer",
        "message": "waiting for first consumer to be created before binding",
    }
    pending = {**CLAIM, "status": {"phase": "Pending"}}
    finding = claim_bound(pending, [], Wanted(), [told])
    assert "waiting for first consumer" in finding.why
    assert not finding.settling
    assert claim_bound(pending, [], Wanted()).settling
