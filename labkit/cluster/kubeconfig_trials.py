"""The single trials of a probe, each with its own objects in the probe's namespace."""

import contextlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from labkit.cluster.kubeconfig_objects import (
    LABEL,
    asking_pod,
    claim,
    closed_policy,
    ingress,
    namespace_object,
    service,
    serving_pod,
    storing_pod,
    working_pod,
)
from labkit.foundation.errors import TimedOut
from labkit.foundation.text import say
from labkit.foundation.waiting import Clock
from labkit.kube.conditions import is_gone, pod_ready
from labkit.kube.errors import KubeError
from labkit.kube.reader import Reader
from labkit.kube.resources import Object, ObjectReference
from labkit.kube.waiting import wait_for
from labkit.kube.writer import Writer

FORGOTTEN = timedelta(minutes=15)  # a probe that was killed left its namespace behind
GONE_SECONDS = 45.0
ASKS = 4  # a policy takes its controller a moment
ASK_SECONDS = 3
NEVER = ("ErrImagePull", "ImagePullBackOff", "InvalidImageName", "CreateContainerConfigError")


@dataclass(frozen=True, slots=True)
class Trial:
    reader: Reader
    writer: Writer
    clock: Clock
    namespace: str
    image: str
    end: float
    """On the monotonic clock; every wait ends there."""

    def left(self) -> float:
        return max(0.5, self.end - self.clock.monotonic())

    def create(self, object_: Object) -> Object:
        return self.writer.create(object_, namespace=self.namespace)

    def outcome(self, pod: str) -> str:
        """Succeeded or Failed; "" for one that can never start."""
        what = ObjectReference("Pod", pod, self.namespace)
        return wait_for(self.reader, what, _outcome, limit_seconds=self.left())


def _outcome(pod: Object) -> str | None:
    status = pod.get("status") or {}
    if status.get("phase") in ("Succeeded", "Failed"):
        return str(status["phase"])
    for container in status.get("containerStatuses") or ():
        if ((container.get("state") or {}).get("waiting") or {}).get("reason") in NEVER:
            return ""
    return None


@contextlib.contextmanager
def trial_namespace(reader: Reader, writer: Writer, clock: Clock) -> Iterator[str]:
    """A namespace of its own, gone afterwards; also those that killed probes forgot."""
    for forgotten in reader.list("Namespace", labels=LABEL):
        if _made(forgotten) + FORGOTTEN < clock.now():
            writer.delete("Namespace", forgotten["metadata"]["name"])
    name = str(writer.create(namespace_object())["metadata"]["name"])
    try:
        account = ObjectReference("ServiceAccount", "default", name)
        wait_for(reader, account, lambda it: not is_gone(it), limit_seconds=10)
        yield name
    finally:
        writer.delete("Namespace", name)
        with contextlib.suppress(TimedOut, KubeError):  # on its way, and nobody needs it again
            wait_for(
                reader, ObjectReference("Namespace", name), is_gone, limit_seconds=GONE_SECONDS
            )


def _made(namespace: Object) -> datetime:
    return datetime.fromisoformat(namespace["metadata"]["creationTimestamp"].replace("Z", "+00:00"))


def pod_runs_and_is_heard(trial: Trial) -> bool:
    """A Pod whose word comes back through its log has really run."""
    word = secrets.token_hex(8)
    trial.create(working_pod(trial.image, word))
    if trial.outcome("working") != "Succeeded":
        return False
    return word in trial.reader.log("working", trial.namespace)


def names_are_resolved(trial: Trial) -> bool:
    """A Pod finds a Service by its name."""
    _start_server(trial, "named")
    asker = asking_pod("by-name", trial.image, "http://named/", seconds=5)
    asker["spec"]["restartPolicy"] = "OnFailure"  # the Service leads nowhere in its first moment
    trial.create(asker)
    return trial.outcome("by-name") == "Succeeded"


def _start_server(trial: Trial, name: str) -> str:
    """A Pod that serves, and its Service; the Pod's address once it answers."""
    trial.create(serving_pod(name, trial.image))
    trial.create(service(name, "ClusterIP"))
    what = ObjectReference("Pod", name, trial.namespace)
    wait_for(trial.reader, what, pod_ready, limit_seconds=trial.left())
    address = trial.reader.get("Pod", name, namespace=trial.namespace)["status"]["podIP"]
    return f"[{address}]" if ":" in address else str(address)


def policy_cuts(trial: Trial) -> bool:
    """Only what answered before can be seen to be cut."""
    address = f"http://{_start_server(trial, 'walled')}:8080/"
    trial.create(asking_pod("before", trial.image, address, seconds=ASK_SECONDS))
    if trial.outcome("before") != "Succeeded":
        return False
    trial.create(closed_policy("walled"))
    for number in range(ASKS):
        name = f"after-{number}"
        trial.create(asking_pod(name, trial.image, address, seconds=ASK_SECONDS))
        if trial.outcome(name) == "Failed":
            return True
    return False


def balancer_gets_an_address(trial: Trial, *, is_free: bool) -> bool:
    if any(map(_address, trial.reader.list("Service"))):
        return True
    if not is_free:
        return False
    trial.create(service("balanced", "LoadBalancer"))
    what = ObjectReference("Service", "balanced", trial.namespace)
    return bool(wait_for(trial.reader, what, _address, limit_seconds=trial.left()))


def _address(object_: Object) -> str | None:
    """The first IP address or name that a Service or Ingress is reached by."""
    status = object_.get("status") or {}
    for entry in (status.get("loadBalancer") or {}).get("ingress") or ():
        return str(entry.get("ip") or entry.get("hostname") or "") or None
    return None


def page_comes_through_ingress(trial: Trial) -> bool:
    """The page of the server, asked for by a name that only the Ingress knows."""
    classes = trial.reader.list("IngressClass")
    if not classes:
        return False
    _start_server(trial, "entered")
    host = f"{trial.namespace}.example"
    trial.create(ingress("entered", host, classes[0]["metadata"]["name"]))
    what = ObjectReference("Ingress", "entered", trial.namespace)
    address = wait_for(trial.reader, what, _address, limit_seconds=trial.left())
    asker = asking_pod("by-ingress", trial.image, f"http://{host}/", seconds=5)
    asker["spec"]["hostAliases"] = [{"ip": address, "hostnames": [host]}]
    asker["spec"]["restartPolicy"] = "OnFailure"  # the controller takes the rule up in a moment
    trial.create(asker)
    return trial.outcome("by-ingress") == "Succeeded"


def volume_binds(trial: Trial, *, is_free: bool) -> bool:
    """A claim of the default class is bound once a Pod wants it."""
    classes = trial.reader.list("StorageClass")
    chosen = next((each for each in classes if _is_default(each)), None)
    if chosen is None and len(classes) != 1:
        return False
    if not is_free:
        claims = trial.reader.list("PersistentVolumeClaim")
        return any((each.get("status") or {}).get("phase") == "Bound" for each in claims)
    trial.create(claim((chosen or classes[0])["metadata"]["name"]))
    trial.create(storing_pod(trial.image))
    what = ObjectReference("PersistentVolumeClaim", "claim", trial.namespace)
    wait_for(trial.reader, what, _is_bound, limit_seconds=trial.left(), awaited=say("a volume"))
    return True


def _is_default(storage_class: Object) -> bool:
    annotations = storage_class["metadata"].get("annotations") or {}
    return annotations.get("storageclass.kubernetes.io/is-default-class") == "true"


def _is_bound(object_: Object) -> bool:
    return (object_.get("status") or {}).get("phase") == "Bound"
