"""Keep the platform's add-ons: their images on every node, their manifests applied, their state.

An add-on is a folder of manifests/platform/. A node gets the images first and the label that lets
add-ons' Pods onto it second.
"""

import json
from pathlib import Path

import labkit
from labkit.cluster.local import images
from labkit.cluster.local.installed import installed
from labkit.cluster.local.network import pod_range
from labkit.cluster.local.node import Node
from labkit.cluster.local.record import read_record
from labkit.cluster.local.site import ADDON_IMAGES, Site, node_of, read_host
from labkit.cluster.local.status import ADDON_STATES
from labkit.foundation.errors import LabError
from labkit.foundation.files import write_atomically
from labkit.foundation.text import say
from labkit.kube.conditions import deployment_available
from labkit.kube.errors import KubeError, ObjectNotFound
from labkit.kube.kubeconfig import read_access
from labkit.kube.manifests import load
from labkit.kube.reader import Reader
from labkit.kube.writer import Writer

PLATFORM = Path(labkit.__file__).resolve().parents[1] / "manifests" / "platform"
IMAGES_LABEL = "labkit.example/addon-images"
ROUND_SECONDS = 0.5  # what changes here are files of ours, which nobody can watch more cheaply


def keep_addons(site: Site) -> None:
    """Runs until something breaks."""
    access = read_access(site.paths.pki / "controllers.kubeconfig")
    with Reader(access, clock=site.clock) as reader, Writer(access, clock=site.clock) as writer:
        keeper = _Keeper(site, reader, writer)
        while True:
            keeper.round()
            site.clock.pause(ROUND_SECONDS)


class _Keeper:
    def __init__(self, site: Site, reader: Reader, writer: Writer) -> None:
        self._site = site
        self._reader = reader
        self._writer = writer
        self._ranged: set[str] = set()
        self._supplied: set[str] = set()
        self._applied: set[str] = set()
        self._states: dict[str, str] = {}

    def round(self) -> None:
        archives = self._archives()
        for node in self._nodes():
            try:
                self._describe(node)
                if archives:
                    self._supply(node, archives)
            except ObjectNotFound:  # added a moment ago, or gone again: the next round sees
                continue
        for folder in sorted(PLATFORM.iterdir()):
            self._note(folder.name, self._keep(folder, archives))

    def _archives(self) -> list[Path]:
        """All add-on images, or none while one is still being obtained."""
        known = installed(self._site)[1]
        return [known[name] for name in ADDON_IMAGES if name in known] * all(
            name in known for name in ADDON_IMAGES
        )

    def _nodes(self) -> list[Node]:
        record = read_record(self._site.paths.record)
        if record is None:
            return []
        host, programs = read_host(), installed(self._site)[0]
        return [
            node_of(record, node, paths=self._site.paths, programs=programs, host=host)
            for node in record.nodes
        ]

    def _describe(self, node: Node) -> None:
        """Write the Pods' range on the Node too: people look for it there."""
        if node.name not in self._ranged:
            pods = pod_range(node.index)
            found = self._reader.get("Node", node.name)
            if not found["spec"].get("podCIDR"):
                self._writer.patch(
                    "Node", node.name, {"spec": {"podCIDR": pods, "podCIDRs": [pods]}}
                )
            self._ranged.add(node.name)

    def _supply(self, node: Node, archives: list[Path]) -> None:
        if node.name not in self._supplied:
            images.load(node, archives, self._site.run, gently=True)
            self._writer.patch("Node", node.name, {"metadata": {"labels": {IMAGES_LABEL: "ready"}}})
            self._supplied.add(node.name)

    def _keep(self, folder: Path, archives: list[Path]) -> str:
        """The add-on's state in words."""
        if not archives:
            return say("waits for its image, which is being made")
        try:
            if folder.name not in self._applied:
                for path in sorted(folder.glob("*.yaml")):
                    for document in load(path.read_text(), source=str(path)):
                        self._writer.apply(document)
                self._applied.add(folder.name)
            deployment = self._reader.get("Deployment", folder.name, namespace="kube-system")
        except (KubeError, LabError) as problem:
            return say("failed: {reason}", reason=problem.what_happened)
        return say("ready") if deployment_available(deployment) else say("starting")

    def _note(self, name: str, state: str) -> None:
        if self._states.get(name) != state:
            self._states[name] = state
            text = json.dumps(self._states, indent=2) + "\n"
            write_atomically(self._site.paths.data / ADDON_STATES, text)
