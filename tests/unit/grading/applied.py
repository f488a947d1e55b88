"""What a cluster would make of an attempt's files, in memory: uids, Pods, addresses, pages."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from labkit.foundation.waiting import Clock
from labkit.grading.attempts import Attempt, Kind, load_attempts
from labkit.grading.exercise import Exercise
from labkit.grading.steps import Action, Run, load_steps
from labkit.grading.verdict import State, Verdict
from labkit.kube.manifests import fill, load
from labkit.remote.web import Page
from tests.support.graded import ROOT, place_of

ADDRESS = "198.18.0.9"
LISTENS = 8080  # the hello image
Applied = dict[str, Any]


def attempts_of(exercise: Exercise, *kinds: Kind) -> list[Attempt]:
    folder = ROOT / "solutions" / exercise.lesson / exercise.id
    return [found for found in load_attempts(exercise, folder) if found.kind in kinds]


def values_of(exercise: Exercise, values: Mapping[str, str]) -> dict[str, str]:
    names = place_of(exercise).namespaces
    places = {f"ns_{suffix}" if suffix else "ns": name for suffix, name in names.items()}
    return {**places, **values}


def applied(attempt: Attempt, values: Mapping[str, str]) -> list[Applied]:
    """Objects of all files that it applies with kubectl."""
    steps = load_steps(attempt.folder, lambda text: fill(text, values))
    return [
        made(item, values["ns"])
        for step in steps
        for file in _files(step.action)
        for item in load(fill((attempt.folder / file).read_text(), values))
    ]


def _files(action: Action) -> list[str]:
    if not isinstance(action, Run) or action.command[:2] != ("kubectl", "apply"):
        return []
    return [word.removeprefix("--filename=") for word in action.command[2:]]


def made(item: Mapping[str, Any], namespace: str) -> Applied:
    metadata = {"namespace": namespace, "generation": 1, **item["metadata"]}
    return {**item, "metadata": {"uid": f"uid-{metadata['name']}", **metadata}}


def run(items: Iterable[Applied]) -> list[Applied]:
    """Deployments roll out, Pods get ready, LoadBalancer Services get an address."""
    there: list[Applied] = []
    for item in items:
        if item["kind"] == "Deployment":
            there += [rolled_out(item), *pods_of(item)]
        elif item["kind"] == "Pod":
            there.append(ready(item))
        elif item["kind"] == "Service" and item["spec"]["type"] == "LoadBalancer":
            status = {"loadBalancer": {"ingress": [{"ip": ADDRESS}]}}
            there.append({**item, "status": status})
        else:
            there.append(item)
    return there


def rolled_out(deployment: Applied) -> Applied:
    names = ("replicas", "updatedReplicas", "readyReplicas", "availableReplicas")
    counts = dict.fromkeys(names, deployment["spec"]["replicas"])
    return {**deployment, "status": {"observedGeneration": 1, **counts}}


def pods_of(deployment: Applied) -> list[Applied]:
    template, metadata = deployment["spec"]["template"], deployment["metadata"]
    return [
        ready(
            {
                "kind": "Pod",
                "metadata": {
                    "name": f"{metadata['name']}-{number}",
                    "namespace": metadata["namespace"],
                    **template["metadata"],
                },
                "spec": template["spec"],
            }
        )
        for number in range(deployment["spec"]["replicas"])
    ]


def ready(pod: Applied) -> Applied:
    return {**pod, "status": {"conditions": [{"type": "Ready", "status": "True"}]}}


class Visitors:
    """Knocks at the one Service with an address, as kube-proxy would lead them."""

    def __init__(self, items: Sequence[Applied]) -> None:
        self.items = items

    def __call__(self, urls: Sequence[str], _: Clock, *, host: str = "") -> list[Page]:
        doors = [item for item in self.items if item["kind"] == "Service" and "status" in item]
        pods = [pod for door in doors for pod in self._behind(door)]
        return [self._page(url, pods, number) for number, url in enumerate(urls)]

    def _behind(self, door: Applied) -> list[Applied]:
        port = next((p for p in door["spec"]["ports"] if p["port"] == 80), None)
        wanted = door["spec"]["selector"].items()
        return [
            item
            for item in self.items
            if port
            and item["kind"] == "Pod"
            and wanted <= item["metadata"].get("labels", {}).items()
            and _number(port["targetPort"], item) == LISTENS
        ]

    def _page(self, url: str, pods: Sequence[Applied], number: int) -> Page:
        if not pods:
            return Page(url, problem="connection refused")
        metadata = pods[number % len(pods)]["metadata"]
        environment = pods[0]["spec"]["containers"][0]["env"]
        version = next(item["value"] for item in environment if item["name"] == "VERSION")
        names = f'"pod": "{metadata["name"]}", "namespace": "{metadata["namespace"]}"'
        return Page(url, 200, f'{{{names}, "version": "{version}"}}')


def _number(target: int | str, pod: Applied) -> int:
    ports = pod["spec"]["containers"][0]["ports"]
    named = {port.get("name"): port["containerPort"] for port in ports}
    return target if isinstance(target, int) else named[target]


def expected_of(attempt: Attempt) -> tuple[str, set[str]]:
    """Message of the criterion that fails, and all that do not pass."""
    assert attempt.expect
    return attempt.expect.message, {attempt.expect.fails, *attempt.expect.also}


def told(attempt: Attempt, verdict: Verdict) -> tuple[str, set[str]]:
    assert attempt.expect
    messages = {r.criterion: r.finding.message for r in verdict.results}
    missed = {r.criterion for r in verdict.results if r.finding.state is not State.PASSED}
    return messages[attempt.expect.fails], missed


def sentences(verdict: Verdict) -> list[str]:
    found = [result.finding for result in verdict.results]
    return [s for f in found for s in (f.seen, f.expected, f.why, f.next_step) if s]
