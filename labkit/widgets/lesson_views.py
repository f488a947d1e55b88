"""What the first and the last cell of a lesson show."""

from labkit.foundation.text import say
from labkit.widgets.view import View, card, paragraph, title
from labkit.workshop.lessons import Begun, Finished
from labkit.workshop.offers import CONTAINER_BUILD, way_out

READY_COLOUR = "#1a7f37"


def begun_view(begun: Begun) -> View:
    lines = [
        say("Ready."),
        say("kubectl works in the namespace {name}.", name=begun.namespace),
        say("Your files are in {folder}.", folder=begun.folder),
    ]
    if begun.missing:
        lines.append(
            say(
                "This lesson needs {names}, which a {engine} cluster does not offer: read the "
                "cells about it, they will not work. → `labkit up` starts a cluster where they do.",
                names=", ".join(begun.missing),
                engine=begun.engine,
            )
        )
    if CONTAINER_BUILD in begun.missing:
        command = way_out([CONTAINER_BUILD])
        lines.append(say("For {name}: {command}", name=CONTAINER_BUILD, command=command))
    return _drawn(lines, begun)


def finished_view(finished: Finished) -> View:
    lines = [say("All tidy.")]
    if finished.nodes:
        lines.append(say("Removed nodes: {names}.", names=", ".join(finished.nodes)))
    if finished.namespaces:
        names = ", ".join(finished.namespaces)
        lines.append(say("Removed namespaces: {names}.", names=names))
    lines.append(say("Your files and what you achieved are kept."))
    return _drawn(lines, finished)


def second_view(cluster: str) -> View:
    lines = [
        say("Cluster {name} is up.", name=cluster),
        say("kubectl speaks to it, as its administrator, until `end_cluster`."),
    ]
    return _drawn(lines, cluster)


def ended_view(cluster: str) -> View:
    lines = [
        say("Cluster {name} is gone, and all that was in it.", name=cluster),
        say("kubectl speaks to your lab again."),
    ]
    return _drawn(lines, cluster)


def _drawn(lines: list[str], value: object) -> View:
    first, *rest = lines
    html = card(first, title(first), *map(paragraph, rest), colour=READY_COLOUR)
    return View("\n".join(lines), html, value)
