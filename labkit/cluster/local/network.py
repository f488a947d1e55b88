"""Namespaces, links, addresses and routes of a cluster: pure lists of commands, and their undo.

    host ── veth 198.18.C.254/30 · .253 ── namespace lab.<cluster>: control plane, router, bridge
    br0 198.18.C.1/25 ── a veth a node ── namespace lab.<cluster>.<node>, 198.18.C.(10+i)

C is the cluster's number in the lab's range.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from labkit.cluster.control_plane import POD_RANGE, SERVICE_RANGE
from labkit.cluster.lab_range import LAB_RANGE

NETWORKS = 512  # /24s in it
FIRST_NODE_HOST = 10
NODE_LIMIT = 100  # hosts .11 to .110 of the bridge's /25
FIRST_BALANCER_HOST = 130
LAST_BALANCER_HOST = 249
NAMESPACE_PREFIX = "lab."
ROUTING = {"ipv4/ip_forward": "1", "ipv4/icmp_ratelimit": "0"}
"""A router, and one that refuses every call at once.

By default the kernel says no to a caller six times, then once a second; whoever else asks for a
Service without Pods hears nothing, and waits.
"""
STRICTNESS = {
    "ipv4/conf/default/rp_filter": "1",
    "ipv4/conf/all/send_redirects": "0",
    "ipv4/conf/default/send_redirects": "0",
    "ipv4/conf/eth0/send_redirects": "0",
    "netfilter/nf_conntrack_tcp_loose": "0",
}
"""What network policies rely on: a Pod speaks as itself, and no packet goes round the node.

Interfaces made later begin with the defaults: each Pod's link takes only packets from that Pod's
address. A connection that the kernel did not see begin is not taken for the reply to one.
"""


@dataclass(frozen=True, slots=True)
class Network:
    """One cluster's network. `number` picks its /24."""

    cluster: str
    number: int

    @property
    def base(self) -> str:
        return f"198.{18 + self.number // 256}.{self.number % 256}"

    @property
    def range(self) -> str:
        return f"{self.base}.0/24"

    @property
    def api_address(self) -> str:
        return f"{self.base}.1"

    @property
    def router_address(self) -> str:
        """The cluster namespace's side of the link to the host."""
        return f"{self.base}.253"

    @property
    def host_address(self) -> str:
        return f"{self.base}.254"

    @property
    def namespace(self) -> str:
        return f"{NAMESPACE_PREFIX}{self.cluster}"

    @property
    def host_link(self) -> str:
        return interface_name(self.cluster, "host")

    @property
    def router_link(self) -> str:
        """The other end. Nodes' links are beside it, and a node may be called router."""
        return interface_name(self.cluster, "", "router")

    def node_namespace(self, node: str) -> str:
        return f"{NAMESPACE_PREFIX}{self.cluster}.{node}"

    def node_address(self, index: int) -> str:
        return f"{self.base}.{FIRST_NODE_HOST + index}"

    def balancer_addresses(self) -> list[str]:
        """What Services of type LoadBalancer get, in order."""
        hosts = range(FIRST_BALANCER_HOST, LAST_BALANCER_HOST + 1)
        return [f"{self.base}.{host}" for host in hosts]

    def owns_namespace(self, name: str) -> bool:
        return name == self.namespace or name.startswith(f"{self.namespace}.")


@dataclass(frozen=True, slots=True)
class Command:
    words: tuple[str, ...]
    stdin: str = ""


def pod_range(index: int) -> str:
    return f"10.2.{index}.0/24"


def range_note(index: int) -> dict[str, Any]:
    """The Pods' range in a Node's spec: people look for it there."""
    pods = pod_range(index)
    return {"podCIDR": pods, "podCIDRs": [pods]}


def interface_name(*parts: str) -> str:
    """At most 15 characters, the kernel's limit, and the same for the same parts."""
    return "lk" + hashlib.sha256("/".join(parts).encode()).hexdigest()[:10]


def in_namespace(namespace: str) -> tuple[str, ...]:
    """Put before a command. Not `ip netns exec`: it mounts /sys anew, without the cgroups."""
    return ("nsenter", f"--net=/run/netns/{namespace}", "--")


def cluster_commands(network: Network) -> list[Command]:
    """Make the cluster's namespace and its link to the host. Run only when it is not there.

    A call to a Service that no node knows (yet) ends here: let out, a stranger could answer it.
    """
    inner = network.router_link
    host = f"netns add {network.namespace}\n{_link(network)}{_host_side(network)}"
    inside = f"""\
link set lo up
{_router_side(network)}\
route add unreachable {SERVICE_RANGE}
link add br0 type bridge forward_delay 0
addr add {network.api_address}/25 dev br0
link set br0 up
"""
    return [
        Command(("ip", "-batch", "-"), host),
        Command(("ip", "-n", network.namespace, "-batch", "-"), inside),
        *_settings(network.namespace, ROUTING),
        Command((*in_namespace(network.namespace), *_masquerade("-A", POD_RANGE, ("-o", inner)))),
        Command(_host_masquerade("-A", network)),
    ]


def link_commands(network: Network) -> list[Command]:
    """Make the link to the host anew, for a cluster that goes on at its other end."""
    return [
        Command(("ip", "-batch", "-"), _link(network) + _host_side(network)),
        Command(("ip", "-n", network.namespace, "-batch", "-"), _router_side(network)),
    ]


def host_command(network: Network) -> Command:
    """Have the host's side of the link as it should be. It fails where there is no link."""
    return Command(("ip", "-batch", "-"), _host_side(network))


def masquerade_commands(network: Network) -> tuple[Command, Command]:
    """One fails where the host's rule is not there; the other adds it, also a second time."""
    check, add = (Command(_host_masquerade(action, network)) for action in ("-C", "-A"))
    return check, add


def _link(network: Network) -> str:
    peer = f"peer name {network.router_link} netns {network.namespace}"
    return f"link add {network.host_link} type veth {peer}\n"


def _host_side(network: Network) -> str:
    return f"""\
addr replace {network.host_address}/30 dev {network.host_link}
link set {network.host_link} up
route replace {network.range} via {network.router_address}
"""


def _router_side(network: Network) -> str:
    return f"""\
addr add {network.router_address}/30 dev {network.router_link}
link set {network.router_link} up
route add default via {network.host_address}
"""


def node_commands(network: Network, node: str, index: int) -> list[Command]:
    """Make a node's namespace, its link to the bridge, and the routes between Pods."""
    namespace = network.node_namespace(node)
    outer = interface_name(network.cluster, node)
    address = network.node_address(index)
    router = f"""\
link add {outer} type veth peer name eth0 netns {namespace}
link set {outer} master br0 up
route replace {pod_range(index)} via {address}
"""
    inside = f"""\
link set lo up
addr add {address}/25 dev eth0
link set eth0 up
route add default via {network.api_address}
"""
    return [
        Command(("ip", "netns", "add", namespace)),
        Command(("ip", "-n", network.namespace, "-batch", "-"), router),
        Command(("ip", "-n", namespace, "-batch", "-"), inside),
        *_settings(namespace, ROUTING | STRICTNESS),
    ]


def peer_commands(
    network: Network, node: str, index: int, peers: Mapping[str, int]
) -> list[Command]:
    """Plain routes between every two nodes' Pods, what Flannel calls host-gw."""
    there = [
        Command(("ip", "-n", network.node_namespace(peer), *_pod_route(network, index)))
        for peer in peers
    ]
    back = "".join(f"{' '.join(_pod_route(network, peer))}\n" for peer in peers.values())
    batch = Command(("ip", "-n", network.node_namespace(node), "-batch", "-"), back)
    return [*there, batch] if peers else []


def _pod_route(network: Network, index: int) -> tuple[str, ...]:
    return ("route", "replace", pod_range(index), "via", network.node_address(index))


def balancer_route(network: Network, address: str, nodes: Iterable[str]) -> Command:
    """Spread what arrives for a LoadBalancer's address over the nodes; kube-proxy does the rest."""
    hops = [word for node in nodes for word in ("nexthop", "via", node)]
    route = ("route", "replace", f"{address}/32", *hops)
    return Command(("ip", "-n", network.namespace, *route))


def balancer_route_removal(network: Network, address: str) -> Command:
    return Command(("ip", "-n", network.namespace, "route", "del", f"{address}/32"))


def node_removal(network: Network, node: str, index: int) -> list[Command]:
    """May meet what is already gone; whoever runs these does not mind.

    The kernel takes a namespace's links away some time after its name; this one goes at once, so
    that the node can be laid again.
    """
    outer = interface_name(network.cluster, node)
    return [
        Command(("ip", "-n", network.namespace, "route", "del", pod_range(index))),
        Command(("ip", "-n", network.namespace, "link", "del", outer)),
        Command(("ip", "netns", "del", network.node_namespace(node))),
    ]


def cluster_removal(network: Network, namespaces: Iterable[str]) -> list[Command]:
    """Removing a namespace takes its links, routes and rules along."""
    owned = [name for name in namespaces if network.owns_namespace(name)]
    return [
        *(Command(("ip", "netns", "del", name)) for name in owned),
        Command(("ip", "link", "del", network.host_link)),
        Command(("ip", "route", "del", network.range)),
        Command(_host_masquerade("-D", network)),
    ]


def _settings(namespace: str, wanted: Mapping[str, str]) -> list[Command]:
    """A namespace's are those that its processes see. One program writes all that are alike."""
    return [
        Command(
            (
                *in_namespace(namespace),
                "tee",
                *(f"/proc/sys/net/{name}" for name, its in wanted.items() if its == value),
            ),
            value,
        )
        for value in dict.fromkeys(wanted.values())
    ]


def _host_masquerade(action: str, network: Network) -> tuple[str, ...]:
    comment = ("-m", "comment", "--comment", f"labkit {network.cluster}")
    return _masquerade(action, network.range, ("!", "-d", str(LAB_RANGE), *comment))


def _masquerade(action: str, source: str, match: tuple[str, ...]) -> tuple[str, ...]:
    rule = ("POSTROUTING", "-s", source, *match, "-j", "MASQUERADE")
    return ("iptables", "-w", "5", "-t", "nat", action, *rule)
