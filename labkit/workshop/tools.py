"""Where programs that steps and lessons run are found: the lab's before the machine's."""

import sys
from pathlib import Path

from labkit.foundation.process import merged_environment
from labkit.toolchain.provide import provide
from labkit.workshop.container_room import furnish
from labkit.workshop.lab import Lab
from labkit.workshop.names import learner_kubeconfig


def tool_path(lab: Lab) -> str:
    """PATH, in front the kubectl that fits the cluster, the lab's own podman, and this labkit."""
    found = provide(
        ["kubectl"],
        settings=lab.settings,
        run=lab.run,
        progress=lab.progress,
        clock=lab.clock,
    )
    folders = [found["kubectl"].parent, *furnish(lab.settings), Path(sys.executable).parent]
    return ":".join([*map(str, folders), merged_environment({}).get("PATH", "")])


def learner_environment(lab: Lab) -> dict[str, str]:
    """What a notebook or a terminal has to know to act as the learner.

    The kubeconfig comes with the first lesson or exercise. Told again, who knows it stays as it is.
    """
    folders = dict.fromkeys(tool_path(lab).split(":"))
    kubeconfig = learner_kubeconfig(lab.settings).absolute()
    return {"KUBECONFIG": str(kubeconfig), "PATH": ":".join(folders)}
