"""The picture of a namespace below a cell, drawn anew after each change while other cells run."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from labkit.foundation.errors import LabError
from labkit.foundation.text import say
from labkit.foundation.waiting import Clock
from labkit.widgets.namespace_view import namespace_view
from labkit.widgets.view import View
from labkit.workshop.live import LiveNamespace
from labkit.workshop.tree import Tree

if TYPE_CHECKING:
    from labkit.kube.reader import Reader


THREAD = "draw a namespace"


@dataclass(slots=True)
class Pictures:
    """Those of this kernel; one follows the cluster at a time."""

    current: LiveNamespace | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def replace(self, live: LiveNamespace) -> None:
        with self.lock:
            if self.current:
                self.current.stop()
            self.current = live


PICTURES = Pictures()


def follow(reader: "Reader", namespace: str, *, seconds: float, hold: bool) -> None:
    """Draw at once, then after each change: beside other cells, or until interrupted (`hold`)."""
    live = LiveNamespace(reader, namespace, seconds=seconds)
    PICTURES.replace(live)
    trees = live.trees()
    picture = Picture(live, reader.clock, seconds)
    picture.show(next(trees, Tree(namespace)))
    if hold:
        picture.follow(trees)
    else:
        # A daemon: it ends with the kernel, whatever it waits for.
        threading.Thread(target=picture.follow, args=(trees,), name=THREAD, daemon=True).start()


class Picture:
    def __init__(self, live: LiveNamespace, clock: Clock, seconds: float) -> None:
        self._live = live
        self._clock = clock
        self._until = clock.now() + timedelta(seconds=seconds)
        self._tree = Tree(live.namespace)
        self._shown: Any = None

    def show(self, tree: Tree) -> None:
        self._tree = tree
        told = say(
            "As it was at {now} (UTC). It changes with the cluster, until {end} at the latest.",
            **self._times(),
        )
        self._draw(namespace_view(tree, told))

    def follow(self, trees: Iterator[Tree]) -> None:
        """Until the time is over, another picture takes over, or somebody presses ■."""
        problem = ""
        try:
            for tree in trees:
                self.show(tree)
        except KeyboardInterrupt:
            self._live.stop()
        except LabError as trouble:
            problem = f"{trouble.what_happened} → {trouble.next_step}"
        told = say("As it was at {now} (UTC). Run the cell again to follow on.", **self._times())
        self._draw(namespace_view(self._tree, *filter(None, (problem, told))))

    def _times(self) -> dict[str, str]:
        return {"now": f"{self._clock.now():%H:%M:%S}", "end": f"{self._until:%H:%M:%S}"}

    def _draw(self, view: View) -> None:
        from IPython.display import display

        if self._shown:
            self._shown.update(view)
        else:
            self._shown = display(view, display_id=True)  # type: ignore[no-untyped-call]
