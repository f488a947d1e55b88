"""What a lesson does around its exercises: begin, find an address, pay it a visit."""

import os
import sys
from collections.abc import Iterator

from labkit.foundation.process import SystemRunner
from labkit.foundation.settings import change_environment, read_settings
from labkit.foundation.text import say
from labkit.foundation.waiting import SystemClock
from labkit.workshop.lessons import Begun
from labkit.workshop.lessons import begin as begin_lesson
from labkit.workshop.visiting import Page
from labkit.workshop.visiting import external_address as find_address
from labkit.workshop.visiting import visit as pay_visit


def begin(lesson: str, *, engine: str = "", attendee: str = "", namespace: str = "") -> str:
    """Prepare a lesson and return the namespace of its demo.

    From here on commands of the page (`!kubectl …`) act as the learner, in the learner's folder.
    """
    from labkit.workshop.lab import open_lab
    from labkit.workshop.names import learner_kubeconfig
    from labkit.workshop.tools import tool_path

    if attendee:
        change_environment({"LABKIT_ATTENDEE": attendee})
    settings = read_settings()
    lab = open_lab(settings)
    begun = begin_lesson(lab, lesson, namespace=namespace, engine=engine)
    kubeconfig = str(learner_kubeconfig(settings))
    change_environment({"KUBECONFIG": kubeconfig, "PATH": tool_path(lab)})
    begun.folder.mkdir(parents=True, exist_ok=True)
    os.chdir(begun.folder)
    sys.stdout.write("\n".join(_told(begun)) + "\n")
    return begun.namespace


def visit(address: str, *, pause_seconds: float = 0, limit_seconds: float = 30) -> Page:
    """Open a page as `curl` does, waiting a little if nobody answers yet."""
    return pay_visit(
        address, clock=SystemClock(), limit_seconds=limit_seconds, pause_seconds=pause_seconds
    )


def external_address(service: str, *, limit_seconds: float = 60) -> str:
    """Wait until a Service of the present namespace has an address outside, and return it."""
    return find_address(
        service, run=SystemRunner(), clock=SystemClock(), limit_seconds=limit_seconds
    )


def _told(begun: Begun) -> Iterator[str]:
    yield say("Ready. kubectl works in the namespace {name}.", name=begun.namespace)
    yield say("Your files are in {folder}.", folder=begun.folder)
    for capability in begun.missing:
        yield say(
            "This lesson needs {capability}, which a {engine} cluster does not offer: read the "
            "cells about it, they will not work. → `labkit up` starts a cluster where they do.",
            capability=capability,
            engine=begun.engine,
        )
