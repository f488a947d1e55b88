"""Probes of a Pod template: whom they ask, and how long they take to notice.

The hello image listens on 8080, or where PORT says, and answers a few paths.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from labkit.foundation.text import say
from labkit.grading.criteria.answers import quoted
from labkit.grading.criteria.ranges import port_number
from labkit.grading.snapshot import Object

DEFAULT_PORT = 8080
PATHS = ("/", "/info", "/healthz", "/chain")
NOTES = "/notes"  # answers where DATA_DIR is set
HERE = ("localhost", "127.0.0.1", "[::1]", "0.0.0.0", "$(POD_IP)")  # noqa: S104  asked, not served
URL = re.compile(r"http://(?P<host>\[[^\]]+\]|[^/:\s]+)(?::(?P<port>\d+))?(?P<path>/[^\s?]*)?")
PROGRAM = "hello"


@dataclass(frozen=True, slots=True)
class Flaw:
    """Why a probe does not learn whether the app can answer."""

    message: str
    seen: str


@dataclass(frozen=True, slots=True)
class Probe:
    """One probe and the container that carries it."""

    kind: str
    """readiness, liveness or startup"""
    container: Object
    settings: Mapping[str, Any]

    def number(self, name: str, otherwise: int) -> int:
        """Of a field such as periodSeconds; `otherwise` is what Kubernetes takes."""
        return int(self.settings.get(name) or otherwise)

    @property
    def reaction_seconds(self) -> int:
        """From a hang until it has failed often enough."""
        each = max(self.number("periodSeconds", 10), self.number("timeoutSeconds", 1))
        return each * self.number("failureThreshold", 3)


def app_of(template: Object) -> Object:
    """The container with the lessons' image, else the first."""
    containers = template["spec"]["containers"]
    ours = (c for c in containers if _repository(c.get("image", "")).endswith(f"/{PROGRAM}"))
    found: Object = next(ours, containers[0])
    return found


def variable(container: Object, name: str) -> str | None:
    """What the template sets it to: None where it does not, "" where it comes from elsewhere."""
    for item in container.get("env") or ():
        if item["name"] == name:
            return str(item.get("value", "")) if "valueFrom" not in item else ""
    return "" if container.get("envFrom") else None


def probes_of(template: Object, kind: str) -> list[Probe]:
    """Of all containers that live as long as the Pod."""
    return [
        Probe(kind, container, container[f"{kind}Probe"])
        for container in template["spec"]["containers"]
        if container.get(f"{kind}Probe")
    ]


def flaw_of(probe: Probe, template: Object) -> Flaw | None:
    """None when the probe asks the app for something that it answers once it can."""
    app, settings = app_of(template), probe.settings
    for form, judge in (("httpGet", _of_http), ("tcpSocket", _of_socket), ("exec", _of_command)):
        if form in settings:
            return judge(probe, settings[form] or {}, app)
    return Flaw(
        "probe.other_form",
        say("The {kind} probe asks in gRPC; the app speaks HTTP.", kind=probe.kind),
    )


def _of_http(probe: Probe, asked: Mapping[str, Any], app: Object) -> Flaw | None:
    if str(asked.get("scheme") or "HTTP").upper() != "HTTP":
        return Flaw(
            "probe.other_form",
            say("The {kind} probe asks over HTTPS; the app speaks HTTP.", kind=probe.kind),
        )
    path = "/" + str(asked.get("path") or "/").lstrip("/").partition("?")[0]
    return _of_socket(probe, asked, app) or _of_path(probe, path, app)


def _of_socket(probe: Probe, asked: Mapping[str, Any], app: Object) -> Flaw | None:
    if asked.get("host"):
        return Flaw(
            "probe.other_host",
            say(
                "The {kind} probe asks host {host}, not the Pod.",
                kind=probe.kind,
                host=quoted(str(asked["host"])),
            ),
        )
    return _of_port(probe, asked.get("port"), _number(asked.get("port"), probe), app)


def _of_command(probe: Probe, asked: Mapping[str, Any], app: Object) -> Flaw | None:
    words = [str(word) for word in asked.get("command") or ()]
    found = next(filter(None, map(URL.match, words)), None)
    is_ours = bool(words) and PurePosixPath(words[0]).name == PROGRAM
    if found is None or (is_ours and words[1] != "probe") or found["host"] not in HERE:
        return Flaw(
            "probe.asks_nobody",
            say(
                "The {kind} probe runs `{command}`, which does not ask the app.",
                kind=probe.kind,
                command=quoted(" ".join(words), longest=60),
            ),
        )
    port = int(found["port"] or 80)
    return _of_port(probe, port, port, app) or _of_path(probe, found["path"] or "/", app)


def _of_port(probe: Probe, asked: object, number: int | None, app: Object) -> Flaw | None:
    served = int(variable(app, "PORT") or DEFAULT_PORT)
    if number == served:
        return None
    return Flaw(
        "probe.wrong_port",
        say(
            "The {kind} probe asks port {asked}; the app listens on {served}.",
            kind=probe.kind,
            asked=quoted(str(asked)),
            served=served,
        ),
    )


def _of_path(probe: Probe, path: str, app: Object) -> Flaw | None:
    if path in PATHS or (path == NOTES and variable(app, "DATA_DIR") is not None):
        return None
    return Flaw(
        "probe.wrong_path",
        say(
            "The {kind} probe asks for {path}, which the app does not know.",
            kind=probe.kind,
            path=quoted(path, longest=60),
        ),
    )


def _number(port: object, probe: Probe) -> int | None:
    """Probes find a named port whatever its protocol."""
    return port_number({"containers": [probe.container]}, str(port), protocol="")


def _repository(image: str) -> str:
    """Without digest and tag; a registry may have a port, too."""
    name = image.partition("@")[0]
    before, colon, after = name.rpartition(":")
    return before if colon and "/" not in after else name
