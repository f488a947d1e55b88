"""Whom a probe asks, in every form that Kubernetes knows, and how soon it notices."""

from typing import Any

import pytest

from labkit.grading.criteria.probes import (
    app_of,
    flaw_of,
    probes_of,
    variable,
)

IMAGE = "registry.lab.example:5000/hello:1.0"


def template(probe: dict[str, Any], *, kind: str = "readiness", **more: Any) -> dict[str, Any]:
    app = {"name": "hello", "image": IMAGE, f"{kind}Probe": probe, **more}
    return {"spec": {"containers": [app]}}


def flaw(probe: dict[str, Any], **more: Any) -> str:
    made = template(probe, **more)
    (found,) = probes_of(made, "readiness")
    flawed = flaw_of(found, made)
    return flawed.message if flawed else ""


def http(**asked: Any) -> dict[str, Any]:
    return {"httpGet": {"port": 8080, **asked}}


def command(*words: str) -> dict[str, Any]:
    return {"exec": {"command": list(words)}}


NAMED = {"ports": [{"name": "http", "containerPort": 8080}, {"name": "odd", "containerPort": 9090}]}
PORT = {"env": [{"name": "PORT", "value": "9000"}]}
DATA = {"env": [{"name": "DATA_DIR", "value": "/data"}]}

RIGHT = {
    "a path": (http(path="/healthz"), {}),
    "no path": (http(), {}),
    "the page": (http(path="/", scheme="HTTP"), {}),
    "with headers": (http(path="/info", httpHeaders=[{"name": "A", "value": "b"}]), {}),
    "a path with a question": (http(path="/healthz?full=1"), {}),
    "a path without a slash": (http(path="healthz"), {}),
    "the notebook of an app that has one": (http(path="/notes"), DATA),
    "a named port": (http(path="/healthz", port="http"), NAMED),
    "a port written as text": (http(port="8080"), {}),
    "a port that PORT moved": (http(port=9000), PORT),
    "a socket": ({"tcpSocket": {"port": 8080}}, {}),
    "a named socket": ({"tcpSocket": {"port": "http"}}, NAMED),
    "the program itself": (command("/hello", "probe", "http://127.0.0.1:8080/healthz"), {}),
    "the program with a limit": (command("hello", "probe", "http://localhost:8080/", "2"), {}),
    "the program without a path": (command("/hello", "probe", "http://[::1]:8080"), {}),
    "curl, where an image has it": (command("curl", "-fs", "http://localhost:8080/healthz"), {}),
}
WRONG = {
    "another port": (http(path="/healthz", port=9090), {}, "probe.wrong_port"),
    "another named port": (http(port="odd"), NAMED, "probe.wrong_port"),
    "a name that no port has": (http(port="web"), {}, "probe.wrong_port"),
    "the old port after PORT moved it": (http(), PORT, "probe.wrong_port"),
    "another path": (http(path="/health"), {}, "probe.wrong_path"),
    "the notebook of an app without one": (http(path="/notes"), {}, "probe.wrong_path"),
    "another host": (http(host="example.com"), {}, "probe.other_host"),
    "another host's socket": (
        {"tcpSocket": {"port": 8080, "host": "10.0.0.1"}},
        {},
        "probe.other_host",
    ),
    "HTTPS": (http(scheme="HTTPS"), {}, "probe.other_form"),
    "gRPC": ({"grpc": {"port": 8080}}, {}, "probe.other_form"),
    "another socket": ({"tcpSocket": {"port": 80}}, {}, "probe.wrong_port"),
    "true": (command("/hello", "true"), {}, "probe.asks_nobody"),
    "words that sound like a question": (
        command("/hello", "say", "http://127.0.0.1:8080/healthz"),
        {},
        "probe.asks_nobody",
    ),
    "somebody else": (
        command("/hello", "probe", "http://shift:8080/healthz"),
        {},
        "probe.asks_nobody",
    ),
    "itself at another port": (
        command("/hello", "probe", "http://localhost/"),
        {},
        "probe.wrong_port",
    ),
    "itself at another path": (
        command("/hello", "probe", "http://localhost:8080/ready"),
        {},
        "probe.wrong_path",
    ),
    "no command": ({"exec": {}}, {}, "probe.asks_nobody"),
    "the program alone": (command("/hello"), {}, "probe.asks_nobody"),
}


@pytest.mark.parametrize(("probe", "more"), RIGHT.values(), ids=RIGHT.keys())
def test_probe_that_asks_the_app_has_no_flaw(probe: dict[str, Any], more: dict[str, Any]) -> None:
    assert flaw(probe, **more) == ""


@pytest.mark.parametrize(("probe", "more", "message"), WRONG.values(), ids=WRONG.keys())
def test_probe_that_asks_something_else_is_told_so(
    probe: dict[str, Any], more: dict[str, Any], message: str
) -> None:
    assert flaw(probe, **more) == message


def test_app_is_the_container_with_the_lessons_image() -> None:
    sidecar, app = {"name": "log", "image": "hello-log:1"}, {"name": "a", "image": IMAGE}
    assert app_of({"spec": {"containers": [sidecar, app]}}) is app
    assert app_of({"spec": {"containers": [sidecar]}}) is sidecar
    by_digest = {"name": "a", "image": f"{IMAGE.rpartition(':')[0]}@sha256:00"}
    assert app_of({"spec": {"containers": [sidecar, by_digest]}}) is by_digest


@pytest.mark.parametrize(
    ("settings", "seconds"),
    [
        ({}, 30),
        ({"periodSeconds": 5, "failureThreshold": 2}, 10),
        ({"periodSeconds": 60}, 180),
        ({"periodSeconds": 10, "timeoutSeconds": 100}, 300),
    ],
)
def test_reaction_counts_periods_or_time_outs_and_defaults(
    settings: dict[str, int], seconds: int
) -> None:
    (probe,) = probes_of(template({**http(), **settings}), "readiness")
    assert probe.reaction_seconds == seconds


def test_variable_is_unset_set_or_from_elsewhere() -> None:
    env = [{"name": "A", "value": "1"}, {"name": "B", "valueFrom": {}}, {"name": "C"}]
    container = {"env": env}
    assert [variable(container, name) for name in "ABCD"] == ["1", "", "", None]
    assert variable({"envFrom": [{}]}, "D") == ""
