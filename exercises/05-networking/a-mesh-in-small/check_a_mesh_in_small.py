"""A proxy stands beside the program in each Pod, and every Service leads to it."""

from labkit.foundation.text import say
from labkit.grading.criteria.answers import quoted
from labkit.grading.criteria.calls import host_of
from labkit.grading.criteria.endpoints import no_service
from labkit.grading.criteria.environments import environment
from labkit.grading.criteria.inner_pages import answers_inside
from labkit.grading.criteria.objects import evidence, labels_of, name_of
from labkit.grading.criteria.ranges import port_number
from labkit.grading.criteria.rollouts import deployment_for, not_before, trouble
from labkit.grading.criteria.services import port_of, service_selects
from labkit.grading.criteria.templates import template_differences
from labkit.grading.criteria.workloads import deployment_settled, leftover_pods, pods_of, settled
from labkit.grading.snapshot import Object, Snapshot
from labkit.grading.verdict import Finding, not_started, not_yet, passed

LEDGER, NAME, PORT, COPIES = {"app": "ledger"}, "ledger", 80, 2
PROXY_PORT = "15001"
AT_HOME = ("127.0.0.1", "localhost", "::1")
WHAT_RUNS = ("image", "command", "args", "env", "envFrom")


def proxy_beside(snapshot: Snapshot) -> Finding:
    ledger = deployment_for(snapshot, LEDGER, NAME)
    if ledger is None:
        return deployment_settled(snapshot, LEDGER)
    proxies = [box for box in _boxes(ledger) if _is_proxy(snapshot, box)]
    programs = [box for box in _boxes(ledger) if box not in proxies]
    return (
        _without(ledger, proxies, programs)
        or _program_changed(snapshot, ledger, programs[0])
        or _leads_elsewhere(snapshot, ledger, proxies[0])
        or trouble(settled(snapshot, ledger, at_least=COPIES))
        or passed(
            say(
                "In every Pod of Deployment {name}, container {proxy} is a proxy beside {program}.",
                name=name_of(ledger),
                program=programs[0]["name"],
                proxy=proxies[0]["name"],
            ),
            evidence=evidence(ledger),
        )
    )


def through_the_proxy(snapshot: Snapshot) -> Finding:
    before, ledger = proxy_beside(snapshot), deployment_for(snapshot, LEDGER, NAME)
    if trouble(before) or ledger is None:
        return not_before(before)
    service = next((one for one in snapshot.objects("Service") if name_of(one) == NAME), None)
    if service is None:
        return no_service(NAME)
    port = port_of(service, PORT)
    if port and _leads_past(snapshot, ledger, port):
        return _past(service, port)
    pods = pods_of(ledger, snapshot.objects("Pod"))
    leaving = leftover_pods(pods)
    here = [pod for pod in pods if pod not in leaving]
    return answers_inside(snapshot, service, here, port=PORT)


def only_through_proxy(snapshot: Snapshot) -> Finding:
    before, ledger = through_the_proxy(snapshot), deployment_for(snapshot, LEDGER, NAME)
    if trouble(before) or ledger is None:
        return not_before(before)
    doors = [
        (service, port)
        for service in snapshot.objects("Service")
        if service_selects(service, labels_of(ledger["spec"]["template"]))
        for port in service["spec"].get("ports") or ()
    ]
    past = [door for door in doors if _leads_past(snapshot, ledger, door[1])]
    if past:
        return _side_door(*past[0])
    seen = say("Ports of Services that lead to the ledger: {n}, all to the proxy.", n=len(doors))
    return passed(seen, evidence=evidence(*(service for service, _ in doors)))


def _boxes(ledger: Object) -> list[Object]:
    """Containers, and init containers that run on beside them."""
    spec = ledger["spec"]["template"]["spec"]
    first = [box for box in spec.get("initContainers") or () if box.get("restartPolicy")]
    return [*spec["containers"], *first]


def _value(snapshot: Snapshot, box: Object, variable: str, otherwise: str = "") -> str:
    found = environment(box, snapshot.objects("ConfigMap")).get(variable)
    return found.value or otherwise if found else otherwise


def _is_proxy(snapshot: Snapshot, box: Object) -> bool:
    return _value(snapshot, box, "MODE") == "proxy"


def _leads_past(snapshot: Snapshot, ledger: Object, port: Object) -> bool:
    """Whether a port of a Service leads elsewhere than to the proxy."""
    spec = ledger["spec"]["template"]["spec"]
    proxies = [box for box in _boxes(ledger) if _is_proxy(snapshot, box)]
    doors = [int(_value(snapshot, box, "PORT", PROXY_PORT)) for box in proxies]
    return port_number(spec, port.get("targetPort", port["port"])) not in doors


def _without(ledger: Object, proxies: list[Object], programs: list[Object]) -> Finding | None:
    if not proxies and len(programs) == 1:
        return not_started(
            "mesh.no_proxy",
            seen=say("The Pods of {name} have one container, the program.", name=name_of(ledger)),
            next_step=say("Add a container to the Pod template; the image is the same."),
        )
    if not proxies:
        return _no_proxy(ledger, programs)
    return None if programs else _no_program(ledger)


def _no_proxy(ledger: Object, programs: list[Object]) -> Finding:
    return not_yet(
        "mesh.no_proxy",
        seen=say("The Pods have {n} containers, and none of them is a proxy.", n=len(programs)),
        expected=say("One of them has the variable MODE with the value proxy."),
        why=say("Without it the image is another program that answers by itself."),
        next_step=say("Set MODE to proxy in the container that you added."),
        evidence=evidence(ledger),
    )


def _no_program(ledger: Object) -> Finding:
    return not_yet(
        "mesh.no_program",
        seen=say("The Pods of {name} have proxies only.", name=name_of(ledger)),
        expected=say("The program runs as before, and the proxy beside it."),
        why=say("A proxy has nothing to say by itself: it passes on what the program answers."),
        next_step=say("Leave the program's container as it was, and add a second one."),
        evidence=evidence(ledger),
    )


def _program_changed(snapshot: Snapshot, ledger: Object, program: Object) -> Finding | None:
    """None when the program's container runs what it ran at the start."""
    before = snapshot.noted(NAME, "spec.template")["spec"]["containers"][0]
    now, then = (
        {"spec": {"containers": [{k: box[k] for k in WHAT_RUNS if k in box}]}}
        for box in (program, before)
    )
    differences = template_differences(now, then)
    if not differences:
        return None
    return not_yet(
        "mesh.program_changed",
        seen=say("Container {name} is not as it was.", name=quoted(str(program["name"]))),
        expected=say("Its image, its variables and its command stay as they are."),
        why=say("A mesh is worth its price because no program has to be changed for it."),
        next_step=say("Take back what you changed in it; the proxy is a container of its own."),
        evidence=evidence(ledger),
        differences=differences,
    )


def _leads_elsewhere(snapshot: Snapshot, ledger: Object, proxy: Object) -> Finding | None:
    target = _value(snapshot, proxy, "TARGET")
    if not target or host_of(target) in AT_HOME:
        return None
    return not_yet(
        "mesh.leads_elsewhere",
        seen=say("The proxy passes calls on to {target}.", target=quoted(target)),
        expected=say("It passes them on to the program in its own Pod."),
        why=say("From there the call may go to any Pod, and past a proxy on its way."),
        next_step=say("Leave TARGET out: without it the proxy calls 127.0.0.1, port 8080."),
        evidence=evidence(ledger),
    )


def _past(service: Object, port: Object) -> Finding:
    return not_yet(
        "mesh.past_the_proxy",
        seen=say(
            "Service {name} sends callers to port {target} of the Pods.",
            name=name_of(service),
            target=port.get("targetPort"),
        ),
        expected=say("It sends them to the port on which the proxy listens."),
        why=say("The proxy runs, and nobody comes to it."),
        next_step=say("Change `targetPort` of the Service; `port` stays, callers know it."),
        evidence=evidence(service),
    )


def _side_door(service: Object, port: Object) -> Finding:
    return not_yet(
        "mesh.side_door",
        seen=say(
            "Service {name} leads from port {port} to port {target} of the Pods.",
            name=name_of(service),
            port=port["port"],
            target=port.get("targetPort"),
        ),
        expected=say("Every port of every Service that leads to the ledger ends at the proxy."),
        why=say("Who comes in there is not counted."),
        next_step=say("Change where it leads to, or delete what nobody needs."),
        evidence=evidence(service),
    )
