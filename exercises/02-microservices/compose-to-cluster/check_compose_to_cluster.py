"""Three services of a Compose file run in the cluster, find each other, and know the tariff."""

from labkit.foundation.text import say
from labkit.grading.criteria import links
from labkit.grading.criteria.answers import quoted, same_words
from labkit.grading.criteria.apps import apps_kept, pods_of_app
from labkit.grading.criteria.chains import chain_passes
from labkit.grading.criteria.environments import Variable, environment
from labkit.grading.criteria.objects import evidence, labels_of, name_of
from labkit.grading.criteria.probes import app_of
from labkit.grading.criteria.rollouts import not_before, trouble
from labkit.grading.criteria.services import service_selects
from labkit.grading.criteria.workloads import best
from labkit.grading.snapshot import Object, Snapshot
from labkit.grading.verdict import Finding, not_started, not_yet, passed

ORDER = ("front", "basket", "prices")
LINKS = links.links_of(ORDER)
VARIABLE = "TARIFF"


def three_workloads(snapshot: Snapshot) -> Finding:
    return apps_kept(snapshot, [_labels(app) for app in ORDER])


def wired_by_name(snapshot: Snapshot) -> Finding:
    pods = _newest(snapshot)
    if len(pods) < len(ORDER):
        return not_before(three_workloads(snapshot))
    found = [links.address_trouble(snapshot, link, pods) for link in LINKS]
    wrong = [one for one in found if one]
    return wrong[0] if wrong else passed(say("Each calls the next one by the name of a Service."))


def chain_complete(snapshot: Snapshot) -> Finding:
    pods = {app: pods_of_app(snapshot, _labels(app)) for app in ORDER}
    services = _services_of(snapshot, pods["front"])
    if not services:
        return not_started(
            "chain.no_front",
            seen=say("No Service leads to Pods with the label app=front."),
            next_step=say("Give front a Service that answers on port 80."),
        )
    settling = not trouble(wired_by_name(snapshot))
    return best([chain_passes(snapshot, one, pods, settling=settling) for one in services])


def tariff_outside(snapshot: Snapshot) -> Finding:
    pods = pods_of_app(snapshot, _labels("prices"))
    if not pods:
        return not_before(three_workloads(snapshot))
    written = _written(snapshot, pods[-1])
    if written and written.kind == "value":
        return _inside(pods[-1])
    told = _told(snapshot, pods)
    if told is None:
        return _untold(pods[-1])
    if not told:
        return _not_there(pods[-1])
    if not same_words(told, snapshot.drawn("tariff")):
        return _other(snapshot, pods[-1], told)
    return passed(
        say("prices says {name} {value}, which its template does not.", name=VARIABLE, value=told),
        evidence=evidence(pods[-1]),
    )


def _labels(app: str) -> dict[str, str]:
    return {"app": app}


def _newest(snapshot: Snapshot) -> links.Carriers:
    """The youngest Pod of each that has one."""
    found = {app: pods_of_app(snapshot, _labels(app)) for app in ORDER}
    return {app: pods[-1] for app, pods in found.items() if pods}


def _services_of(snapshot: Snapshot, pods: list[Object]) -> list[Object]:
    return [
        service
        for service in snapshot.objects("Service")
        if any(service_selects(service, labels_of(pod)) for pod in pods)
    ]


def _written(snapshot: Snapshot, pod: Object) -> Variable | None:
    """None where it is not set, or comes from a Secret as a whole, whose keys are not known."""
    return environment(app_of(pod), snapshot.objects("ConfigMap")).get(VARIABLE)


def _told(snapshot: Snapshot, pods: list[Object]) -> str | None:
    """What `/info` of prices says, empty where it says nothing of it; None without an answer."""
    names = {name_of(pod) for pod in pods}
    answers = [
        (one.facts.get("environment") or {}).get(VARIABLE, "")
        for one in snapshot.replies("service")
        if one.facts.get("pod") in names
    ]
    return str(answers[-1]) if answers else None


def _inside(pod: Object) -> Finding:
    return not_yet(
        "tariff.inside",
        seen=say("The template of prices says {name} itself.", name=VARIABLE),
        expected=say("It says where the value is: in a ConfigMap or a Secret."),
        why=say(
            "A value outside can change without a new template, and differ from place to place."
        ),
        next_step=say("Make a ConfigMap from prices.env, and name it under envFrom."),
        evidence=evidence(pod),
    )


def _untold(pod: Object) -> Finding:
    return not_yet(
        "tariff.untold",
        seen=say("No Service on port 80 or 8080 leads to `/info` of prices."),
        expected=say("`/info` of prices shows {name}.", name=VARIABLE),
        why=say("Only the program itself knows what has reached it."),
        next_step=say("Give prices a Service: name, selector, `port` and `targetPort`."),
        evidence=evidence(pod),
        settling=True,
    )


def _not_there(pod: Object) -> Finding:
    is_named = bool(app_of(pod).get("envFrom"))
    return not_yet(
        "tariff.not_there",
        seen=say("`/info` of prices shows no {name}.", name=VARIABLE),
        expected=say("The container gets it from a ConfigMap or a Secret."),
        why=say("The template names an object; its keys are read when a container starts.")
        if is_named
        else say("An object with values is read by nobody until a container names it."),
        next_step=say(
            "Is {name} a key of it (`kubectl describe configmap`)? Then `kubectl rollout restart`.",
            name=VARIABLE,
        )
        if is_named
        else say("Name it in the template of prices: envFrom, or env with valueFrom."),
        evidence=evidence(pod),
    )


def _other(snapshot: Snapshot, pod: Object, told: str) -> Finding:
    return not_yet(
        "tariff.other",
        seen=say("`/info` of prices shows {name} {value}.", name=VARIABLE, value=quoted(told)),
        expected=say("It shows {value}.", value=snapshot.drawn("tariff")),
        why=say("Variables are read when a container starts; a later change needs a new Pod."),
        next_step=say("Correct the value, then `kubectl rollout restart` the workload."),
        evidence=evidence(pod),
    )
