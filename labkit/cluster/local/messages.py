"""What passes between labkit and its root side: JSON, one message a line.

A request goes one way; progress comes back as it happens, then one result or one error. The same
lines travel over the agent's socket and over the pipe of a run through sudo.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any, TextIO

from labkit.cluster.engine import (
    ClusterConfig,
    ClusterStatus,
    ComponentStatus,
    NodeStatus,
    State,
)
from labkit.cluster.errors import ClusterError
from labkit.cluster.node_record import shape_from
from labkit.cluster.plane_settings import oidc_from
from labkit.foundation.errors import LabError
from labkit.foundation.progress import Progress
from labkit.foundation.text import say

LONGEST_REQUEST = 1_000_000  # characters


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    cluster: str
    arguments: dict[str, Any] = field(default_factory=dict)
    user: int = 0
    """Who asks; the agent overwrites it with what the kernel says."""


def request_line(request: Request) -> str:
    return json.dumps(asdict(request)) + "\n"


def read_request(line: str) -> Request:
    """Raises LabError for a line that is no request."""
    try:
        content = json.loads(line)
        return Request(
            str(content["method"]), str(content["cluster"]), dict(content["arguments"]), 0
        )
    except (ValueError, KeyError, TypeError) as problem:
        raise LabError(
            say("Not a request: {line!r}.", line=line[:80]), say("Use labkit's own client.")
        ) from problem


class Told(Progress):
    """Progress as lines."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def started(self, step: str) -> None:
        self._tell("started", step)

    def advanced(self, step: str, done: float, total: float) -> None:
        self._tell("advanced", step, done, total)

    def ended(self, step: str, *, well: bool) -> None:
        self._tell("ended", step, well)

    def said(self, sentence: str) -> None:
        self._tell("said", sentence)

    def _tell(self, *event: object) -> None:
        self._out.write(json.dumps({"progress": event}) + "\n")
        self._out.flush()


def result_line(result: object) -> str:
    return json.dumps({"result": result}) + "\n"


def error_line(problem: LabError) -> str:
    words = (problem.what_happened, problem.next_step, problem.evidence)
    return json.dumps({"error": words}) + "\n"


def follow(lines: Iterable[str], progress: Progress) -> Any:
    """Pass progress on; return the result or raise the error that ends the answer."""
    said = ""
    for said in lines:
        message = _message(said)
        if "progress" in message:
            _replay(message["progress"], progress)
        elif "error" in message:
            raise ClusterError(*message["error"])
        elif "result" in message:
            return message["result"]
        else:
            break
    raise ClusterError(
        say("The root side ended without an answer."), say("Run the command again."), said
    )


def _message(line: str) -> dict[str, Any]:
    """Empty for what is no message: half a line is all that is left of who was killed."""
    try:
        message = json.loads(line)
    except ValueError:
        return {}
    return message if isinstance(message, dict) else {}


def _replay(event: list[Any], progress: Progress) -> None:
    kind, words = event[0], event[1:]
    if kind == "ended":
        progress.ended(words[0], well=words[1])
    else:
        getattr(progress, kind)(*words)


def config_from(content: dict[str, Any]) -> ClusterConfig:
    words = {
        "nodes": tuple(shape_from(node) for node in content["nodes"]),
        "allowed": tuple(content.get("allowed") or ()),
        "oidc": oidc_from(content.get("oidc")),
    }
    return ClusterConfig(**{**content, **words})


def status_from(content: dict[str, Any]) -> ClusterStatus:
    lists = {
        "state": State(content["state"]),
        "nodes": tuple(NodeStatus(**node) for node in content["nodes"]),
        "components": tuple(ComponentStatus(**each) for each in content["components"]),
        "addons": tuple((name, state) for name, state in content["addons"]),
    }
    return ClusterStatus(**{**content, **lists})
