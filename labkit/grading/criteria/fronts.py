"""Ingresses: to which Service a path under a name is led, as Kubernetes means the rules."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

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
            str(((path.get("backend") or {}).get("service") or {}).get("name", "")),
        )
        for ingress in ingresses
        for rule in ingress["spec"].get("rules") or ()
        if rule.get("host") == host
        for path in (rule.get("http") or {}).get("paths") or ()
    ]


def leads_to(routes: Sequence[Route], path: str) -> str:
    """The Service; empty where no rule fits. The longest path wins, and Exact before Prefix."""
    fitting = [route for route in routes if _fits(route, path)]
    if not fitting:
        return ""
    return max(fitting, key=lambda one: (len(one.path), one.kind == "Exact")).service


def _fits(route: Route, path: str) -> bool:
    if route.kind == "Exact":
        return path == route.path
    if route.kind == "Prefix":
        wanted = route.path.rstrip("/")
        return path == wanted or path.startswith(f"{wanted}/")
    return path.startswith(route.path)  # what most controllers make of it
