import pytest

from labkit.cluster.engine import NodeShape
from labkit.cluster.flavors import FLAVORS, checked_flavor, known_flavor
from labkit.cluster.local.paths import MachinePaths
from labkit.cluster.names import checked_name, checked_node_name
from labkit.cluster.node_record import NodeRecord, missing, shape_from, taint_from, with_shapes
from labkit.cluster.shapes import checked_shapes
from labkit.foundation.errors import LabError, SettingInvalid


@pytest.mark.parametrize("name", ["lab", "a", "a-1", "x" * 20])
def test_good_name_is_taken_as_it_is(name: str) -> None:
    assert checked_name(name, "--name") == name


@pytest.mark.parametrize(
    "name",
    ["", "Lab", "1lab", "-lab", "lab-", "la.b", "../lab", "lab\n", "la b", "x" * 21, "läb", "l/b"],
)
def test_name_that_could_leave_its_folder_or_its_host_is_refused(name: str) -> None:
    with pytest.raises(SettingInvalid, match="--name is"):
        checked_name(name, "--name")


@pytest.mark.parametrize("name", ["agent", "controllers"])
def test_name_under_which_labkits_own_processes_run_is_refused(name: str) -> None:
    with pytest.raises(SettingInvalid, match=f"--name is {name!r}"):
        checked_name(name, "--name")
    assert checked_name(f"{name}s", "--name") == f"{name}s"


POOL_NODE = "nodepool-7d149c79-8908-4326-a462-cdc0290ea969-node-1bb290"


@pytest.mark.parametrize("name", ["node1", "1st", POOL_NODE, "x" * 63])
def test_nodes_name_may_be_any_dns_label(name: str) -> None:
    assert checked_node_name(name) == name


@pytest.mark.parametrize("name", ["", "x" * 64, "-a", "a-", "a.b", "A", "a/b", "controllers"])
def test_nodes_name_that_is_no_dns_label_or_ours_is_refused(name: str) -> None:
    with pytest.raises(SettingInvalid, match="--node-name is"):
        checked_node_name(name)


def test_sockets_below_the_folders_of_the_longest_names_fit_into_the_kernel() -> None:
    paths = MachinePaths().cluster("c" * 20).node("n" * 63)
    sockets = (
        paths.kubelet / "device-plugins" / "kubelet.sock",
        paths.kubelet / "pod-resources" / "kubelet.sock",
        paths.run / "containerd.sock.ttrpc",
    )
    assert max(len(str(path)) for path in sockets) <= 107


def test_nodes_of_one_pool_have_folders_of_their_own_and_short_names_keep_theirs() -> None:
    cluster = MachinePaths().cluster("lab")
    folders = {cluster.node(f"{POOL_NODE}{each}").data for each in range(9)}
    assert len(folders) == 9
    assert cluster.node("node1").data.name == "node1"


def test_named_nodes_that_are_not_there_are_missing_and_no_others() -> None:
    present = with_shapes((), [NodeShape(name="a"), NodeShape(name="z")])
    wanted = [NodeShape(name="a"), NodeShape(name="b"), NodeShape(name="c")]
    assert [shape.name for shape in missing(present, wanted)] == ["b", "c"]
    assert missing(present, []) == []


def test_nodes_without_names_are_counted() -> None:
    present = with_shapes((), [NodeShape()])
    assert len(missing(present, [NodeShape()] * 3)) == 2
    assert missing(present, [NodeShape()]) == []
    both = [NodeShape(name="b"), NodeShape(), NodeShape()]
    assert [shape.name for shape in missing(present, both)] == ["b", ""]


def test_unnamed_nodes_are_numbered_from_one() -> None:
    nodes = with_shapes((), [NodeShape(), NodeShape(name="web"), NodeShape()])
    assert [(node.index, node.name) for node in nodes] == [(1, "node1"), (2, "web"), (3, "node3")]


def test_name_and_index_of_a_removed_node_are_used_again() -> None:
    nodes = with_shapes((), [NodeShape()] * 3)
    again = with_shapes((nodes[0], nodes[2]), [NodeShape()])
    assert (again[-1].index, again[-1].name) == (2, "node2")


def test_unnamed_node_takes_no_name_that_somebody_chose() -> None:
    chosen = with_shapes((), [NodeShape(name="node2")])
    nodes = with_shapes(chosen, [NodeShape(), NodeShape()])
    assert len({node.name for node in nodes}) == 3
    assert [node.index for node in nodes] == [1, 2, 3]


def test_second_node_of_one_name_is_refused() -> None:
    nodes = (NodeRecord(1, NodeShape(name="web")),)
    with pytest.raises(SettingInvalid, match="--node-name is 'web'"):
        with_shapes(nodes, [NodeShape(name="web")])
    with pytest.raises(SettingInvalid, match="--node-name is 'db'"):
        with_shapes((), [NodeShape(name="db"), NodeShape(name="db")])


GOOD = NodeShape(
    pool="web-1",
    name="web",
    labels=(("disk", "ssd"), ("example.com/tier", "")),
    taints=("only=web:NoSchedule", "away:NoExecute"),
)


def test_good_shape_is_taken_as_it_is() -> None:
    assert checked_shapes([GOOD, NodeShape(), NodeShape()]) == [GOOD, NodeShape(), NodeShape()]


@pytest.mark.parametrize(
    "shape",
    [
        pytest.param(NodeShape(name="../../etc"), id="name that leaves its folder"),
        pytest.param(NodeShape(name="a\n[program:x]"), id="name with a line break"),
        pytest.param(NodeShape(pool="a,b=c"), id="pool that is two labels"),
        pytest.param(NodeShape(pool=""), id="no pool"),
        pytest.param(NodeShape(labels=(("a\n[program:x]", "b"),)), id="key with a line break"),
        pytest.param(NodeShape(labels=(("a", "b\nc"),)), id="value with a line break"),
        pytest.param(NodeShape(labels=(("", "b"),)), id="no key"),
        pytest.param(NodeShape(labels=(("a", "x" * 64),)), id="value that is too long"),
        pytest.param(NodeShape(labels=(("-a", "b"),)), id="key that begins with a hyphen"),
        pytest.param(NodeShape(taints=("key=value",)), id="taint without effect"),
        pytest.param(NodeShape(taints=("key:NoService",)), id="taint of an unknown effect"),
        pytest.param(NodeShape(taints=(":NoSchedule",)), id="taint without key"),
        pytest.param(NodeShape(annotations=(("a b", "c"),)), id="annotation's key with a space"),
        pytest.param(NodeShape(provider_id="a\nb"), id="provider id with a line break"),
    ],
)
def test_shape_that_no_kubelet_would_take_is_refused(shape: NodeShape) -> None:
    with pytest.raises(
        SettingInvalid, match=r"(node-name|pool|label|taint|annotation|provider id) is"
    ):
        checked_shapes([shape])


def test_two_shapes_of_one_name_are_refused_before_anything_is_made() -> None:
    with pytest.raises(SettingInvalid, match="--node-name is 'web'"):
        checked_shapes([GOOD, NodeShape(), GOOD])


def test_shape_is_read_as_it_was_written() -> None:
    written = {
        "flavor": "d2-2",
        "pool": "web",
        "name": "web",
        "labels": [["disk", "ssd"]],
        "taints": ["only=web:NoSchedule"],
        "cordoned": True,
        "annotations": [["k1", "v 1"]],
        "provider_id": "openstack:///7d149c79",
        "version": "1.33",
    }
    shape = NodeShape(
        "d2-2",
        "web",
        "web",
        (("disk", "ssd"),),
        ("only=web:NoSchedule",),
        cordoned=True,
        annotations=(("k1", "v 1"),),
        provider_id="openstack:///7d149c79",
        version="1.33",
    )
    assert shape_from(written) == shape


@pytest.mark.parametrize("labels", ["disk", {"disk": "ssd"}, 7])
def test_labels_that_are_no_list_are_refused(labels: object) -> None:
    with pytest.raises(TypeError):
        shape_from({"flavor": "d2-2", "pool": "web", "name": "", "labels": labels})


def test_taint_may_have_a_value_or_none() -> None:
    assert taint_from("a=b:NoSchedule") == {"key": "a", "value": "b", "effect": "NoSchedule"}
    assert taint_from("a:NoExecute") == {"key": "a", "value": "", "effect": "NoExecute"}


def test_flavor_with_more_vcpus_than_the_machine_is_refused_with_both_numbers() -> None:
    assert checked_flavor("b2-7", 2).vcpus == 2
    with pytest.raises(SettingInvalid, match="--flavor is 'b2-15'") as refused:
        checked_flavor("b2-15", 2)
    assert "at most 2 vCPUs" in refused.value.next_step


def test_flavor_with_a_gpu_is_known_and_no_machine_shows_it() -> None:
    assert known_flavor("t1-45").gpus == 1
    with pytest.raises(SettingInvalid, match="--flavor is 't1-45'"):
        checked_flavor("t1-45", 64)


def test_flavor_that_is_proposed_instead_fits() -> None:
    for cpus in (1, 2, 3):
        with pytest.raises(LabError) as refused:
            checked_flavor("b2-30", cpus)
        proposed = refused.value.next_step.rpartition(" ")[2].rstrip(".")
        assert FLAVORS[proposed].vcpus <= cpus


def test_unknown_flavor_is_answered_with_those_there_are() -> None:
    with pytest.raises(SettingInvalid) as refused:
        known_flavor("b9-99")
    assert "b2-7, b2-15" in refused.value.next_step
