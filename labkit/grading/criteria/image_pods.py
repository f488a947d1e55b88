"""Which image a Pod really runs: the digest that its node reports, compared with the registry's."""

from collections.abc import Mapping, Sequence

from labkit.foundation.text import say
from labkit.grading.criteria.events import events_in
from labkit.grading.criteria.image_contents import named, not_pushed
from labkit.grading.criteria.images import image_of
from labkit.grading.criteria.objects import as_selector, evidence, labelled, name_of, names_of
from labkit.grading.criteria.pods import trouble_of
from labkit.grading.snapshot import Object, Snapshot
from labkit.grading.verdict import Finding, not_started, not_yet, passed
from labkit.kube.conditions import is_leaving, pod_ready

REGISTRY = "registry.lab.example:5000"


def pods_with(snapshot: Snapshot, labels: Mapping[str, str]) -> list[Object]:
    """Those that stay."""
    return [pod for pod in labelled(snapshot.objects("Pod"), labels) if not is_leaving(pod)]


def no_pod(labels: Mapping[str, str]) -> Finding:
    return not_started(
        "runs.none",
        seen=say(
            "No Pod with the label {labels} is in your namespace.", labels=as_selector(labels)
        ),
        next_step=say("Write a Pod with that label and the image, then `kubectl apply` it."),
    )


def pod_runs_image(
    snapshot: Snapshot, labels: Mapping[str, str], repository: str, tag: str
) -> Finding:
    """A ready Pod with these labels runs what the tag stands for now, and no such Pod runs else."""
    pods = pods_with(snapshot, labels)
    if not pods:
        return no_pod(labels)
    image = snapshot.image(repository, tag)
    if image is None:
        return not_pushed(snapshot, repository, tag)
    ready = [pod for pod in pods if pod_ready(pod)]
    if not ready:
        return not_ready(pods, events_in(snapshot))
    name = f"{REGISTRY}/{named(snapshot, repository)}:{tag}"
    others = [pod for pod in ready if image.digest not in digests_of(pod)]
    if others:
        return _other_image(others[0], name, image.digest, repository=named(snapshot, repository))
    return passed(
        say("Pod {pods} runs {name}.", pods=names_of(ready), name=name), evidence=evidence(*ready)
    )


def not_ready(pods: Sequence[Object], events: Sequence[Object]) -> Finding:
    trouble = trouble_of(pods, events)
    return not_yet(
        "runs.not_ready",
        seen=trouble.seen if trouble else say("Pod {pods} is not ready.", pods=names_of(pods)),
        expected=say("It is ready."),
        why=trouble.why if trouble else "",
        next_step=trouble.next_step if trouble else say("Look at `kubectl describe pod`."),
        evidence=evidence(*pods),
        settling=not trouble or trouble.passing,
    )


def _other_image(pod: Object, name: str, digest: str, *, repository: str) -> Finding:
    running = references_of(pod)
    is_stale = any(image_of(one).repository == repository for one in running)
    why = (
        say("A node keeps an image that it has under a tag, though the tag has moved since.")
        if is_stale
        else say("Its image is {images}.", images=", ".join(running))
    )
    return not_yet(
        "runs.stale" if is_stale else "runs.other_image",
        seen=say("Pod {pod} runs another image than {name}.", pod=name_of(pod), name=name),
        expected=say("Its digest is {digest}…", digest=digest[:19]),
        why=why,
        next_step=say(
            "`kubectl delete pod {pod} --now`; apply it again, with `imagePullPolicy: Always`.",
            pod=name_of(pod),
        )
        if is_stale
        else say("Name your image in the Pod, and make the Pod anew."),
        evidence=evidence(pod),
    )


def references_of(pod: Object) -> list[str]:
    return [str(box.get("image", "")) for box in pod["spec"].get("containers") or ()]


def digests_of(pod: Object) -> set[str]:
    """Of the images that its containers run, as the node reports them."""
    boxes = (pod.get("status") or {}).get("containerStatuses") or ()
    return {str(box.get("imageID", "")).partition("@")[2] for box in boxes}
