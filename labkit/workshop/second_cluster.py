"""A second cluster beside the lab's: for a lesson that stops parts of it, or drains its nodes."""

from dataclasses import replace
from pathlib import Path

from labkit.foundation.errors import SettingInvalid
from labkit.foundation.text import say
from labkit.workshop.lab import Lab
from labkit.workshop.running import Running, Wanted, down, up


def begin_second(lab: Lab, name: str, *, nodes: int) -> Path:
    """Real nodes, whatever the lab's engine; its administrator's kubeconfig. Again: finds it there.

    Raises SettingInvalid for the lab's own name; exercises stay where they are.
    """
    running = _second(lab, name)
    up(running, Wanted(nodes=nodes, apart=True), lab.progress)
    return running.engine().kubeconfig()


def end_second(lab: Lab, name: str) -> None:
    """With all that is in it. Ending what is not there is fine."""
    down(_second(lab, name), lab.progress)


def _second(lab: Lab, name: str) -> Running:
    if name == lab.record.name:
        raise SettingInvalid("name", name, say("a name that is not your lab's own"))
    settings = replace(lab.settings, cluster=name, engine="local")
    return Running(settings, lab.run, lab.clock)
