from dataclasses import replace

import pytest

from labkit.cluster.engine import NodeShape
from labkit.cluster.local.declaring import declaration, needs_declaring
from labkit.cluster.local.node import is_kubelets, kubelet_configuration, process_group
from tests.unit.cluster.test_local_node import NODE

SHAPE = NodeShape(
    pool="web",
    name="node1",
    labels=(("team", "lab"), ("node-role.kubernetes.io/worker", "")),
    taints=("k=v:PreferNoSchedule",),
    cordoned=True,
    annotations=(("k1", "v 1"),),
    provider_id="openstack:///7d149c79",
)
POOLED = replace(NODE, shape=SHAPE)


def test_declared_node_has_all_that_its_pool_says() -> None:
    made = declaration(POOLED)
    labels = {"nodepool": "web", "team": "lab", "node-role.kubernetes.io/worker": ""}
    assert made["metadata"]["labels"].items() >= labels.items()
    assert made["metadata"]["annotations"] == {"k1": "v 1"}
    assert made["spec"]["taints"] == [{"key": "k", "value": "v", "effect": "PreferNoSchedule"}]
    assert made["spec"]["unschedulable"] is True
    assert made["spec"]["providerID"] == "openstack:///7d149c79"
    assert made["spec"]["podCIDR"] == "10.2.1.0/24"


def test_node_without_wishes_is_as_a_kubelet_registers_it() -> None:
    spec = declaration(NODE)["spec"]
    assert not {"providerID", "unschedulable"} & set(spec)


@pytest.mark.parametrize(
    ("label", "may"),
    [
        ("team", True),
        ("example.com/team", True),
        ("node.k8s.ovh/type", True),
        ("node.kubernetes.io/instance-type", True),
        ("my.node.kubernetes.io/x", True),
        ("node-role.kubernetes.io/worker", False),
        ("node-restriction.kubernetes.io/x", False),
        ("kubernetes.io/hostname", False),
        ("k8s.io/x", False),
    ],
)
def test_kubelet_is_given_no_label_that_ends_it(label: str, *, may: bool) -> None:
    assert is_kubelets(label) is may
    node = replace(NODE, shape=replace(NODE.shape, labels=((label, "v"),)))
    kubelet = next(plan for plan in process_group(node).plans if plan.name == "kubelet")
    assert (f"{label}=v" in kubelet.command[-1]) is may
    assert needs_declaring(node) is not may


def test_only_what_a_kubelet_cannot_say_needs_declaring() -> None:
    assert not needs_declaring(NODE)
    assert needs_declaring(replace(NODE, shape=NodeShape(cordoned=True)))
    assert needs_declaring(replace(NODE, shape=NodeShape(annotations=(("a", "b"),))))


def test_kubelet_knows_the_machine_behind_it() -> None:
    assert kubelet_configuration(POOLED)["providerID"] == "openstack:///7d149c79"
