"""A namespace followed as it changes, by watches of the learner's own identity."""

import threading
from collections.abc import Iterator
from contextlib import closing
from queue import SimpleQueue

from labkit.kube.errors import KubeError
from labkit.kube.kubeconfig import Access, read_access
from labkit.kube.reader import Reader
from labkit.kube.resources import Object, Selection
from labkit.kube.watching import PULSE, SYNCED, watched
from labkit.workshop.lab import Lab
from labkit.workshop.names import learner_kubeconfig
from labkit.workshop.tree import KINDS, Tree, tree_of

PULSE_SECONDS = 5.0  # how long a watch may outlive a stop; each costs the API server one request
ENDED = "ENDED"
News = tuple[str, str, Object]
"""Kind, what happened to it, and the object."""


def learner_access(lab: Lab) -> Access:
    """As `kubectl` of a cell reaches the cluster: same rights, same present namespace."""
    return read_access(learner_kubeconfig(lab.settings))


class LiveNamespace:
    """Threads watch one kind each; whoever iterates over `trees` draws."""

    def __init__(
        self, reader: Reader, namespace: str, *, seconds: float, pulse_seconds: float = 0
    ) -> None:
        self.namespace = namespace
        self._reader = reader
        self._seconds = seconds
        self._pulse_seconds = pulse_seconds or PULSE_SECONDS
        self._news: SimpleQueue[News | KubeError] = SimpleQueue()
        self._stopped = threading.Event()
        self.threads = tuple(
            threading.Thread(target=self._follow, args=(kind,), name=f"watch {kind}", daemon=True)
            for kind in KINDS
        )

    def trees(self) -> Iterator[Tree]:
        """The tree as it is, then a new one after each change, until the time is over or stop().

        What changes at once is one tree. Raises a KubeError when a watch cannot go on.
        """
        objects: dict[tuple[str, str], Object] = {}
        waiting_for, running = set(KINDS), set(KINDS)
        for thread in self.threads:
            thread.start()
        try:
            while running and not self._stopped.is_set():
                for kind, change, object_ in self._next():
                    if change == SYNCED:
                        waiting_for.discard(kind)
                    elif change == ENDED:
                        running.discard(kind)
                    elif change == "DELETED":
                        objects.pop((kind, object_["metadata"]["uid"]), None)
                    else:
                        objects[kind, object_["metadata"]["uid"]] = object_
                if running == set(KINDS) and not waiting_for and not self._stopped.is_set():
                    yield tree_of(self.namespace, objects.values())
        finally:
            self.stop()

    def stop(self) -> None:
        """No tree comes after this; the watches end within a pulse."""
        self._stopped.set()
        self._news.put(("", ENDED, {}))

    def _next(self) -> Iterator[News]:
        """Wait for one piece of news, then take what else is there already."""
        while True:
            piece = self._news.get()
            if isinstance(piece, KubeError):
                raise piece
            yield piece
            if self._news.empty():
                return

    def _follow(self, kind: str) -> None:
        selection = Selection(kind, self.namespace)
        events = watched(
            self._reader.lists,
            selection,
            seconds=self._seconds,
            pulse_seconds=self._pulse_seconds,
        )
        try:
            with closing(events):
                for change, object_ in events:
                    if self._stopped.is_set():
                        return
                    if change != PULSE:
                        self._news.put((kind, change, object_))
        except KubeError as problem:
            self._news.put(problem)
        finally:
            self._news.put((kind, ENDED, {}))
