"""Four facts of a packet's journey, noted and compared with what the cluster says."""

from labkit.foundation.text import say
from labkit.grading.criteria.answers import number_in, plain, quoted
from labkit.grading.criteria.endpoints import ready_endpoints, slices_of
from labkit.grading.criteria.noted import noted_right, noted_wrong, nothing_noted
from labkit.grading.criteria.objects import name_of
from labkit.grading.criteria.ranges import network_of, same_range, within
from labkit.grading.criteria.rollouts import not_before
from labkit.grading.criteria.services import inside_addresses, pods_behind
from labkit.grading.snapshot import Object, Snapshot
from labkit.grading.verdict import Finding, cannot_check

NAME = "parcel"
YES = ("yes", "y", "true", "sì", "si", "sí", "oui", "ja")
NO = ("no", "n", "false", "non", "nein")


def node_port(snapshot: Snapshot) -> Finding:
    said, service = snapshot.answer("node_port"), _service(snapshot)
    if said is None:
        look = say("Look at the Service: `kubectl get service parcel`.")
        return nothing_noted("journey.no_answer", "node_port", look)
    if service is None:
        return _gone(snapshot, say("Service parcel"))
    ports = service["spec"]["ports"][0]
    number = number_in(said)
    if number == ports.get("nodePort"):
        return noted_right(said, about=[service])
    inner = say("Callers inside the cluster use that one; no node opens it.")
    target = say("There the container listens, in its Pod; no node opens it.")
    return noted_wrong(
        said,
        [
            ("journey.service_port", number == ports["port"], inner),
            ("journey.target_port", number == ports.get("targetPort"), target),
            ("journey.other_port", True, say("No node opens that door for this Service.")),
        ],
        expected=say("The number that is open on every node, from 30000 upwards."),
        next_step=say("`kubectl get service parcel`: under PORT(S), behind the colon."),
    )


def pod_range(snapshot: Snapshot) -> Finding:
    said = snapshot.answer("pod_range")
    if said is None:
        look = say("On which node is the Pod? `kubectl get pods -o wide`")
        return nothing_noted("journey.no_answer", "pod_range", look)
    pod = _pod(snapshot, _parcel(snapshot))
    if pod is None:
        return _gone(snapshot, say("Pod {name}", name=_parcel(snapshot)))
    ranges = {name_of(node): _range(node) for node in snapshot.objects("Node")}
    right = ranges.get(_node(pod), "")
    if not right:
        return _no_ranges(_node(pod))
    return (
        noted_right(said, about=[pod])
        if same_range(said, right)
        else _wrong(snapshot, said, right, [found for found in ranges.values() if found != right])
    )


def choices(snapshot: Snapshot) -> Finding:
    said, service = snapshot.answer("choices"), _service(snapshot)
    if said is None:
        look = say("Who stands behind the Service? `kubectl get endpointslices`")
        return nothing_noted("journey.no_answer", "choices", look)
    if service is None:
        return _gone(snapshot, say("Service parcel"))
    count, ready = number_in(said), len(ready_endpoints(slices_of(snapshot, service)))
    if count == ready:
        return noted_right(said, about=[service])
    every = len(pods_behind(service, snapshot.objects("Pod")))
    unready = say("So many carry the label; a Pod that is not ready gets no calls.")
    return noted_wrong(
        said,
        [
            ("journey.not_a_number", count is None, say("That is not one whole number.")),
            ("journey.every_pod", count == every, unready),
            ("journey.other_count", True, say("There is one rule for each Pod that is ready.")),
        ],
        expected=say("The number of Pods behind the Service that are ready."),
        next_step=say("Compare the addresses in the EndpointSlice with READY of the Pods."),
    )


def crossing(snapshot: Snapshot) -> Finding:
    before, said = pod_range(snapshot), snapshot.answer("crossing")
    if snapshot.answer("pod_range") is None:
        return not_before(before)
    if said is None:
        look = say("Compare the nodes of the two Pods: `kubectl get pods -o wide`.")
        return nothing_noted("journey.no_answer", "crossing", look)
    names = (_parcel(snapshot), f"caller-{snapshot.drawn('caller')}")
    pods = [_pod(snapshot, name) for name in names]
    nodes = [_node(pod) for pod in pods if pod]
    if len(nodes) < len(names):
        return _gone(snapshot, say("Pod {name}", name=names[pods.index(None)]))
    if plain(said) in (YES if nodes[0] != nodes[1] else NO):
        return noted_right(said)
    return _wrong_way(said)


def _wrong_way(said: str) -> Finding:
    unclear = say("That is neither yes nor no.")
    return noted_wrong(
        said,
        [
            ("journey.unclear", plain(said) not in (*YES, *NO), unclear),
            ("journey.opposite", True, say("It is the other way round; look at both Pods' nodes.")),
        ],
        expected=say("yes, if the two Pods are on different nodes; no, if on the same."),
        next_step=say("Read NODE of both in `kubectl get pods -o wide`."),
    )


def _wrong(snapshot: Snapshot, said: str, right: str, others: list[str]) -> Finding:
    services = inside_addresses(snapshot.objects("Service"))
    of_services = any(within(address, said) for address in services)
    elsewhere = any(same_range(said, other) for other in others)
    return noted_wrong(
        said,
        [
            ("journey.not_a_range", network_of(said) is None, say("That is no range.")),
            ("journey.other_node", elsewhere, say("That is the range of another node.")),
            ("journey.services", of_services, say("Services have their numbers out of that one.")),
            ("journey.too_wide", within(right, said), say("All nodes together have that one.")),
            ("journey.other_range", True, say("A range has a slash: 192.0.2.0/24 holds 256.")),
        ],
        expected=say("The range out of which that node gives its Pods addresses."),
        next_step=say("Which node? Then: `kubectl get node NAME -o yaml | grep podCIDR`."),
    )


def _service(snapshot: Snapshot) -> Object | None:
    return next((one for one in snapshot.objects("Service") if name_of(one) == NAME), None)


def _pod(snapshot: Snapshot, name: str) -> Object | None:
    return next((one for one in snapshot.objects("Pod") if name_of(one) == name), None)


def _parcel(snapshot: Snapshot) -> str:
    return f"{NAME}-{snapshot.drawn('parcel_1')}"


def _node(pod: Object) -> str:
    return str(pod["spec"].get("nodeName", ""))


def _range(node: Object) -> str:
    return str((node.get("spec") or {}).get("podCIDR", ""))


def _gone(snapshot: Snapshot, what: str) -> Finding:
    return cannot_check(
        "journey.gone",
        seen=say("{what} is not there any more.", what=what),
        next_step=say("Run `labkit reset {id}`, and look without changing.", id=snapshot.exercise),
    )


def _no_ranges(node: str) -> Finding:
    return cannot_check(
        "journey.no_ranges",
        seen=say("Node {node} names no range of Pod addresses.", node=quoted(node)),
        why=say("Some network plugins keep that plan elsewhere."),
        next_step=say("Go on; this criterion costs nothing here."),
    )
