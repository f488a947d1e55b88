"""Ingresses: to which Service a path under a name is led, as Kubernetes means the rules."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from labkit.grading.criteria.objects import annotations_of, name_of
from labkit.grading.snapshot import Object

DEFAULT = "ingressclass.kubernetes.io/is-default-class"
OLD_CLASS = "kubernetes.io/ingress.class"


@dataclass(frozen=True, slots=True)
class Route:
    path: str
    kind: str
    """Exact, Prefix or ImplementationSpecific."""
    service: str
    port: str = ""
    """Of the Service: its number, or its name."""


def classless(ingress: Object, classes: Iterable[Object]) -> bool:
    """Whether no controller takes it on: an unknown class, or none and no default."""
    named = ingress["spec"].get("ingressClassName") or annotations_of(ingress).get(OLD_CLASS)
    known = {name_of(one) for one in classes if not named or name_of(one) == named}
    if named:
        return not known
    return not any(annotations_of(one).get(DEFAULT) == "true" for one in classes)


def routes_of(ingresses: Iterable[Object], host: str) -> list[Route]:
    """Of all rules for exactly this host."""
    return [
        Route(
            str(path.get("path") or "/"),
            str(path.get("pathType", "")),
            *_backend((path.get("backend") or {}).get("service") or {}),
        )
        for ingress in ingresses
        for rule in ingress["spec"].get("rules") or ()
        if rule.get("host") == host
        for path in (rule.get("http") or {}).get("paths") or ()
    ]


def route_for(routes: Sequence[Route], path: str) -> Route | None:
    """None where no rule fits. The longest path wins, and Exact before Prefix."""
    fitting = [route for route in routes if _fits(route, path)]
    return max(fitting, key=lambda one: (len(one.path), one.kind == "Exact"), default=None)


def leads_to(routes: Sequence[Route], path: str) -> str:
    """The Service; empty where no rule fits."""
    found = route_for(routes, path)
    return found.service if found else ""


def lacks_port(service: Object, port: str) -> bool:
    """Whether a backend's port, by number or name, is none of the Service's."""
    known = service["spec"].get("ports") or ()
    return port not in {str(one.get(key)) for one in known for key in ("port", "name")}


def _backend(service: Mapping[str, Any]) -> tuple[str, str]:
    port = service.get("port") or {}
    return str(service.get("name", "")), str(port.get("number") or port.get("name") or "")


def _fits(route: Route, path: str) -> bool:
    if route.kind == "Exact":
        return path == route.path
    if route.kind == "Prefix":
        wanted = route.path.rstrip("/")
        return path == wanted or path.startswith(f"{wanted}/")
    return path.startswith(route.path)  # what most controllers make of it
