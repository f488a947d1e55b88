"""What cells display, captured: an IPython without a kernel behind it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.interactiveshell import InteractiveShell

HTML = "text/html"


class Displayed:
    def __init__(self, publisher: Any) -> None:
        self._publisher = publisher

    @property
    def all(self) -> list[dict[str, Any]]:
        """Each display and each update, by kind of content."""
        return [output["data"] for output in self._publisher.outputs]

    @property
    def kept(self) -> list[dict[str, Any]]:
        """What a saved file would hold: of each output the last update."""
        outputs: dict[str, dict[str, Any]] = {}
        for number, output in enumerate(self._publisher.outputs):
            name = (output.get("transient") or {}).get("display_id", str(number))
            outputs[name] = output["data"]
        return list(outputs.values())


@contextmanager
def notebook_shell(*, kernel: bool = False) -> Iterator[Displayed]:
    """With `kernel`, it passes for one that a notebook is attached to."""
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance()
    shell.display_pub = CapturingDisplayPublisher()  # type: ignore[no-untyped-call]
    if kernel:
        shell.kernel = object()  # type: ignore[attr-defined]
    try:
        yield Displayed(shell.display_pub)
    finally:
        InteractiveShell.clear_instance()
