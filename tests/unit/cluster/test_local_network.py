import ipaddress
import itertools
from collections.abc import Iterable

import pytest

from labkit.cluster.local.network import (
    NETWORKS,
    NODE_LIMIT,
    Command,
    Network,
    balancer_route,
    balancer_route_removal,
    cluster_commands,
    cluster_removal,
    host_command,
    interface_name,
    link_commands,
    masquerade_commands,
    node_commands,
    node_removal,
    peer_commands,
    pod_range,
)

LAB = Network("lab", 7)
LONGEST_LINK_NAME = 15
ODD_NAMES = ["lab", "lab2", "lab-b", "host", "router", "node1", "eth0", "br0", "x" * 20]


def lines(commands: Iterable[Command]) -> list[str]:
    """Every command as one line, those that `ip` reads from its input too."""
    found = []
    for command in commands:
        words = " ".join(command.words)
        batch = command.stdin.splitlines() if "-batch" in command.words else []
        found += [f"{words.removesuffix(' -batch -')} {line}" for line in batch] or [words]
    return found


def links_made(cluster: str, node: str) -> list[tuple[str, str]]:
    """(namespace, link) of every link that one cluster with one node makes, in order."""
    network = Network(cluster, 7)
    commands = [*cluster_commands(network), *node_commands(network, node, 1)]
    made = []
    for line in lines(commands):
        before, found, after = line.partition("link add ")
        if found:
            words = after.split()
            own = before.split()[2] if "-n" in before.split() else "the host"
            made.append((own, words[0]))
            if "peer" in words:
                made.append((words[words.index("netns") + 1], words[words.index("name") + 1]))
    return made


def test_names_of_links_fit_into_the_kernel_and_stay_the_same() -> None:
    long = interface_name("x" * 20, "y" * 20)
    assert len(long) <= LONGEST_LINK_NAME
    assert interface_name("lab", "node1") == "lk33de1f87e9"


def test_no_two_clusters_or_nodes_share_the_name_of_a_link() -> None:
    pairs = list(itertools.product(ODD_NAMES, ODD_NAMES))
    assert len({interface_name(*pair) for pair in pairs}) == len(pairs)
    assert interface_name("lab-b", "1") != interface_name("lab", "b-1")


@pytest.mark.parametrize("node", ODD_NAMES)
def test_node_may_have_any_name(node: str) -> None:
    made = links_made("lab", node)
    assert len(made) == len(set(made)) == 5


def test_namespace_of_one_cluster_is_never_taken_for_that_of_another() -> None:
    owned = [LAB.namespace, LAB.node_namespace("node1"), LAB.node_namespace("b")]
    others = [
        "lab.lab2",
        "lab.lab-b",
        "lab.lab2.node1",
        "lab.x.lab",
        "lab",
        "cni-1234",
        "mylab.lab",
    ]
    assert [name for name in [*owned, *others] if LAB.owns_namespace(name)] == owned


def test_no_address_is_given_twice_and_all_are_in_the_clusters_range() -> None:
    nodes = [LAB.node_address(index) for index in range(1, NODE_LIMIT + 1)]
    links = [LAB.api_address, LAB.router_address, LAB.host_address]
    addresses = [*nodes, *LAB.balancer_addresses(), *links]
    assert len(set(addresses)) == len(addresses)
    inside = ipaddress.ip_network(LAB.range)
    assert all(ipaddress.ip_address(address) in inside for address in addresses)


def test_nodes_are_on_the_bridge_and_balancers_are_not() -> None:
    bridge = ipaddress.ip_interface(f"{LAB.api_address}/25").network
    last = ipaddress.ip_address(LAB.node_address(NODE_LIMIT))
    assert last in bridge
    assert last != bridge.broadcast_address
    assert not [ip for ip in LAB.balancer_addresses() if ipaddress.ip_address(ip) in bridge]


def test_pods_of_all_nodes_are_in_the_pod_range_and_apart() -> None:
    ranges = [ipaddress.IPv4Network(pod_range(index)) for index in range(1, NODE_LIMIT + 1)]
    assert len(set(ranges)) == NODE_LIMIT
    assert all(each.subnet_of(ipaddress.IPv4Network("10.2.0.0/16")) for each in ranges)


def test_ranges_of_all_clusters_are_in_the_benchmark_range_and_apart() -> None:
    ranges = {ipaddress.IPv4Network(Network("", number).range) for number in range(NETWORKS)}
    assert len(ranges) == NETWORKS
    assert all(each.subnet_of(ipaddress.IPv4Network("198.18.0.0/15")) for each in ranges)


def test_no_command_goes_through_ip_netns_exec_which_loses_the_cgroups() -> None:
    commands = [
        *cluster_commands(LAB),
        *node_commands(LAB, "node1", 1),
        *peer_commands(LAB, "node1", 1, {"node2": 2}),
        *node_removal(LAB, "node1", 1),
        *cluster_removal(LAB, [LAB.namespace]),
    ]
    assert [line for line in lines(commands) if "netns exec" in line] == []


def test_forwarding_is_switched_on_inside_namespaces_only() -> None:
    commands = [*cluster_commands(LAB), *node_commands(LAB, "node1", 1)]
    writing = [each.words for each in commands if "/proc/sys/net/ipv4/ip_forward" in each.words]
    assert [words[:2] for words in writing] == [
        ("nsenter", "--net=/run/netns/lab.lab"),
        ("nsenter", "--net=/run/netns/lab.lab.node1"),
    ]


def test_no_call_waits_for_a_refusal() -> None:
    commands = [*cluster_commands(LAB), *node_commands(LAB, "node1", 1)]
    limits = [each for each in commands if "/proc/sys/net/ipv4/icmp_ratelimit" in each.words]
    assert [(each.words[1], each.stdin) for each in limits] == [
        ("--net=/run/netns/lab.lab", "0"),
        ("--net=/run/netns/lab.lab.node1", "0"),
    ]


def test_node_is_strict_before_its_first_pod_has_a_link_and_the_host_stays_as_it_is() -> None:
    written = {
        file: (each.words[1], each.stdin)
        for each in node_commands(LAB, "node1", 1)
        if "tee" in each.words
        for file in each.words[4:]
    }
    inside = "--net=/run/netns/lab.lab.node1"
    here = "/proc/sys/net/ipv4/conf"
    assert written[f"{here}/default/rp_filter"] == (inside, "1")
    assert written[f"{here}/all/send_redirects"] == (inside, "0")
    assert written[f"{here}/eth0/send_redirects"] == (inside, "0")
    assert written["/proc/sys/net/netfilter/nf_conntrack_tcp_loose"] == (inside, "0")


def test_removal_undoes_all_that_creation_left_outside_the_namespaces() -> None:
    made = [line for line in lines(cluster_commands(LAB)) if is_outside(line)]
    undone = {
        "ip netns add lab.lab": "ip netns del lab.lab",
        f"ip link add {LAB.host_link}": f"ip link del {LAB.host_link}",
        f"ip addr replace 198.18.7.254/30 dev {LAB.host_link}": "",  # goes with its link
        f"ip link set {LAB.host_link} up": "",
        "ip route replace 198.18.7.0/24": "ip route del 198.18.7.0/24",
        "iptables -w 5 -t nat -A": "iptables -w 5 -t nat -D",
    }
    assert [line for line in made if not line.startswith(tuple(undone))] == []
    removal = lines(cluster_removal(LAB, ["lab.lab", "lab.lab2"]))
    assert [undo for undo in undone.values() if not any(undo in line for line in removal)] == []
    assert "ip netns del lab.lab2" not in removal


def test_rule_is_removed_word_for_word_as_it_was_added() -> None:
    (added,) = (line for line in lines(cluster_commands(LAB)) if line.startswith("iptables"))
    (removed,) = (line for line in lines(cluster_removal(LAB, [])) if line.startswith("iptables"))
    assert removed == added.replace(" -A ", " -D ")


def test_hosts_side_may_be_laid_again_and_is_part_of_the_first_time() -> None:
    again = lines([host_command(LAB)])
    assert [line for line in again if " add " in line] == []
    first = lines(cluster_commands(LAB))
    assert [line for line in again if line not in first] == []
    check, add = masquerade_commands(LAB)
    assert add in cluster_commands(LAB)
    assert " ".join(check.words).replace(" -C ", " -A ") == " ".join(add.words)


def test_new_link_is_the_first_one_over_again() -> None:
    assert set(lines(link_commands(LAB))) <= set(lines(cluster_commands(LAB)))
    made = [line for line in lines(link_commands(LAB)) if "link add" in line]
    assert made == [line for line in lines(cluster_commands(LAB)) if "type veth" in line]


def test_nodes_namespace_link_and_pod_route_go_with_the_node() -> None:
    made = lines(node_commands(LAB, "node1", 1))
    assert "ip -n lab.lab route replace 10.2.1.0/24 via 198.18.7.11" in made
    assert lines(node_removal(LAB, "node1", 1)) == [
        "ip -n lab.lab route del 10.2.1.0/24",
        f"ip -n lab.lab link del {interface_name('lab', 'node1')}",
        "ip netns del lab.lab.node1",
    ]


def test_every_two_nodes_know_the_way_to_each_others_pods() -> None:
    assert set(lines(peer_commands(LAB, "node3", 3, {"node1": 1, "node2": 2}))) == {
        "ip -n lab.lab.node1 route replace 10.2.3.0/24 via 198.18.7.13",
        "ip -n lab.lab.node2 route replace 10.2.3.0/24 via 198.18.7.13",
        "ip -n lab.lab.node3 route replace 10.2.1.0/24 via 198.18.7.11",
        "ip -n lab.lab.node3 route replace 10.2.2.0/24 via 198.18.7.12",
    }
    assert peer_commands(LAB, "node1", 1, {}) == []


def test_balancers_address_leads_to_all_nodes_until_its_route_is_removed() -> None:
    route = balancer_route(LAB, "198.18.7.130", ["198.18.7.11", "198.18.7.12"])
    assert " ".join(route.words).endswith("nexthop via 198.18.7.11 nexthop via 198.18.7.12")
    removal = balancer_route_removal(LAB, "198.18.7.130")
    assert removal.words[:3] == route.words[:3]
    assert "198.18.7.130/32" in route.words
    assert "198.18.7.130/32" in removal.words


def is_outside(line: str) -> bool:
    return not line.startswith(("nsenter", "ip -n "))
