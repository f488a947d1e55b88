"""The cloud as the grader sees it: reads only, over the keys of whoever grades."""

import threading
from collections.abc import Collection, Sequence
from typing import Any, Self

from labkit.grading.snapshot import Object
from labkit.grading.sources import ClusterReader
from labkit.kube.reader import Reader
from labkit.remote.cloud_keys import CloudKeys
from labkit.remote.cloud_paths import read_path
from labkit.remote.ovhcloud import ReadOnlyCloud
from labkit.workshop.cloud_account import access_from, account_keys, lab_levers
from labkit.workshop.lab import Lab

ANSWERING = ("READY", "UPDATING", "REDEPLOYING")
"""Statuses of a cluster whose API server is there."""


class LabCloud:
    """Opened by the first read, closed at the end of a `with`; safe for threads."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._lock = threading.Lock()
        self._readers: dict[str, Reader | None] = {}
        self._keys: CloudKeys | None = None
        self._opened: ReadOnlyCloud | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for reader in filter(None, self._readers.values()):
            reader.close()

    def read(self, project: str, path: str) -> Sequence[Any]:
        return read_path(self._api(), project, path)

    def calls(self, agent: str) -> Sequence[Object]:
        heard = lab_levers(self._lab).state()["calls"]
        return [one for one in heard if one["agent"] == agent]

    def cluster(self, project: str, name: str) -> ClusterReader | None:
        with self._lock:
            if name not in self._readers:
                self._readers[name] = self._open(project, name)
            return self._readers[name]

    def secrets(self) -> Collection[str]:
        return self._account().secrets()

    def _open(self, project: str, name: str) -> Reader | None:
        cloud = self._api()
        found = [
            one for one in read_path(cloud, project, f"/kube/@{name}") if one["status"] in ANSWERING
        ]
        if not found:
            return None
        access = access_from(cloud.kubeconfig(project, found[0]["id"]))
        return Reader(access, run=self._lab.run, clock=self._lab.clock)

    def _api(self) -> ReadOnlyCloud:
        if self._opened is None:
            self._opened = self._lab.reach_cloud.reading(self._account())
        return self._opened

    def _account(self) -> CloudKeys:
        if self._keys is None:
            self._keys = account_keys(self._lab)
        return self._keys
