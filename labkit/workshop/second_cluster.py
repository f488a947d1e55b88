"""A second cluster beside the lab's: for a lesson that stops parts of it, or drains its nodes."""

from dataclasses import replace
from pathlib import Path

from labkit.foundation.errors import SettingInvalid
from labkit.foundation.text import say
from labkit.workshop.lab import Lab
from labkit.workshop.running import Running, Wanted, down, up


def begin_second(lab: Lab, name: str, *, nodes: int) -> Path:
    """Real nodes, whatever the lab's engine; its administrator's kubeconfig.

    One that runs already is taken as it is: somebody who is not root starts it in a terminal, where
    sudo can ask. Raises SettingInvalid for the lab's own name.
    """
    from labkit.cluster.engine import State

    running = _second(lab, name)
    engine = running.engine()
    found = engine.status()
    if found.state is not State.RUNNING or len(found.nodes) < nodes:
        up(running, Wanted(nodes=nodes, apart=True), lab.progress)
    return engine.kubeconfig()


def end_second(lab: Lab, name: str) -> None:
    """With all that is in it. Ending what is not there is fine."""
    down(_second(lab, name), lab.progress)


def _second(lab: Lab, name: str) -> Running:
    if name == lab.record.name:
        raise SettingInvalid("name", name, say("a name that is not your lab's own"))
    settings = replace(lab.settings, cluster=name, engine="local")
    return Running(settings, lab.run, lab.clock)
