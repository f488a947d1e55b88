"""Figures of a cluster that an attendee looked up and noted, compared with what it says now."""

from labkit.foundation.text import say
from labkit.grading.criteria.answers import is_address, is_cpu, is_minor, minor_of, number_in
from labkit.grading.criteria.noted import noted_right, noted_wrong, nothing_noted
from labkit.grading.criteria.objects import can_take_work, name_of
from labkit.grading.criteria.services import inside_addresses
from labkit.grading.snapshot import Snapshot
from labkit.grading.verdict import Finding, cannot_check

NONE = "dial.no_answer"


def says_server_minor(snapshot: Snapshot, key: str) -> Finding:
    said = snapshot.answer(key)
    if said is None:
        return nothing_noted(NONE, key, say("Ask both programs with `kubectl version`."))
    if is_minor(said, minor_of(snapshot.server_version())):
        return noted_right(said)
    why = say("kubectl has a version of its own, and it may be another one.")
    return noted_wrong(
        said,
        [("dial.other_version", True, why)],
        expected=say("The minor version of the server, the second of its numbers."),
        next_step=say("Run `kubectl version` and read the line of the server."),
    )


def says_usable_nodes(snapshot: Snapshot, key: str) -> Finding:
    said = snapshot.answer(key)
    if said is None:
        return nothing_noted(NONE, key, say("List the nodes and look at each STATUS."))
    count, nodes = number_in(said), snapshot.objects("Node")
    usable = [node for node in nodes if can_take_work(node)]
    if count == len(usable):
        return noted_right(said, about=usable)
    no_number = say("That is not one whole number, such as 3.")
    every = say("That is how many nodes are listed; not every one of them takes work.")
    other = say("A node that is not Ready, is cordoned or has a NoSchedule taint takes none.")
    return noted_wrong(
        said,
        [
            ("dial.not_a_number", count is None, no_number),
            ("dial.every_node", count == len(nodes), every),
            ("dial.other_count", True, other),
        ],
        expected=say("The number of nodes that are Ready and open for new Pods."),
        next_step=say("Compare `kubectl get nodes` with the Taints in `kubectl describe nodes`."),
    )


def says_allocatable_cpu(snapshot: Snapshot, key: str, name: str) -> Finding:
    """Of the node of that name, as a quantity."""
    said = snapshot.answer(key)
    if said is None:
        look = say("Look at the node with `kubectl describe node {name}`.", name=name)
        return nothing_noted(NONE, key, look)
    status = {name_of(node): node["status"] for node in snapshot.objects("Node")}
    if name not in status:
        return _node_gone(name, snapshot.exercise)
    if is_cpu(said, status[name]["allocatable"]["cpu"]):
        return noted_right(said)
    others = [node for node, its in status.items() if is_cpu(said, its["allocatable"]["cpu"])]
    capacity = say("That is the node's Capacity; a part of it feeds the node's own programs.")
    another = say("That is what node {other} has.", other=", ".join(others[:1]))
    none = say("1900m, 1900 millicores and 1.9 are the same amount; this is another one.")
    return noted_wrong(
        said,
        [
            ("dial.capacity", is_cpu(said, status[name]["capacity"]["cpu"]), capacity),
            ("dial.other_node", bool(others), another),
            ("dial.other_cpu", True, none),
        ],
        expected=say("The CPU under Allocatable of node {name}.", name=name),
        next_step=say("Run `kubectl describe node {name}` and read both headings.", name=name),
    )


def says_dns_address(snapshot: Snapshot, key: str) -> Finding:
    said = snapshot.answer(key)
    if said is None:
        return nothing_noted(NONE, key, say("List the Services in kube-system."))
    services = snapshot.objects("Service", namespace="kube-system")
    addresses = inside_addresses(services)
    if not addresses:
        return _no_dns()
    if is_address(said, *addresses):
        return noted_right(said, about=services)
    pods = snapshot.objects("Pod", namespace="kube-system")
    of_pods = [pod["status"]["podIP"] for pod in pods if pod["status"].get("podIP")]
    of_api = inside_addresses(snapshot.objects("Service", namespace="default"))
    pod = say("That is a DNS Pod. Pods come and go; the Service's address stays.")
    other = say("No DNS Service of this cluster has that address.")
    return noted_wrong(
        said,
        [
            ("dial.pod_address", is_address(said, *of_pods), pod),
            (
                "dial.api_address",
                is_address(said, *of_api),
                say("That is the address of the API server."),
            ),
            ("dial.other_address", True, other),
        ],
        expected=say("The CLUSTER-IP of the Service with the label k8s-app=kube-dns."),
        next_step=say("Run `kubectl get services --namespace kube-system`."),
    )


def _node_gone(name: str, exercise: str) -> Finding:
    return cannot_check(
        "dial.node_gone",
        seen=say("Node {name}, which was drawn for you, is no longer there.", name=name),
        next_step=say("Run `labkit reset {id}`; it draws another.", id=exercise),
    )


def _no_dns() -> Finding:
    return cannot_check(
        "dial.no_dns",
        seen=say("This cluster has no Service with the label k8s-app=kube-dns."),
        why=say("It is an add-on, which some engines lack and others start a little later."),
        next_step=say("Check again in a minute; if it stays so, run `labkit doctor`."),
    )
