"""One name leads to two Services by path, and neither has an outer address of its own."""

from labkit.foundation.text import say
from labkit.grading.criteria.answers import quoted
from labkit.grading.criteria.fronts import (
    Route,
    classless,
    lacks_port,
    leads_to,
    route_for,
    routes_of,
)
from labkit.grading.criteria.objects import evidence, labelled, labels_of, name_of
from labkit.grading.criteria.rollouts import not_before, trouble
from labkit.grading.criteria.services import service_selects
from labkit.grading.snapshot import Object, Reply, Snapshot
from labkit.grading.verdict import Finding, not_started, not_yet, passed

HALLS, BOOKING, PATH = "halls", "booking", "/chain"
BELOW, BESIDE = f"{PATH}/today", f"{PATH}s"
INSIDE = ("", "ClusterIP")


def halls_by_name(snapshot: Snapshot) -> Finding:
    ingresses = snapshot.objects("Ingress")
    if not ingresses:
        return not_started(
            "front.none",
            seen=say("There is no Ingress in {namespace}.", namespace=snapshot.namespace),
            next_step=say("Create one: a host, two paths, and a Service for each."),
        )
    return (
        _no_class(snapshot)
        or _no_route(snapshot)
        or _no_such_port(snapshot, "/info")
        or _answered(snapshot, "/info", HALLS)
    )


def api_by_path(snapshot: Snapshot) -> Finding:
    before = halls_by_name(snapshot)
    if trouble(before):
        return not_before(before)
    routes = _routes(snapshot)
    return (
        _led_elsewhere(snapshot, leads_to(routes, PATH))
        or _no_such_port(snapshot, PATH)
        or _led(snapshot, routes, BELOW, BOOKING)
        or _led(snapshot, routes, BESIDE, HALLS)
        or trouble(_answered(snapshot, PATH, BOOKING))
        or passed(
            say("{path} and all below it leads to {name}.", path=PATH, name=BOOKING),
            evidence=evidence(*snapshot.objects("Ingress")),
        )
    )


def no_side_doors(snapshot: Snapshot) -> Finding:
    before = halls_by_name(snapshot)
    if trouble(before):
        return not_before(before)
    services = [one for one in snapshot.objects("Service") if _leads_to_a_team(snapshot, one)]
    open_ones = [one for one in services if one["spec"].get("type", "") not in INSIDE]
    if open_ones:
        return _side_door(open_ones[0])
    seen = say("The Services of both teams are for inside only.")
    return passed(seen, evidence=evidence(*services))


def _host(snapshot: Snapshot) -> str:
    """As the task says it."""
    return f"fair-{snapshot.drawn('stand')}.{snapshot.namespace}.example"


def _routes(snapshot: Snapshot) -> list[Route]:
    return routes_of(snapshot.objects("Ingress"), _host(snapshot))


def _leads_to_a_team(snapshot: Snapshot, service: Object) -> bool:
    pods = [pod for app in (HALLS, BOOKING) for pod in _team(snapshot, app)]
    named = name_of(service) in (HALLS, BOOKING)
    return named or any(service_selects(service, labels_of(pod)) for pod in pods)


def _team(snapshot: Snapshot, app: str) -> list[Object]:
    return labelled(snapshot.objects("Pod"), {"app": app})


def _no_class(snapshot: Snapshot) -> Finding | None:
    classes = snapshot.objects("IngressClass")
    lost = [one for one in snapshot.objects("Ingress") if classless(one, classes)]
    if not lost:
        return None
    return not_yet(
        "front.no_class",
        seen=say(
            "Ingress {name} asks for class {kind}.",
            name=name_of(lost[0]),
            kind=quoted(str(lost[0]["spec"].get("ingressClassName") or say("none"))),
        ),
        expected=say(
            "A class that somebody keeps here: {known}.",
            known=", ".join(map(name_of, classes)) or say("none"),
        ),
        why=say("Each controller takes on the Ingresses of its class, and leaves the others."),
        next_step=say("Look at `kubectl get ingressclass`; leave the class out for the default."),
        evidence=evidence(*lost),
    )


def _no_route(snapshot: Snapshot) -> Finding | None:
    if _routes(snapshot):
        return None
    ingresses = snapshot.objects("Ingress")
    hosts = {str(rule.get("host") or "*") for i in ingresses for rule in i["spec"].get("rules", ())}
    return not_yet(
        "front.other_host",
        seen=say("Your rules are for: {hosts}.", hosts=quoted(", ".join(sorted(hosts)))),
        expected=say("A rule for {host}.", host=_host(snapshot)),
        why=say("The door knows only by the name where a visitor wants to go."),
        next_step=say("Write the name under `host`, letter by letter."),
        evidence=evidence(*ingresses),
    )


def _no_such_port(snapshot: Snapshot, path: str) -> Finding | None:
    """None when the Service to which a path is led has the port that the Ingress names.

    A controller passes over a backend without it, so that a shorter path's Service answers.
    """
    route = route_for(_routes(snapshot), path)
    services = [
        one for one in snapshot.objects("Service") if route and name_of(one) == route.service
    ]
    if not route or not services or not lacks_port(services[0], route.port):
        return None
    ports = services[0]["spec"].get("ports") or ()
    return not_yet(
        "front.no_such_port",
        seen=say(
            "The path {path} leads to port {port} of Service {name}, which has no such port.",
            path=quoted(route.path),
            port=quoted(route.port) or say("none"),
            name=route.service,
        ),
        expected=say(
            "A port that the Service has: {ports}.",
            ports=", ".join(str(one["port"]) for one in ports) or say("none"),
        ),
        why=say("An Ingress names the Service's port; on which port the Pods listen is another."),
        next_step=say("Correct the port behind the path {path}.", path=quoted(route.path)),
        evidence=evidence(*snapshot.objects("Ingress"), *services),
    )


def _answered(snapshot: Snapshot, path: str, app: str) -> Finding:
    """Every visit under the name to that path was answered by that team."""
    url = f"http://{_host(snapshot)}{path}"
    replies = [reply for reply in snapshot.replies("ingress") if reply.url == url]
    bad = [reply for reply in replies if reply.status != 200]
    if bad or not replies:
        return _silent(snapshot, url, bad)
    pods = [name_of(pod) for pod in _team(snapshot, app)]
    others = [reply for reply in replies if not any(pod in reply.text for pod in pods)]
    if others:
        return _other_pod(snapshot, url, app)
    seen = say("{count} visits to {url}: answered by {app}.", count=len(replies), url=url, app=app)
    return passed(seen, evidence=evidence(*snapshot.objects("Ingress")))


def _silent(snapshot: Snapshot, url: str, bad: list[Reply]) -> Finding:
    reply = bad[0] if bad else None
    said = reply.problem or say("status {n}", n=reply.status) if reply else say("no address yet")
    return not_yet(
        "front.silent",
        seen=say("{url} got: {said}.", url=url, said=quoted(said, longest=80)),
        expected=say("It is answered with status 200."),
        why=say("The controller may need a moment; or path, Service or port lead nowhere."),
        next_step=say("Compare names and ports: `kubectl describe ingress`."),
        evidence=evidence(*snapshot.objects("Ingress")),
        settling=True,
    )


def _other_pod(snapshot: Snapshot, url: str, app: str) -> Finding:
    return not_yet(
        "front.other_pod",
        seen=say("{url} was answered by somebody else than {app}.", url=url, app=app),
        expected=say("A Pod of {app} answers.", app=app),
        why=say("The path decides which Service a visitor is led to."),
        next_step=say("Which Service stands behind this path? `kubectl describe ingress`"),
        evidence=evidence(*snapshot.objects("Ingress")),
    )


def _led_elsewhere(snapshot: Snapshot, service: str) -> Finding | None:
    if service == BOOKING:
        return None
    return not_yet(
        "front.other_service",
        seen=say("{path} is led to {found}.", path=PATH, found=service or say("nobody")),
        expected=say("It is led to {app}.", app=BOOKING),
        why=say("The path decides which Service a visitor is led to."),
        next_step=say("Add a path to the rule, or correct the Service behind it."),
        evidence=evidence(*snapshot.objects("Ingress")),
    )


def _led(snapshot: Snapshot, routes: list[Route], path: str, app: str) -> Finding | None:
    """None when the rules lead a path to that Service."""
    found = route_for(routes, path)
    if found and found.service == app:
        return None
    if found and found.service not in (HALLS, BOOKING):
        return _not_for(snapshot, found, path, app)
    if found is None and app == HALLS:
        return _nobody(snapshot, path)
    wrong = found if found and app == HALLS else route_for(routes, PATH)
    return not_yet(
        "front.not_below" if app == BOOKING else "front.too_much",
        seen=say(
            "{path} is led to {found}.", path=path, found=leads_to(routes, path) or say("nobody")
        ),
        expected=say("It is led to {app}.", app=app),
        why=say("Exact means one path alone; Prefix takes all below it, and cuts at slashes."),
        next_step=say("Look at `pathType` of the path {path}.", path=wrong.path if wrong else PATH),
        evidence=evidence(*snapshot.objects("Ingress")),
    )


def _nobody(snapshot: Snapshot, path: str) -> Finding:
    """What no path takes belongs to the halls."""
    return not_yet(
        "front.nobody",
        seen=say("No path of your rules takes {path}: it is led to nobody.", path=path),
        expected=say("It is led to {app}.", app=HALLS),
        why=say("What the rules do not name is answered with 404."),
        next_step=say(
            "Give {app} the path / with pathType Prefix: it takes all that no longer path takes.",
            app=HALLS,
        ),
        evidence=evidence(*snapshot.objects("Ingress")),
    )


def _not_for(snapshot: Snapshot, route: Route, path: str, app: str) -> Finding:
    return not_yet(
        "front.other_service",
        seen=say("{path} is led to {found}.", path=path, found=quoted(route.service)),
        expected=say("It is led to {app}.", app=app),
        why=say("The path decides which Service a visitor is led to."),
        next_step=say("Correct the Service behind the path {path}.", path=quoted(route.path)),
        evidence=evidence(*snapshot.objects("Ingress")),
    )


def _side_door(service: Object) -> Finding:
    return not_yet(
        "front.side_door",
        seen=say(
            "Service {name} is of type {kind}.",
            name=name_of(service),
            kind=service["spec"].get("type"),
        ),
        expected=say("It is of type ClusterIP, as at the start."),
        why=say("Whoever has a door of their own comes past the one that all know."),
        next_step=say("Change its type back; the Ingress reaches it inside."),
        evidence=evidence(service),
    )
