"""What the first and the last cell of a lesson show."""

from typing import TYPE_CHECKING

from labkit.foundation.text import say
from labkit.widgets.view import View, card, paragraph, title
from labkit.workshop.cloud_offers import OF_CLOUD, REAL_NODES
from labkit.workshop.lessons import Begun, Finished
from labkit.workshop.offers import CONTAINER_BUILD, way_out

if TYPE_CHECKING:
    from labkit.workshop.cloud import CloudStatus  # its emulator is much to import

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
    for apart in ({CONTAINER_BUILD}, OF_CLOUD):
        if names := apart.intersection(begun.missing):
            command = way_out(names)
            lines.append(say("For {name}: {command}", name=", ".join(names), command=command))
    return _drawn(lines, begun)


def cloud_view(status: "CloudStatus") -> View:
    lines = [
        say("The lab's cloud answers at {endpoint}.", endpoint=status.endpoint),
        say("Your project is {project}.", project=status.project),
    ]
    if status.engine == REAL_NODES:
        lines.append(say("What you order is real, on this machine: no account, no bill."))
    else:
        lines.append(say("Its clusters are real; their nodes are simulated and run no Pods."))
    return _drawn(lines, status)


def finished_view(finished: Finished) -> View:
    lines = [say("All tidy.")]
    if finished.nodes:
        lines.append(say("Removed nodes: {names}.", names=", ".join(finished.nodes)))
    if finished.namespaces:
        names = ", ".join(finished.namespaces)
        lines.append(say("Removed namespaces: {names}.", names=names))
    if finished.clusters:
        names = ", ".join(finished.clusters)
        lines.append(say("Removed clusters of the cloud: {names}.", names=names))
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
