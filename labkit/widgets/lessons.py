"""What a lesson does around its exercises: begin, find an address, pay it a visit, finish."""

import os
from typing import TYPE_CHECKING

from labkit.widgets.stopping import cell

if TYPE_CHECKING:
    from labkit.widgets.view import View
    from labkit.workshop.by_hand import Handmade
    from labkit.workshop.visiting import Page


@cell
def begin(lesson: str, *, engine: str = "", attendee: str = "", namespace: str = "") -> str:
    """Prepare a lesson and return the namespace of its demo.

    From here on commands of the page (`!kubectl …`) act as the learner, in the learner's folder.
    """
    from IPython.display import display

    from labkit.foundation.settings import change_environment, read_settings
    from labkit.widgets.lesson_views import begun_view
    from labkit.widgets.progress_line import progress_line
    from labkit.workshop import lessons
    from labkit.workshop.lab import open_lab
    from labkit.workshop.tools import learner_environment

    if attendee:
        change_environment({"LABKIT_ATTENDEE": attendee})
    with progress_line() as progress:
        lab = open_lab(read_settings(), progress=progress)
        begun = lessons.begin(lab, lesson, namespace=namespace, engine=engine)
        change_environment(learner_environment(lab))
    os.chdir(begun.folder)
    display(begun_view(begun))  # type: ignore[no-untyped-call]
    return begun.namespace


@cell
def visit(
    address: str,
    *,
    pause_seconds: float = 0,
    limit_seconds: float = 30,
    host: str = "",
    wanted: int = 0,
) -> "Page":
    """Open a page as `curl` does, waiting a little if nobody answers yet."""
    from labkit.foundation.waiting import SystemClock
    from labkit.workshop import visiting

    return visiting.visit(
        address,
        clock=SystemClock(),
        limit_seconds=limit_seconds,
        pause_seconds=pause_seconds,
        host=host,
        wanted=wanted,
    )


@cell
def external_address(service: str, *, limit_seconds: float = 60, kind: str = "service") -> str:
    """Wait until a Service, or an Ingress, of this namespace has an address; return it."""
    from labkit.foundation.process import SystemRunner
    from labkit.foundation.waiting import SystemClock
    from labkit.workshop import visiting

    return visiting.external_address(
        service,
        run=SystemRunner(),
        clock=SystemClock(),
        limit_seconds=limit_seconds,
        kind=kind,
    )


@cell
def node_door(service: str, *, node: str = "", port: int = 0) -> str:
    """A node's address with the port that it opens for a Service of the present namespace."""
    from labkit.foundation.process import SystemRunner
    from labkit.workshop import visiting

    return visiting.node_door(service, run=SystemRunner(), node=node, port=port)


@cell
def run_by_hand(name: str, *, calls: str = "") -> "Handmade":
    """Run the lessons' program as one process of this machine, which nobody looks after.

    `calls` is the address of the one that it asks in its turn.
    """
    from labkit.foundation.settings import read_settings
    from labkit.workshop.by_hand import HANDS, program_of
    from labkit.workshop.lab import open_lab

    lab = open_lab(read_settings())
    log = lab.settings.home / "logs" / "by-hand" / f"{name}.log"
    return HANDS.start(name, program_of(lab), log, clock=lab.clock, calls=calls)


@cell
def finish(lesson: str) -> "View":
    """Give back what a lesson and its exercises took; what you achieved stays noted."""
    from labkit.foundation.settings import read_settings
    from labkit.widgets.lesson_views import finished_view
    from labkit.workshop import lessons
    from labkit.workshop.by_hand import HANDS
    from labkit.workshop.lab import open_lab

    HANDS.end()
    return finished_view(lessons.finish(open_lab(read_settings()), lesson))
