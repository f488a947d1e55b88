"""Options that several commands share, so that they read and behave the same everywhere."""

from typing import TYPE_CHECKING, Annotated

import typer

from labkit.foundation.process import SystemRunner
from labkit.foundation.settings import read_settings
from labkit.foundation.waiting import SystemClock

if TYPE_CHECKING:
    from labkit.workshop.running import Running

Name = Annotated[str, typer.Option("--name", help="Which cluster; the lab's if none is named.")]
EngineName = Annotated[
    str, typer.Option("--engine", help="local, simulated, or kubeconfig; the lab's, else local.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object, for programs.")]
Flavor = Annotated[str, typer.Option("--flavor", help="An OVHcloud flavor, such as b2-7 or d2-2.")]


def running_from(name: str, engine: str = "") -> "Running":
    """The cluster that a command means: named, else the environment's, else the lab's."""
    from labkit.workshop.running import Running, named

    return named(Running(read_settings(), SystemRunner(), SystemClock()), name, engine)
