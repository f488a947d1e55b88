"""Pods and Deployments that cannot work, each for another reason, and what must be said of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Spec = dict[str, Any]

HELLO = "registry.lab.example:5000/hello:1.0"
COREDNS = "registry.lab.example:5000/coredns:v1.15.0"
METRICS = "registry.lab.example:5000/metrics-server:v0.9.0"
REGISTRY_PORT = 5999
"""On each node's own loopback, where a container runtime speaks plain HTTP."""
REGISTRY = f"localhost:{REGISTRY_PORT}"
CLOSED_NODE = "closed-for-tests"
"""A Node object without a machine. Its taint keeps away all who do not ask for it by name."""


@dataclass(frozen=True, slots=True)
class Case:
    cause: str
    words: tuple[str, ...]
    """Parts of what the reader is told."""
    spec: Spec
    suffix: str = ""
    """Of the namespace: "" or, where a rule of the namespace is the reason, one with that rule."""
    is_deployment: bool = False

    def is_told_by(self, text: str) -> bool:
        return all(word in text for word in self.words)


def box(*command: str, **more: Any) -> Spec:
    """One container."""
    return {
        "name": "web",
        "image": HELLO,
        "imagePullPolicy": "IfNotPresent",
        "args": list(command),
        **more,
    }


def of_image(name: str, **more: Any) -> Spec:
    """A Pod of another of the lab's images, with its own entry point."""
    return alone({"name": "web", "image": name, "imagePullPolicy": "IfNotPresent", **more})


def alone(container: Spec, **more: Any) -> Spec:
    return {"terminationGracePeriodSeconds": 1, "containers": [container], **more}


def image(name: str, **more: Any) -> Spec:
    return alone(box("sleep", "infinity", image=name, **more))


def asking(**amounts: str) -> Spec:
    return alone(box("sleep", "infinity", resources={"requests": amounts}))


def probed(kind: str, probe: Spec, *command: str, **more: Any) -> Spec:
    given = {"periodSeconds": 1, "failureThreshold": 2, "timeoutSeconds": 1, **probe}
    return alone(box(*command, **{kind: given}, **more))


def http(port: int, path: str = "/healthz") -> Spec:
    return {"httpGet": {"path": path, "port": port}}


def env_from(kind: str, name: str, key: str) -> Spec:
    value = {f"{kind}KeyRef": {"name": name, "key": key}}
    return alone(box(env=[{"name": "COLOUR", "valueFrom": value}]))


def mounted(volume: Spec) -> Spec:
    place = [{"name": "data", "mountPath": "/data"}]
    return alone(box(volumeMounts=place), volumes=[{"name": "data", **volume}])


def claimed(name: str) -> Spec:
    return mounted({"persistentVolumeClaim": {"claimName": name}})


def with_init(*command: str) -> Spec:
    return alone(box(), initContainers=[box(*command) | {"name": "prepare"}])


def needing(field: str, key: str, value: str) -> Spec:
    """Of a node: matchExpressions of its labels, or matchFields for its name."""
    term = {field: [{"key": key, "operator": "In", "values": [value]}]}
    must = {"nodeSelectorTerms": [term]}
    wanted = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": must}}
    return asking(cpu="1m") | {"affinity": wanted}


READ_ONLY = {
    "args": ["--cert-dir=/certs"],
    "securityContext": {"readOnlyRootFilesystem": True, "runAsUser": 0},
}
NEVER = {"restartPolicy": "Never"}

RECORDED = "tests/unit/grading/failing-pods.json"
"""All of these as a real cluster showed them."""

CASES: Mapping[str, Case] = {
    "bad-tag": Case("image-not-found", (f"{REGISTRY}/hello:9",), image(f"{REGISTRY}/hello:9")),
    "pull-secret": Case(
        "image-refused",
        (f"{REGISTRY}/private:1", "pull secret regcred is not there"),
        image(f"{REGISTRY}/private:1") | {"imagePullSecrets": [{"name": "regcred"}]},
    ),
    "no-registry": Case("image-no-registry", ("nowhere.example",), image("nowhere.example/a:1")),
    "bad-image-name": Case("image-name", ("Hello:1",), image("Hello:1")),
    "never-pulled": Case("image-absent", ("hello:7",), image("hello:7", imagePullPolicy="Never")),
    "crash-loop": Case(
        "crash", ("exit code 3",), alone(box("say", "x", "exit", "3", "after", "0"))
    ),
    "ends-well": Case("ends", ("code 0",), alone(box("true"))),
    "no-such-program": Case("command", ("/nosuch",), alone(box() | {"command": ["/nosuch"]})),
    "read-only-root": Case(
        "read-only", ("exit code 2", "read-only"), of_image(METRICS, **READ_ONLY)
    ),
    "run-as-root": Case(
        "root-refused",
        ("runAsNonRoot",),
        of_image(COREDNS, securityContext={"runAsNonRoot": True}),
    ),
    "too-little-memory": Case(
        "memory", ("8Mi",), of_image(METRICS, resources={"limits": {"memory": "8Mi"}})
    ),
    "liveness": Case("liveness", ("status 404",), probed("livenessProbe", http(8080, "/no/such"))),
    "readiness": Case(
        "readiness", ("status 404",), probed("readinessProbe", http(8080, "/no/such"))
    ),
    "wrong-port": Case("readiness", ("9999", "refused"), probed("readinessProbe", http(9999))),
    "startup": Case(
        "startup",
        ("8080",),
        probed("startupProbe", http(8080), env=[{"name": "START_DELAY", "value": "600"}]),
    ),
    "exec-probe": Case(
        "readiness",
        ("cat /ready", "not in the image"),
        probed("readinessProbe", {"exec": {"command": ["cat", "/ready"]}}),
    ),
    "cpu": Case("no-cpu", ("500",), asking(cpu="500")),
    "memory": Case("no-memory", ("900Gi",), asking(memory="900Gi")),
    "taint": Case(
        "taint",
        ("nodes", "1"),
        needing("matchFields", "metadata.name", CLOSED_NODE),
    ),
    "affinity": Case("node-labels", ("nodeAffinity",), needing("matchExpressions", "disk", "fast")),
    "selector": Case(
        "node-labels", ("disk=fast",), asking(cpu="1m") | {"nodeSelector": {"disk": "fast"}}
    ),
    "host-port": Case(
        "host-port",
        (f"{REGISTRY_PORT}",),
        alone(
            box(
                "sleep",
                "infinity",
                ports=[{"containerPort": REGISTRY_PORT, "hostPort": REGISTRY_PORT}],
            )
        ),
    ),
    "no-config-map": Case("config-missing", ("colours",), env_from("configMap", "colours", "c")),
    "no-key": Case("key-missing", ("hue", "present"), env_from("configMap", "present", "hue")),
    "no-secret": Case("config-missing", ("password",), env_from("secret", "password", "p")),
    "no-volume-source": Case(
        "volume", ("ConfigMap pages",), mounted({"configMap": {"name": "pages"}})
    ),
    "no-claim": Case("claim-missing", ("nowhere",), claimed("nowhere")),
    "unbound": Case("claim-unbound", ("waits",), claimed("waits")),
    "init-stuck": Case("init-stuck", ("prepare",), with_init("sleep", "infinity")),
    "init-crash": Case(
        "crash", ("prepare", "exit code 4"), with_init("say", "x", "exit", "4", "after", "0")
    ),
    "failed": Case(
        "failed", ("exit code 5",), alone(box("say", "x", "exit", "5", "after", "0")) | NEVER
    ),
    "deadline": Case("failed", ("DeadlineExceeded",), alone(box(), activeDeadlineSeconds=1)),
    "quota": Case("quota", ("small",), asking(cpu="100m"), "quota", is_deployment=True),
    "limit-range": Case("limit", ("cpu",), asking(cpu="100m"), "limit", is_deployment=True),
    "pod-security": Case(
        "pod-security",
        ("restricted", "unrestricted capabilities", "runAsNonRoot"),
        alone(box()),
        "strict",
        is_deployment=True,
    ),
    "no-account": Case(
        "account", ("robot",), alone(box()) | {"serviceAccountName": "robot"}, is_deployment=True
    ),
}
