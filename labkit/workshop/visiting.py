"""Be a visitor: find the address of a Service, and open a page as `curl` does."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from labkit.foundation.process import Runner
from labkit.foundation.text import say
from labkit.foundation.waiting import Clock, wait_until
from labkit.workshop.errors import DoorMissing, PageNotUnderstood

ANSWER_SECONDS = 5.0  # of one attempt; a page of the lab takes milliseconds


@dataclass(frozen=True, slots=True)
class Page:
    """What a visitor was given."""

    address: str
    status: int
    text: str
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in small letters."""

    def json(self) -> Any:
        """The facts of a page meant for programs. Raises PageNotUnderstood for any other."""
        try:
            return json.loads(self.text)
        except ValueError as problem:
            raise PageNotUnderstood(self.address, self.text) from problem

    def __repr__(self) -> str:
        return f"{self.status} from {self.address}\n\n{self.text.rstrip()}"


def visit(
    address: str,
    *,
    clock: Clock,
    limit_seconds: float,
    pause_seconds: float = 0,
    host: str = "",
    wanted: int = 0,
) -> Page:
    """GET a page on a new connection, trying again while nobody answers there.

    `host` is the name that a browser would say, where nobody resolves it. With `wanted` only that
    status is an answer.

    `pause_seconds` is waited first, so that a row of visits takes time as visitors do.
    Any answer counts, an error page too. Raises TimedOut after `limit_seconds`.
    """
    seen: list[str] = []

    def look() -> Page | None:
        found = _asked(address, host)
        if isinstance(found, Page) and wanted in (0, found.status):
            return found
        seen.append(str(found.status) if isinstance(found, Page) else found)
        return None

    clock.pause(pause_seconds)
    return wait_until(
        look,
        say("an answer from {address}", address=address),
        limit_seconds=limit_seconds,
        clock=clock,
        pause_seconds=0.2,
        last_seen=lambda: seen[-1] if seen else "",
        next_step=say("Look who stands behind it: `kubectl get service,pods`."),
    )


def _asked(address: str, host: str) -> Page | str:
    """What one GET got, or why it got nothing."""
    import httpx  # 0.1 s that a notebook's first cell need not wait for

    named = {"Host": host} if host else {}
    try:
        answer = httpx.get(address, headers=named, timeout=ANSWER_SECONDS, trust_env=False)
    except httpx.HTTPError as problem:
        return str(problem) or type(problem).__name__
    return Page(address, answer.status_code, answer.text, dict(answer.headers))


def external_address(
    service: str, *, run: Runner, clock: Clock, limit_seconds: float, kind: str = "service"
) -> str:
    """The address that the outside world uses for a Service, or an Ingress, of this namespace.

    Raises TimedOut when none was handed out in time.
    """

    def look() -> str | None:
        command = ["kubectl", "get", kind, service, "-o", "json"]
        step = say("List yours with `kubectl get services`.")
        found = json.loads(run(command, next_step=step).output)
        given = found.get("status", {}).get("loadBalancer", {}).get("ingress") or [{}]
        return given[0].get("ip") or given[0].get("hostname") or None

    return wait_until(
        look,
        say("an external address of the Service {name}", name=service),
        limit_seconds=limit_seconds,
        clock=clock,
        pause_seconds=0.3,
        last_seen=lambda: say("none yet"),
        next_step=say("Its events say why: `kubectl describe service {name}`.", name=service),
    )


def node_door(service: str, *, run: Runner, node: str = "", port: int = 0) -> str:
    """A node's address with the port that it opens for a Service of the present namespace.

    Any node if none is named, and the Service's first such port. Raises DoorMissing.
    """
    step = say("List them with `kubectl get services` and `kubectl get nodes`.")
    found = run(["kubectl", "get", "service", service, "-o", "json"], next_step=step).output
    ports = json.loads(found)["spec"].get("ports") or []
    doors = [one["nodePort"] for one in ports if "nodePort" in one and port in (0, one["port"])]
    if not doors:
        raise DoorMissing(service)
    nodes = ["kubectl", "get", "nodes", "-o", "json"]
    if node:
        nodes.append(f"--field-selector=metadata.name={node}")
    items = json.loads(run(nodes, next_step=step).output)["items"]
    addresses = [
        each["address"]
        for item in items
        for each in item["status"]["addresses"]
        if each["type"] == "InternalIP"
    ]
    if not addresses:
        raise DoorMissing(service)
    return f"{addresses[0]}:{doors[0]}"
