"""Attendees who attack: with the learner's own credentials, and with all of their home folder.

Beside them an exercise of the tests' own: with an answer, a Secret, and a namespace for observers.
"""

import hashlib
import json
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from labkit.kube.kubeconfig import read_access
from labkit.kube.reader import Reader
from labkit.kube.writer import Writer
from labkit.workshop.lab import Lab
from labkit.workshop.marking import Attempt, Mark, Marker
from labkit.workshop.names import learner_kubeconfig, namespace_name
from labkit.workshop.starting import start
from tests.support.own_cluster import HELLO

CARD, DESK, COLOUR = "leave-a-card", "open-the-desk", "note-the-colour"
SEED = 7
FILES = {
    "exercise.toml": """
id = "note-the-colour"
lesson = "00-test"
title = "Note the colour"
minutes = 3
namespaces = ["", "obs"]
answers = ["colour"]
task = "Note the colour ${colour} and keep a Secret."
hints = ["The first of hints.", "The second of hints.", "The third of hints."]
[draw]
colour = { choice = ["red", "blue"] }
[[read]]
objects = "Secret"
in = [""]
labels = "lab=secret"
[[criterion]]
id = "colour"
weight = 10
text = "The colour is noted"
""",
    "check_note_the_colour.py": """
from labkit.grading.snapshot import Snapshot
from labkit.grading.verdict import Finding, not_started, not_yet, passed


def colour(snapshot: Snapshot) -> Finding:
    said = snapshot.answer("colour")
    if said is None:
        return not_started("colour.none", seen="Nothing noted.", next_step="Note it.")
    if said != snapshot.drawn("colour"):
        return not_yet("colour.wrong", seen=said, expected="yours", next_step="Look again.")
    return passed(said)
""",
}


def content(root: Path) -> Path:
    for name, text in FILES.items():
        path = root / "exercises" / "00-test" / COLOUR / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.lstrip("\n"))
    return root


@dataclass(frozen=True, slots=True)
class Attacker:
    """An attendee with one exercise started, and the instructor's marker of the same cluster."""

    lab: Lab
    exercise: str
    marker: Marker

    @property
    def home(self) -> Path:
        return self.lab.settings.home

    @property
    def namespace(self) -> str:
        return namespace_name(self.lab.attendee, self.exercise)

    @property
    def grader(self) -> str:
        return f"{self.lab.attendee}-grader"

    def mark(self) -> Mark:
        return self.marker.mark(Attempt(self.lab.attendee, self.exercise))

    @contextmanager
    def writer(self) -> Iterator[Writer]:
        """Through the learner's kubeconfig: its token comes from the program named in it."""
        with Writer(read_access(learner_kubeconfig(self.lab.settings))) as writer:
            yield writer

    @contextmanager
    def reader(self) -> Iterator[Reader]:
        with Reader(read_access(learner_kubeconfig(self.lab.settings))) as reader:
            yield reader

    def drawn(self) -> Mapping[str, str]:
        """As the task says them: what an honest attendee knows."""
        with Reader(self.lab.administrator()) as reader:
            name = f"{self.namespace}-seed"
            data = reader.get("ConfigMap", name, namespace="labkit-system")["data"]
        values: Mapping[str, str] = json.loads(data["seed.json"])["values"]
        return values

    def card(self, name: str = "card", **data: str) -> dict[str, Any]:
        right = {"table": self.drawn()["table"], "city": "Milano"} | data
        return config_map(name, self.namespace, {"lab": "card"}, right)


def attacker(lab: Lab, name: str, home: Path, exercise: str = CARD) -> Lab:
    """The attendee's own place; what they do there starts with an honest `start`."""
    home.mkdir(parents=True)
    own = replace(lab.for_attendee(name, home, SEED), content=lab.content)
    (home / "lab.json").write_text((lab.settings.home / "lab.json").read_text())
    start(own, exercise)
    return own


def config_map(
    name: str, namespace: str, labels: Mapping[str, str], data: Mapping[str, str]
) -> dict[str, Any]:
    metadata = {"name": name, "namespace": namespace, "labels": dict(labels)}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": dict(data)}


def pod(name: str, **spec: Any) -> dict[str, Any]:
    box = {"name": "hello", "image": HELLO, "imagePullPolicy": "IfNotPresent"}
    metadata = {"name": name, "labels": {"app": "desk"}}
    containers = {"containers": [box | spec.pop("box", {})]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": containers | spec}


def deployment(name: str, switches: Mapping[str, str], port: int = 8080) -> dict[str, Any]:
    template = pod(name, box={"env": [{"name": k, "value": v} for k, v in switches.items()]})
    template["spec"]["containers"][0]["ports"] = [{"containerPort": port}]
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {
            "replicas": 2,
            "selector": {"matchLabels": {"app": "desk"}},
            "template": {"metadata": {"labels": {"app": "desk"}}, "spec": template["spec"]},
        },
    }


def service(name: str, **spec: Any) -> dict[str, Any]:
    ports = [{"port": 80, "targetPort": spec.pop("target", 8080)}]
    given = {"type": "LoadBalancer", "selector": {"app": "desk"}, "ports": ports} | spec
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": given}


def cluster_wide(api_version: str, kind: str, name: str, **rest: Any) -> dict[str, Any]:
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name}} | rest


def our_address(lab: Lab) -> str:
    """Where the cluster's Pods reach this machine."""
    server = urlsplit(lab.administrator().server)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        asked.connect((server.hostname, server.port))  # sends nothing
        return str(asked.getsockname()[0])


def no_binding(by: Attacker) -> None:
    with by.writer() as writer:
        writer.create(by.card())
        writer.delete("RoleBinding", "labkit-grader", by.namespace)


def named(request: pytest.FixtureRequest) -> str:
    return f"t-{hashlib.sha256(request.node.nodeid.encode()).hexdigest()[:10]}"
