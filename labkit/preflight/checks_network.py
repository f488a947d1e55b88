"""The host's network: ports, the lab's address range, forwarding, remnants of crashed runs."""

import re
from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address, IPv4Network, ip_network

from labkit.cluster.lab_range import LAB_RANGE
from labkit.cluster.local.network import NAMESPACE_PREFIX, Network
from labkit.foundation.text import say
from labkit.preflight.checks_remnants import guests
from labkit.preflight.facts import Listener, Machine, Route
from labkit.preflight.finding import Finding, fine, note, warning

LINK = re.compile(r"lk[0-9a-f]{10}")  # as cluster.local.network names them


def known_networks(machine: Machine) -> list[Network]:
    """Of listed clusters, and of guests, whose number nobody told us."""
    listed = machine.clusters or {}
    return [Network(name, listed.get(name, 0)) for name in listed.keys() | guests(machine)]


def ports(machine: Machine) -> list[Finding]:
    return [_taken(listener) for listener in machine.network.listeners]


def _taken(listener: Listener) -> Finding:
    seen = say("Port {port} is in use; JupyterLab will take the next free one.", port=listener.port)
    fix = say("Open the address that `make lab` prints, or see who it is: `sudo ss -ltnp`.")
    if listener.pid:
        seen = say(
            "Port {port} is used by process {pid} (`{program}`); JupyterLab will take the next.",
            port=listener.port,
            pid=listener.pid,
            program=listener.program,
        )
        fix = say(
            "Open the address that `make lab` prints, or free the port: `kill {pid}`.",
            pid=listener.pid,
        )
    return note(f"port-{listener.port}", seen, fix)


def cluster_list(machine: Machine) -> list[Finding]:
    if machine.clusters is not None:
        names = ", ".join(machine.clusters) or say("none")
        return [fine("cluster-list", say("Clusters of this machine: {names}.", names=names))]
    return [
        warning(
            "cluster-list",
            say("The list of this machine's clusters cannot be read, so nothing is owned."),
            "sudo rm /var/lib/labkit/networks.json   # if it is damaged; then `labkit down`",
        )
    ]


def address_range(machine: Machine) -> list[Finding]:
    """Somebody else in the lab's range: some VPN and proxy programs use it too."""
    foreign = [
        (str(network), route.link)
        for route, network in _lab_routes(machine.network.routes)
        if not LINK.fullmatch(route.link)
    ]
    foreign += [
        (address, link.name)
        for link in machine.network.links
        for address in link.addresses
        if IPv4Address(address) in LAB_RANGE and not LINK.fullmatch(link.name)
    ]
    if not foreign:
        return []
    where, link = foreign[0]
    seen = say(
        "{where} on link {link} is in the lab's range {range}, and not ours.",
        where=where,
        link=link,
        range=LAB_RANGE,
    )
    fix = say("Stop the VPN or proxy that owns the link `{link}` while the lab runs.", link=link)
    return [warning("address-range", seen, fix)]


def _lab_routes(routes: Iterable[Route]) -> Iterator[tuple[Route, IPv4Network]]:
    for route in routes:
        network = ip_network(route.destination)
        # A wider route, such as a VPN's 128.0.0.0/1, is no matter: the lab's own are narrower.
        if isinstance(network, IPv4Network) and network.subnet_of(LAB_RANGE):
            yield route, network


def stale_routes(machine: Machine) -> list[Finding]:
    if machine.clusters is None:
        return []
    owned = [Network("", number).range for number in machine.clusters.values()]
    owned += [f"{Network('', number).base}.252/30" for number in machine.clusters.values()]
    of_guests = {Network(name, 0).host_link for name in guests(machine)}
    return [
        warning(
            "stale-route",
            say("Route {network} belongs to no cluster: a crashed run left it.", network=network),
            f"sudo ip route del {network}",
        )
        for route, network in _lab_routes(machine.network.routes)
        if LINK.fullmatch(route.link) and route.link not in of_guests and str(network) not in owned
    ]


def stale_links(machine: Machine) -> list[Finding]:
    if machine.clusters is None:
        return []
    owned = {network.host_link for network in known_networks(machine)}
    return [
        warning(
            "stale-link",
            say("Network link {name} belongs to no cluster.", name=link.name),
            f"sudo ip link del {link.name}",
        )
        for link in machine.network.links
        if LINK.fullmatch(link.name) and link.name not in owned
    ]


def stale_namespaces(machine: Machine) -> list[Finding]:
    if machine.clusters is None:
        return []
    known = known_networks(machine)
    return [
        warning(
            "stale-namespace",
            say("Network namespace {name} belongs to no cluster.", name=name),
            f"sudo ip netns del {name}",
        )
        for name in machine.network.namespaces
        if name.startswith(NAMESPACE_PREFIX)
        and not any(network.owns_namespace(name) for network in known)
    ]


def stale_rules(machine: Machine) -> list[Finding]:
    """Masquerade rules of clusters that are gone; ours carry the cluster in a comment."""
    if machine.clusters is None:
        return []
    found = []
    living = machine.clusters.keys() | guests(machine)
    for rule in machine.network.nat_rules:
        owner = re.search(r'--comment "?labkit ([a-z0-9-]+)"?', rule)
        if owner and owner[1] not in living:
            seen = say("A masquerade rule belongs to cluster {name}, which is gone.", name=owner[1])
            command = f"sudo iptables -t nat -D {rule.removeprefix('-A ')}"
            found.append(warning("stale-rule", seen, command))
    return found


def forwarding(machine: Machine) -> list[Finding]:
    """What keeps Pods from the internet; inside the cluster none of it matters."""
    network = machine.network
    found = []
    if not network.forwards:
        seen = say("The host forwards no packets (ip_forward is 0): Pods reach no internet.")
        found.append(note("ip-forward", seen, "sudo sysctl -w net.ipv4.ip_forward=1"))
    if network.return_path_filter == 1:
        seen = say("Strict return path filtering (rp_filter is 1) may drop what Pods send out.")
        found.append(note("rp-filter", seen, "sudo sysctl -w net.ipv4.conf.all.rp_filter=2"))
    if network.forward_policy == "DROP":
        seen = say("iptables drops what the host forwards (policy DROP, as Docker sets it).")
        command = "for way in -i -o; do sudo iptables -I FORWARD $way lk+ -j ACCEPT; done"
        found.append(warning("forward-policy", seen, command))
    return found
