"""Pods that have an address and have not said so yet.

A kubelet tells a Pod's address a second after the Pod runs. The node's network knows it before the
first container starts, and writes it down: so a policy is in force about when the Pod begins.
"""

import json
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from labkit.cluster.local.policy.selecting import ENDED
from labkit.kube.resources import Object


class Arrivals:
    """Reads what the network plugins noted, each note once."""

    def __init__(self, notes: Path, cluster: str) -> None:
        self._notes = notes
        self._pattern = f"labkit.{cluster}.*"
        self._addresses: dict[Path, tuple[str, str]] = {}

    def look(self) -> bool:
        """Whether there was a new note, or one is gone."""
        before = dict(self._addresses)
        present = set(self._notes.glob(self._pattern))
        self._addresses = {path: it for path, it in self._addresses.items() if path in present}
        for path in present - self._addresses.keys():
            # One that is half written, or gone again, is read the next time.
            with suppress(OSError, ValueError, KeyError, IndexError):
                note = json.loads(path.read_text())
                address = note["result"]["ips"][0]["address"].partition("/")[0]
                self._addresses[path] = dict(note["cniArgs"])["K8S_POD_UID"], address
        return self._addresses != before

    def addressed(self, pods: Iterable[Object]) -> list[Object]:
        """Each Pod with its address, wherever it is to be had."""
        known = dict(self._addresses.values())
        return [_addressed(pod, known) if is_arriving(pod) else pod for pod in pods]


def is_arriving(pod: Object) -> bool:
    """On its way to a node, or just there."""
    spec, status = pod["spec"], pod.get("status") or {}
    is_bound = bool(spec.get("nodeName")) and not spec.get("hostNetwork")
    return is_bound and not status.get("podIP") and status.get("phase") not in ENDED


def _addressed(pod: Object, known: dict[str, str]) -> Object:
    address = known.get(pod["metadata"]["uid"])
    return {**pod, "status": {**(pod.get("status") or {}), "podIP": address}} if address else pod
