"""Keep the platform's add-ons: their images on every node, their manifests applied, their state.

An add-on is a folder of manifests/platform/, its image has the same name. A node gets the image
first, and second the label that lets the add-on's Pods onto it. Those on demand are wanted while
the cluster's note of installed images names them; without that, what there is of them goes.
"""

import contextlib
import json
from collections.abc import Container
from pathlib import Path

from labkit.cluster.local import images
from labkit.cluster.local.installed import installed
from labkit.cluster.local.network import range_note
from labkit.cluster.local.node import Node
from labkit.cluster.local.record import read_record
from labkit.cluster.local.site import ON_DEMAND, Site, node_of, read_host
from labkit.cluster.local.spare import wait_for_spare_core
from labkit.cluster.local.status import ADDON_STATES
from labkit.cluster.platform import PLATFORM
from labkit.foundation.errors import LabError, TimedOut
from labkit.foundation.files import write_atomically
from labkit.foundation.text import say
from labkit.foundation.waiting import wait_until
from labkit.kube.conditions import deployment_available
from labkit.kube.errors import ObjectNotFound
from labkit.kube.kubeconfig import read_access
from labkit.kube.manifests import load
from labkit.kube.reader import Reader
from labkit.kube.resources import Objects
from labkit.kube.writer import Writer

IMAGE_LABEL = "labkit.example/image-"
OURS = "labkit.example/add-on"
CONTROLLERS_SECONDS = 30
SPARE_SECONDS = 4
PATIENCE_SECONDS = 20  # with an add-on that does not become ready; then the others come too
ROUND_SECONDS = 0.5  # what changes here are files of ours, which nobody can watch more cheaply


def keep_addons(site: Site) -> None:
    """Runs until something breaks."""
    access = read_access(site.paths.own_kubeconfig)
    with Reader(access, clock=site.clock) as reader, Writer(access, clock=site.clock) as writer:
        keeper = _Keeper(site, reader, writer)
        _let_others_start(site, reader)
        while True:
            keeper.round()
            site.clock.pause(ROUND_SECONDS)


def _let_others_start(site: Site, reader: Reader) -> None:
    """Until the controller manager works, and then until what was applied meanwhile has begun.

    Images are large: taken at once, they cost the first application half a second.
    """
    with contextlib.suppress(TimedOut):
        wait_until(
            lambda: reader.list("ServiceAccount", namespace="kube-system"),
            say("the controller manager"),
            limit_seconds=CONTROLLERS_SECONDS,
            clock=site.clock,
            pause_seconds=0.2,
        )
    wait_for_spare_core(site.clock, limit_seconds=SPARE_SECONDS)


class _Keeper:
    def __init__(self, site: Site, reader: Reader, writer: Writer) -> None:
        self._site = site
        self._reader = reader
        self._writer = writer
        self._ranged: set[str] = set()
        self._supplied: set[tuple[str, str]] = set()
        self._applied: set[str] = set()
        self._withdrawn: set[str] = set()
        self._since: dict[str, float] = {}
        self._states: dict[str, str] = {}

    def round(self) -> None:
        nodes, archives = self._nodes_and_archives()
        self._forget_all_but({node.name for node in nodes})
        self._describe_all(nodes)
        if nodes:
            self._keep_all(nodes, archives)
        else:
            self._wait_for_a_node()

    def _keep_all(self, nodes: list[Node], archives: dict[str, Path]) -> None:
        """One add-on after the other, each on one node first: together they would be late."""
        held_up = ""
        for folder in addon_folders(archives):
            waited = self._waited(folder.name)
            if held_up and not waited:
                self._note(folder.name, say("waits for {name}", name=held_up))
                continue
            archive = archives.get(folder.name)
            state = self._keep(folder, archive, nodes if waited else nodes[:1])
            self._note(folder.name, state)
            held_up = held_up or (folder.name if state != say("ready") else "")
        if not held_up:
            for name, archive in archives.items():
                if (PLATFORM / name).is_dir():
                    self._supply(name, archive, nodes)
        for name in ON_DEMAND:
            if name not in archives:
                self._note(name, self._withdraw(PLATFORM / name))

    def _wait_for_a_node(self) -> None:
        """Nothing is late before there is one; nor is anything applied that could only wait."""
        self._since.clear()
        for folder in addon_folders(()):
            self._note(folder.name, say("waits for a node"))

    def _waited(self, name: str) -> bool:
        now = self._site.clock.monotonic()
        return now - self._since.setdefault(name, now) > PATIENCE_SECONDS

    def _nodes_and_archives(self) -> tuple[list[Node], dict[str, Path]]:
        """The cluster's nodes, and the archives of images by name while it has any."""
        record = read_record(self._site.paths.record)
        if record is None or not record.nodes:
            return [], {}
        host, (programs, archives) = read_host(), installed(self._site)
        nodes = [
            node_of(record, node, paths=self._site.paths, programs=programs, host=host)
            for node in record.nodes
        ]
        return nodes, archives

    def _forget_all_but(self, names: set[str]) -> None:
        """A node may go, and another of its name come: that one has nothing yet."""
        self._ranged &= names
        self._supplied = {done for done in self._supplied if done[0] in names}

    def _describe_all(self, nodes: list[Node]) -> None:
        """Write the Pods' range on the Nodes too, where the cluster began with them."""
        for node in nodes:
            if node.name in self._ranged:
                continue
            with contextlib.suppress(ObjectNotFound):  # added a moment ago, or gone again
                found = self._reader.get("Node", node.name)
                if not found["spec"].get("podCIDR"):
                    self._writer.patch("Node", node.name, {"spec": range_note(node.index)})
                self._ranged.add(node.name)

    def _supply(self, image: str, archive: Path, nodes: list[Node]) -> None:
        """Each of these nodes has the image, then the label."""
        for node in nodes:
            if (node.name, image) in self._supplied:
                continue
            with contextlib.suppress(ObjectNotFound):
                self._reader.get("Node", node.name)
                images.load(node, [archive], self._site.run, gently=True)
                label = {IMAGE_LABEL + image: "ready"}
                self._writer.patch("Node", node.name, {"metadata": {"labels": label}})
                self._supplied.add((node.name, image))

    def _keep(self, folder: Path, archive: Path | None, nodes: list[Node]) -> str:
        """The add-on's state in words."""
        if archive is None:
            return say("waits for its image, which is being made")
        try:
            self._supply(folder.name, archive, nodes)
            if folder.name not in self._applied:
                for document in _documents(folder):
                    self._writer.apply(document)
                self._applied.add(folder.name)
                self._withdrawn.discard(folder.name)
            deployment = self._reader.get("Deployment", folder.name, namespace="kube-system")
        except LabError as problem:
            return say("failed: {reason}", reason=problem.what_happened)
        return say("ready") if deployment_available(deployment) else say("starting")

    def _withdraw(self, folder: Path) -> str:
        """Take away what is ours; the state in words."""
        if folder.name not in self._withdrawn:
            if self._is_ours(folder.name):
                for document in reversed(_documents(folder)):
                    metadata = document["metadata"]
                    where = metadata.get("namespace")
                    self._writer.delete(document["kind"], metadata["name"], where)
            self._applied.discard(folder.name)
            self._since.pop(folder.name, None)
            self._withdrawn.add(folder.name)
        return say("not installed; `labkit addon add {name}`", name=folder.name)

    def _is_ours(self, name: str) -> bool:
        try:
            found = self._reader.get("Deployment", name, namespace="kube-system")
        except ObjectNotFound:
            return False
        return OURS in (found["metadata"].get("labels") or {})

    def _note(self, name: str, state: str) -> None:
        if self._states.get(name) != state:
            self._states[name] = state
            text = json.dumps(self._states, indent=2) + "\n"
            write_atomically(self._site.paths.data / ADDON_STATES, text)


def addon_folders(installed_images: Container[str]) -> list[Path]:
    """In the order they come in: those of every cluster, then those that somebody asked for."""
    folders = sorted(PLATFORM.iterdir(), key=lambda folder: (folder.name in ON_DEMAND, folder.name))
    return [each for each in folders if each.name not in ON_DEMAND or each.name in installed_images]


def _documents(folder: Path) -> Objects:
    return [
        document
        for path in sorted(folder.glob("*.yaml"))
        for document in load(path.read_text(), source=str(path))
    ]
