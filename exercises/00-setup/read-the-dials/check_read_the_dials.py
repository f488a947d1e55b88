"""Four figures that an attendee read from the cluster, compared with what the cluster says now."""

from labkit.foundation.text import say
from labkit.grading.criteria.answers import (
    is_address,
    is_cpu,
    is_minor,
    minor_of,
    number_in,
    quoted,
)
from labkit.grading.criteria.objects import can_take_work, evidence, name_of
from labkit.grading.snapshot import Snapshot
from labkit.grading.verdict import Finding, cannot_check, not_started, not_yet, passed


def server_minor(snapshot: Snapshot) -> Finding:
    said = snapshot.answer("server_minor")
    if said is None:
        return _unanswered("server_minor", say("Ask both programs with `kubectl version`."))
    if is_minor(said, minor_of(snapshot.server_version())):
        return passed(_noted(said))
    expected = say("The minor version of the server, the second of its numbers.")
    why = say("kubectl has a version of its own, and it may be another one.")
    next_step = say("Run `kubectl version` and read the line of the server.")
    return _differs("dial.other_version", said, expected=expected, why=why, next_step=next_step)


def usable_nodes(snapshot: Snapshot) -> Finding:
    said = snapshot.answer("usable_nodes")
    if said is None:
        return _unanswered("usable_nodes", say("List the nodes and look at each STATUS."))
    nodes = snapshot.objects("Node")
    usable = [node for node in nodes if can_take_work(node)]
    count = number_in(said)
    if count == len(usable):
        return passed(_noted(said), evidence=evidence(*usable))
    expected = say("The number of nodes that are Ready and open for new Pods.")
    next_step = say("Compare `kubectl get nodes` with the Taints in `kubectl describe nodes`.")
    if count is None:
        why = say("That is not one whole number, such as 3.")
        return _differs("dial.not_a_number", said, expected=expected, why=why, next_step=next_step)
    if count == len(nodes):
        why = say("That is how many nodes are listed; not every one of them takes work.")
        return _differs("dial.every_node", said, expected=expected, why=why, next_step=next_step)
    why = say("A node that is not Ready, is cordoned or has a NoSchedule taint takes none.")
    return _differs("dial.other_count", said, expected=expected, why=why, next_step=next_step)


def allocatable_cpu(snapshot: Snapshot) -> Finding:
    said = snapshot.answer("allocatable_cpu")
    name = snapshot.drawn("node")
    if said is None:
        look = say("Look at the node with `kubectl describe node {name}`.", name=name)
        return _unanswered("allocatable_cpu", look)
    status = {name_of(node): node["status"] for node in snapshot.objects("Node")}
    if name not in status:
        return _node_gone(name)
    if is_cpu(said, status[name]["allocatable"]["cpu"]):
        return passed(_noted(said))
    expected = say("The CPU under Allocatable of node {name}.", name=name)
    next_step = say("Run `kubectl describe node {name}` and read both headings.", name=name)
    if is_cpu(said, status[name]["capacity"]["cpu"]):
        why = say("That is the node's Capacity; a part of it feeds the node's own programs.")
        return _differs("dial.capacity", said, expected=expected, why=why, next_step=next_step)
    others = [node for node, its in status.items() if is_cpu(said, its["allocatable"]["cpu"])]
    if others:
        why = say("That is what node {other} has.", other=others[0])
        return _differs("dial.other_node", said, expected=expected, why=why, next_step=next_step)
    why = say("1900m, 1900 millicores and 1.9 are the same amount; this is another one.")
    return _differs("dial.other_cpu", said, expected=expected, why=why, next_step=next_step)


def dns_address(snapshot: Snapshot) -> Finding:
    said = snapshot.answer("dns_address")
    if said is None:
        return _unanswered("dns_address", say("List the Services in kube-system."))
    services = snapshot.objects("Service", namespace="kube-system")
    addresses = [ip for service in services for ip in service["spec"].get("clusterIPs") or ()]
    if not addresses:
        return _no_dns()
    if is_address(said, *addresses):
        return passed(_noted(said), evidence=evidence(*services))
    expected = say("The CLUSTER-IP of the Service with the label k8s-app=kube-dns.")
    next_step = say("Run `kubectl get services --namespace kube-system`.")
    pods = snapshot.objects("Pod", namespace="kube-system")
    if is_address(said, *(ip for pod in pods if (ip := pod["status"].get("podIP")))):
        why = say("That is a DNS Pod. Pods come and go; the Service's address stays.")
        return _differs("dial.pod_address", said, expected=expected, why=why, next_step=next_step)
    others = snapshot.objects("Service", namespace="default")
    if is_address(said, *(ip for other in others for ip in other["spec"].get("clusterIPs") or ())):
        why = say("That is the address of the API server.")
        return _differs("dial.api_address", said, expected=expected, why=why, next_step=next_step)
    why = say("No DNS Service of this cluster has that address.")
    return _differs("dial.other_address", said, expected=expected, why=why, next_step=next_step)


def _noted(said: str) -> str:
    return say("You noted {said}, and so it is.", said=quoted(said))


def _unanswered(key: str, next_step: str) -> Finding:
    return not_started(
        "dial.no_answer", seen=say("Nothing is noted for {key}.", key=key), next_step=next_step
    )


def _differs(message: str, said: str, *, expected: str, why: str, next_step: str) -> Finding:
    seen = say("You noted {said}.", said=quoted(said))
    return not_yet(message, seen=seen, expected=expected, why=why, next_step=next_step)


def _node_gone(name: str) -> Finding:
    return cannot_check(
        "dial.node_gone",
        seen=say("Node {name}, which was drawn for you, is no longer there.", name=name),
        next_step=say("Run `labkit reset read-the-dials`; it draws another."),
    )


def _no_dns() -> Finding:
    return cannot_check(
        "dial.no_dns",
        seen=say("This cluster has no Service with the label k8s-app=kube-dns."),
        why=say("It is an add-on, which some engines lack and others start a little later."),
        next_step=say("Check again in a minute; if it stays so, run `labkit doctor`."),
    )
