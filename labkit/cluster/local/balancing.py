"""Keep LoadBalancer Services supplied: addresses in their status, routes to the nodes."""

from labkit.cluster.local import balancers
from labkit.cluster.local.network import (
    Network,
    balancer_route,
    balancer_route_removal,
)
from labkit.cluster.local.record import ClusterRecord, read_record
from labkit.cluster.local.site import Site, network_of
from labkit.kube.errors import ObjectNotFound
from labkit.kube.kubeconfig import read_access
from labkit.kube.reader import Reader
from labkit.kube.resources import Object
from labkit.kube.writer import Writer

WATCH_SECONDS = 2  # then list again, and lead every route over the nodes there are by then


def keep_addresses(site: Site) -> None:
    """Runs until something breaks."""
    access = read_access(site.paths.own_kubeconfig)
    with Reader(access, clock=site.clock) as reader, Writer(access, clock=site.clock) as writer:
        while True:
            _Balancer(site, writer).follow(reader)


class _Balancer:
    """One list and the watch behind it."""

    def __init__(self, site: Site, writer: Writer) -> None:
        self._site = site
        self._writer = writer
        self._services: dict[balancers.Key, Object] = {}
        self._routed: dict[str, tuple[str, ...]] = {}

    def follow(self, reader: Reader) -> None:
        for service in reader.list("Service"):
            self._services[balancers.key_of(service)] = service
        self._forget_stale_routes()
        self._settle()
        for event, service in reader.watch("Service", seconds=WATCH_SECONDS):
            self._take(event, service)
            self._settle()

    def _take(self, event: str, service: Object) -> None:
        key = balancers.key_of(service)
        if event == "DELETED":
            self._services.pop(key, None)
        else:
            self._services[key] = service

    def _settle(self) -> None:
        record = read_record(self._site.paths.record)
        if record is None:
            return
        network = network_of(record)
        pool = network.balancer_addresses()
        services = list(self._services.values())
        for each in balancers.assignments(services, pool):
            self._announce(each.service, [{"ip": each.address}])
        for key in balancers.released(services, pool):
            self._announce(key, [])
        self._route(network, record)

    def _announce(self, key: balancers.Key, ingress: list[dict[str, str]]) -> None:
        namespace, name = key
        status = {"status": {"loadBalancer": {"ingress": ingress or None}}}
        try:
            changed = self._writer.patch("Service", name, status, namespace, subresource="status")
        except ObjectNotFound:
            self._services.pop(key, None)
        else:
            self._services[key] = changed

    def _route(self, network: Network, record: ClusterRecord) -> None:
        nodes = tuple(network.node_address(node.index) for node in record.nodes)
        held = balancers.held(self._services.values(), network.balancer_addresses())
        for address in held.values():
            if nodes and self._routed.get(address) != nodes:
                self._site.do([balancer_route(network, address, nodes)])
                self._routed[address] = nodes
        for address in set(self._routed) - set(held.values()):
            self._site.do([balancer_route_removal(network, address)], may_fail=True)
            del self._routed[address]

    def _forget_stale_routes(self) -> None:
        """A route of an earlier life would lead to an address that somebody else gets next."""
        record = read_record(self._site.paths.record)
        if record is None:
            return
        network = network_of(record)
        shown = self._site.run(["ip", "-n", network.namespace, "route"]).output
        present = {line.split()[0] for line in shown.splitlines() if line.strip()}
        self._routed = {
            address: () for address in network.balancer_addresses() if address in present
        }
