"""Keep each node's policies as the cluster wants them, from the first second to the last.

Three watches tell what changes; what came meanwhile is worked off at once. A table stays in its
node's kernel when the API server is away, and when this process ends: the next one replaces it.
"""

import threading
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue

from labkit.cluster.errors import ClusterError
from labkit.cluster.local.network import in_namespace
from labkit.cluster.local.policy.arriving import Arrivals, is_arriving
from labkit.cluster.local.policy.reachable import World
from labkit.cluster.local.policy.selecting import pods_from
from labkit.cluster.local.policy.table import NOTHING, table_texts
from labkit.cluster.local.record import read_record
from labkit.cluster.local.residue import CNI_RESULTS
from labkit.cluster.local.site import Site, network_of, read_host
from labkit.foundation.text import say
from labkit.kube.kubeconfig import read_access
from labkit.kube.reader import Reader
from labkit.kube.resources import Object, Selection
from labkit.kube.watching import PULSE, SYNCED, watched

KINDS = ("Namespace", "NetworkPolicy", "Pod")
FOREVER = float("inf")
STREAM_SECONDS = 300  # then the watch goes on in a new request
ROUND_SECONDS = 0.5  # nodes come and go without news from the API server
ARRIVAL_SECONDS = 0.03  # while a Pod is about to start where policies are
NAMESPACES = Path("/run/netns")
News = tuple[str, str, Object]
"""Kind, what happened to it, and the object."""
Identity = tuple[int, int]


def keep_policies(site: Site) -> None:
    """Runs until something breaks."""
    with Reader(read_access(site.paths.own_kubeconfig), clock=site.clock) as reader:
        news: SimpleQueue[News | Exception] = SimpleQueue()
        for kind in KINDS:
            threading.Thread(target=_follow, args=(reader, kind, news), daemon=True).start()
        known = Known(Arrivals(CNI_RESULTS, site.name))
        enforcer = Enforcer(site, str(read_host().nft))
        while True:
            has_changed = known.take_all(news)
            if known.is_complete:
                enforcer.settle(known.world() if has_changed else None)


def _follow(reader: Reader, kind: str, news: "SimpleQueue[News | Exception]") -> None:
    events = watched(reader.lists, Selection(kind), seconds=FOREVER, pulse_seconds=STREAM_SECONDS)
    try:
        for change, found in events:
            if change != PULSE:
                news.put((kind, change, found))
    except Exception as problem:  # noqa: BLE001  whoever reads the news raises it
        news.put(problem)


class Known:
    """The cluster as the watches have told it."""

    def __init__(self, arrivals: Arrivals) -> None:
        self._arrivals = arrivals
        self._objects: dict[str, dict[str, Object]] = {kind: {} for kind in KINDS}
        self._awaited = set(KINDS)

    @property
    def is_complete(self) -> bool:
        """Half a list would cut what the other half allows."""
        return not self._awaited

    def awaits_arrivals(self) -> bool:
        """Whether a Pod is about to start in a namespace that has policies."""
        policed = {
            each["metadata"]["namespace"] for each in self._objects["NetworkPolicy"].values()
        }
        return any(
            each["metadata"]["namespace"] in policed and is_arriving(each)
            for each in self._objects["Pod"].values()
        )

    def take_all(self, news: "SimpleQueue[News | Exception]") -> bool:
        """Wait a while for one piece, then take what else is there; whether there was any."""
        is_news = False
        with suppress(Empty):
            self._take(
                news.get(timeout=ARRIVAL_SECONDS if self.awaits_arrivals() else ROUND_SECONDS)
            )
            is_news = True
            while not news.empty():
                self._take(news.get())
        return (self.awaits_arrivals() and self._arrivals.look()) or is_news

    def _take(self, piece: News | Exception) -> None:
        if isinstance(piece, Exception):
            raise piece
        kind, change, found = piece
        if change == SYNCED:
            self._awaited.discard(kind)
        elif change == "DELETED":
            self._objects[kind].pop(found["metadata"]["uid"], None)
        else:
            self._objects[kind][found["metadata"]["uid"]] = found

    def world(self) -> World:
        namespaces = {
            each["metadata"]["name"]: each["metadata"].get("labels") or {}
            for each in self._objects["Namespace"].values()
        }
        policies = list(self._objects["NetworkPolicy"].values())
        pods = self._arrivals.addressed(self._objects["Pod"].values())
        return World(pods_from(pods), namespaces, policies)


class Enforcer:
    """Which text each node's kernel has, and which it should have."""

    def __init__(self, site: Site, nft: str, namespaces: Path = NAMESPACES) -> None:
        self._site = site
        self._nft = nft
        self._namespaces = namespaces
        self._wanted: dict[str, str] = {}
        self._loaded: dict[str, tuple[Identity, str]] = {}
        self._failed: dict[str, tuple[Identity, str]] = {}

    def settle(self, world: World | None) -> None:
        """None: the cluster is as it was; a node may still be new, or made again."""
        if world is not None:
            self._wanted = table_texts(world) if world.policies else {}
        record = read_record(self._site.paths.record)
        if record is None:
            return
        for node in record.nodes:
            namespace = network_of(record).node_namespace(node.name)
            made = _identity(self._namespaces / namespace)
            wanted = made and (made, self._wanted.get(node.name, NOTHING))
            if wanted and self._loaded.get(namespace) != wanted:
                self._load(namespace, *wanted)

    def _load(self, namespace: str, made: Identity, text: str) -> None:
        """A namespace may be half made just now, or half gone; what fails twice is trouble."""
        command = [*in_namespace(namespace), self._nft, "-f", "-"]
        ended = self._site.run(command, stdin=text, may_fail=True)
        if not ended.status:
            self._loaded[namespace] = made, text
        elif self._failed.get(namespace) == (made, text):
            raise ClusterError(
                say("nft refused the policies of {namespace}.", namespace=namespace),
                say("Run `labkit doctor`; it looks whether the kernel has nftables."),
                ended.errors,
            )
        self._failed[namespace] = made, text


def _identity(namespace: Path) -> Identity | None:
    """Another one of the same name is another: its kernel knows no table yet."""
    try:
        seen = namespace.stat()
    except OSError:
        return None
    return seen.st_ino, seen.st_ctime_ns
