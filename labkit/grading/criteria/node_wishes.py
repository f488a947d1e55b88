"""Which nodes a Pod's own spec lets it run on: nodeSelector, and the affinity that is required."""

from typing import Any

from labkit.grading.criteria.objects import labels_of, name_of, selects
from labkit.grading.snapshot import Object


def wishes_for(pod: Object, node: Object) -> bool:
    """Taints are the node's side of it, and are not looked at."""
    spec, labels = pod.get("spec") or {}, labels_of(node)
    wanted = spec.get("nodeSelector") or {}
    if any(labels.get(key) != value for key, value in wanted.items()):
        return False
    terms = _terms(spec)
    return terms is None or any(_holds(term, node) for term in terms)


def _terms(spec: Any) -> list[Any] | None:
    """One of them has to hold; None where none is given."""
    affinity = (spec.get("affinity") or {}).get("nodeAffinity") or {}
    required = affinity.get("requiredDuringSchedulingIgnoredDuringExecution") or {}
    terms = required.get("nodeSelectorTerms")
    return None if terms is None else list(terms)


def _holds(term: Any, node: Object) -> bool:
    by_label, by_name = term.get("matchExpressions") or (), term.get("matchFields") or ()
    if not by_label and not by_name:
        return False  # an empty term matches no node, as the API says
    name = {"metadata.name": name_of(node)}
    return selects({"matchExpressions": by_label}, labels_of(node)) and selects(
        {"matchExpressions": by_name}, name
    )
