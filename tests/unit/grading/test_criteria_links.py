import json
from typing import Any

import pytest

from labkit.grading.criteria.chains import chain_passes
from labkit.grading.criteria.links import first_trouble, links_of, way_round
from labkit.grading.snapshot import Object, Reply, Snapshot

LINKS = links_of(("web", "orders"))
PROBE = {"httpGet": {"path": "/healthz", "port": "web"}}


def template(app: str, backend: str = "", **settings: Any) -> dict[str, Any]:
    """Of a Pod; settings become those of its container, `labels` its labels."""
    labels = settings.pop("labels", {"app": app, "tier": "shop"})
    env = [{"name": "BACKEND_URL", "value": backend}] if backend else []
    ports = [{"name": "web", "containerPort": 8080}]
    box = {"name": "hello", "image": "r/hello:1.0", "env": env, "ports": ports, **settings}
    return {"metadata": {"labels": labels}, "spec": {"containers": [box]}}


def service(name: str, target: Any = 8080, **selector: str) -> dict[str, Any]:
    spec = {"selector": selector or {"app": name}, "ports": [{"port": 80, "targetPort": target}]}
    return {"kind": "Service", "metadata": {"name": name}, "spec": spec}


def seen(*services: Any, replies: tuple[Reply, ...] = ()) -> Snapshot:
    lists: dict[str, tuple[Object, ...]] = {"Service in ${ns}": services, "ConfigMap in ${ns}": ()}
    return Snapshot("mend-the-chain", "", {"": "me"}, lists=lists, pages={"service": replies})


def carriers(backend: str, **called: Any) -> dict[str, Any]:
    return {"web": template("web", backend), "orders": template("orders", **called)}


RIGHT = carriers("http://orders", readinessProbe=PROBE)
ORDERS = service("orders")
TROUBLES = {
    "all fits": (RIGHT, [ORDERS], ""),
    "a port by its name": (RIGHT, [service("orders", "web")], ""),
    "a long name, with its port": (
        carriers("http://orders.me.svc.cluster.local:80/"),
        [ORDERS],
        "",
    ),
    "no address": (carriers(""), [ORDERS], "link.no_address"),
    "no web address": (carriers("orders"), [ORDERS], "link.no_address"),
    "a number": (carriers("http://10.2.1.7:8080"), [ORDERS], "link.number"),
    "a name that no Service has": (carriers("http://order"), [ORDERS], "link.no_service"),
    "a neighbour's name": (carriers("http://orders.you"), [ORDERS], "link.no_service"),
    "a port that it has not": (carriers("http://orders:8080"), [ORDERS], "link.no_port"),
    "a selector for nobody": (RIGHT, [service("orders", app="order")], "link.elsewhere"),
    "a selector for another": (RIGHT, [service("orders", app="web")], "link.elsewhere"),
    "a selector for all": (RIGHT, [service("orders", tier="shop")], "link.strangers"),
    "a port where nobody listens": (RIGHT, [service("orders", 8008)], "link.wrong_target"),
    "a port that nobody names": (RIGHT, [service("orders", "http")], "link.wrong_target"),
    "a probe that asks for nothing": (
        carriers("http://orders", readinessProbe={"httpGet": {"path": "/ready", "port": "web"}}),
        [ORDERS],
        "probe.wrong_path",
    ),
}


@pytest.mark.parametrize(("there", "services", "message"), TROUBLES.values(), ids=TROUBLES)
def test_the_first_trouble_of_a_link_is_named(there: Any, services: Any, message: str) -> None:
    found = first_trouble(seen(*services), LINKS, there)
    assert (found.message if found else "") == message


def test_a_program_may_listen_elsewhere_if_the_service_leads_there() -> None:
    there = carriers("http://orders", env=[{"name": "PORT", "value": "8008"}])
    assert first_trouble(seen(service("orders", 8008)), LINKS, there) is None
    assert first_trouble(seen(ORDERS), LINKS, there) is not None


ROUNDS = {
    "nobody goes round": (RIGHT, [ORDERS], ""),
    "a broken selector is no way round": (RIGHT, [service("orders", app="order")], ""),
    "a missing Service is none either": (RIGHT, [], ""),
    "a number": (carriers("http://10.2.1.7:8080"), [ORDERS], "link.number"),
    "past the next": (carriers("http://web"), [ORDERS, service("web")], "link.elsewhere"),
    "a Service for all, whoever calls it": (
        carriers("http://nowhere"),
        [service("all", tier="shop")],
        "link.strangers",
    ),
}


@pytest.mark.parametrize(("there", "services", "message"), ROUNDS.values(), ids=ROUNDS)
def test_a_way_round_is_told_from_a_broken_link(there: Any, services: Any, message: str) -> None:
    found = way_round(seen(*services), LINKS, there)
    assert (found.message if found else "") == message


def test_who_calls_the_wrong_name_is_not_sent_to_a_selector() -> None:
    there, web = carriers("http://web"), service("web")
    past = way_round(seen(ORDERS, web), LINKS, there)
    broken = first_trouble(seen(service("orders", app="web")), LINKS, RIGHT)
    assert past
    assert "BACKEND_URL of web" in past.next_step
    assert broken
    assert "--show-labels" in broken.next_step


def reply(*pods: str, status: int = 200, problem: str = "", of: str = "web") -> Reply:
    hops = [{"app": "x", "pod": pod} for pod in pods] + ([{"problem": problem}] if problem else [])
    return Reply(of, f"{of}:80/chain", status, json.dumps(hops))


PODS = {app: [{"kind": "Pod", "metadata": {"name": f"{app}-1"}}] for app in ("web", "orders")}
BROKEN = reply("web-1", status=502, problem="connection refused")
WALKS = {
    "all the way": ([reply("web-1", "orders-1")], "passed", "web → orders"),
    "of another Service, too": (
        [reply("web-1", "orders-1"), reply("orders-1", of="orders")],
        "passed",
        "1 calls",
    ),
    "broken": ([reply("web-1", "orders-1"), BROKEN], "chain.broken", "web, and there: connection"),
    "too short": ([reply("web-1")], "chain.other_way", "went web"),
    "to a stranger": ([reply("web-1", "posters")], "chain.other_way", "web → posters"),
    "no chain": ([Reply("web", "web:80/chain", 200, "<html>")], "chain.other_way", "nowhere"),
    "no answer": (
        [Reply("web", "web:80/chain", problem="time-out")],
        "chain.broken",
        "A call to web got no chain: time-out",
    ),
    "no call": ([], "chain.broken", "no call was made"),
}


@pytest.mark.parametrize(("replies", "message", "words"), WALKS.values(), ids=WALKS)
def test_a_chain_is_walked_by_the_pods_that_answer(replies: Any, message: str, words: str) -> None:
    found = chain_passes(seen(replies=tuple(replies)), service("web"), PODS)
    assert found.message == message
    assert words in found.seen


def test_a_door_at_another_port_is_said_to_be_one() -> None:
    door = service("web")
    door["spec"]["ports"][0]["port"] = 8080
    assert chain_passes(seen(), door, PODS).message == "chain.not_open"
