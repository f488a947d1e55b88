"""A container that works beside a Pod's first one: stays alive, shares a folder, prints a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from labkit.foundation.text import say
from labkit.grading.criteria.answers import quoted
from labkit.grading.criteria.explanation import cut
from labkit.grading.criteria.images import same_image
from labkit.grading.criteria.objects import evidence, name_of, names_of
from labkit.grading.criteria.rollouts import deployment_for, trouble
from labkit.grading.criteria.times import moment
from labkit.grading.criteria.workloads import pods_of, settled
from labkit.grading.snapshot import Object, Snapshot
from labkit.grading.verdict import Finding, not_started, not_yet, passed
from labkit.kube.conditions import is_leaving

CALM = timedelta(seconds=20)
"""A companion that was started over runs that long before it counts as staying."""
FRESH = timedelta(seconds=60)
SPEAKS_WITHIN = timedelta(seconds=15)
"""So long after its Pod was made a companion may be silent."""
SEED = "till"
CONTAINERS = "spec.template.spec.containers"


@dataclass(frozen=True, slots=True)
class Main:
    """The container that was there first: where it is, and the file that it writes."""

    deployment: str
    labels: Mapping[str, str]
    container: str
    file: str

    def box_in(self, deployment: Object) -> Mapping[str, Any] | None:
        boxes = _spec(deployment)["containers"]
        return next((box for box in boxes if box["name"] == self.container), None)

    def companions_in(self, deployment: Object) -> list[Mapping[str, Any]]:
        """Beside it: other containers, and init containers that always restart."""
        spec = _spec(deployment)
        beside = [box for box in spec["containers"] if box["name"] != self.container]
        first = spec.get("initContainers") or ()
        return [*beside, *(box for box in first if box.get("restartPolicy") == "Always")]


def companion_runs(snapshot: Snapshot, main: Main) -> Finding:
    """Some companion is beside it, all containers run, and none is started over and over."""
    deployment = deployment_for(snapshot, main.labels, main.deployment)
    if deployment is None:
        return _gone(main)
    companions = main.companions_in(deployment)
    if not companions:
        return _no_companion(snapshot, deployment, main)
    names = {box["name"] for box in companions}
    pods = [pod for pod in pods_of(deployment, snapshot.objects("Pod")) if not is_leaving(pod)]
    for pod in pods:
        for status in _statuses(pod):
            if status["name"] in names and _starts_over(status, snapshot.taken_at):
                return _restarts(pod, status)
    unsettled = trouble(settled(snapshot, deployment))
    if unsettled:
        return unsettled
    seen = say("Beside {main} runs: {names}.", main=main.container, names=", ".join(sorted(names)))
    return passed(seen, evidence=evidence(deployment, *pods))


def shares_folder(snapshot: Snapshot, main: Main) -> Finding:
    """The volume that holds the file is mounted in a companion, too."""
    deployment = deployment_for(snapshot, main.labels, main.deployment)
    box = main.box_in(deployment) if deployment else None
    companions = main.companions_in(deployment) if deployment else []
    if deployment is None or box is None or not companions:
        return not_started(
            "folder.alone",
            seen=say("Nobody is beside {main} to share a folder with.", main=main.container),
            next_step=say("First give the Pod a second container."),
        )
    volume = _volume_at(box, main.file)
    if not volume:
        return _not_mounted(deployment, main)
    sharing = [one for one in companions if volume in _volumes_of(one)]
    if not sharing:
        return _not_shared(deployment, companions, volume)
    seen = say(
        "{main} writes into volume {volume}; {other} sees it.",
        main=main.container,
        volume=volume,
        other=sharing[0]["name"],
    )
    return passed(seen, evidence=evidence(deployment))


def prints_lines(snapshot: Snapshot, main: Main, *, log: str, key: str, value: str) -> Finding:
    """The main container is as setup noted it, and its lines of this minute are in the log."""
    deployment = deployment_for(snapshot, main.labels, main.deployment)
    if deployment is None:
        return _gone(main)
    differing = _changed(main.box_in(deployment), snapshot.noted(SEED, CONTAINERS)[0])
    if differing:
        return _till_changed(deployment, main, differing)
    if not main.companions_in(deployment):
        return not_started(
            "sales.nobody",
            seen=say("Nobody prints {file}.", file=main.file),
            next_step=say("First give the Pod a second container."),
        )
    taken = moment(snapshot.taken_at)
    ours = [line for line in snapshot.log(log) if line.facts.get(key) == value]
    young = [line for line in ours if taken - moment(line.until) <= FRESH]
    if young:
        seen = say("The log has sales of {value}, the last one just now.", value=value)
        return passed(seen, evidence=evidence(deployment))
    pods = [pod for pod in pods_of(deployment, snapshot.objects("Pod")) if not is_leaving(pod)]
    begun = [moment(pod["metadata"]["creationTimestamp"]) for pod in pods]
    young_pods = not begun or taken - max(begun) < SPEAKS_WITHIN
    settling = young_pods and not trouble(shares_folder(snapshot, main))  # or waiting is in vain
    return _silent(deployment, main, is_old=bool(ours), settling=settling)


def _spec(deployment: Object) -> Mapping[str, Any]:
    spec: Mapping[str, Any] = deployment["spec"]["template"]["spec"]
    return spec


def _statuses(pod: Object) -> list[Mapping[str, Any]]:
    status = pod.get("status") or {}
    return [*(status.get("initContainerStatuses") or ()), *(status.get("containerStatuses") or ())]


def _starts_over(status: Mapping[str, Any], taken_at: str) -> bool:
    """It ended, or did so before and has not run for long since."""
    state = status.get("state") or {}
    running = state.get("running")
    if not running:
        return bool(status.get("restartCount")) or "terminated" in state
    since = moment(taken_at) - moment(running["startedAt"])
    return bool(status.get("restartCount")) and since < CALM


def _volume_at(box: Mapping[str, Any], file: str) -> str:
    """The volume under a file: that of the deepest mount on its way; empty where there is none."""
    found = [
        (len(path), mount["name"])
        for mount in box.get("volumeMounts") or ()
        if file == (path := mount["mountPath"].rstrip("/")) or file.startswith(f"{path}/")
    ]
    return str(max(found)[1]) if found else ""


def _volumes_of(box: Mapping[str, Any]) -> set[str]:
    return {mount["name"] for mount in box.get("volumeMounts") or ()}


def _changed(box: Mapping[str, Any] | None, before: Mapping[str, Any]) -> str:
    """The field of the main container that is not as it was; empty where all are."""
    if box is None:
        return "name"
    if not same_image(box["image"], before["image"]):
        return "image"
    return next((key for key in ("command", "args") if box.get(key) != before.get(key)), "")


def _gone(main: Main) -> Finding:
    return not_yet(
        "companion.no_deployment",
        seen=say("Deployment {name} is not there any more.", name=main.deployment),
        expected=say("It is there, with a companion."),
        why=say("It was there at the start; somebody deleted it."),
        next_step=say("Apply its file again, or run `labkit reset` for this exercise."),
    )


def _no_companion(snapshot: Snapshot, deployment: Object, main: Main) -> Finding:
    others = [one for one in snapshot.objects("Deployment") if one is not deployment]
    if others:
        return _elsewhere(others, main)
    first = _spec(deployment).get("initContainers") or ()
    if first:
        return _before(deployment, main, first[0]["name"])
    return not_started(
        "companion.none",
        seen=say("In the Pod of Deployment {name} is one container.", name=main.deployment),
        next_step=say("Add another one under spec.template.spec.containers."),
    )


def _elsewhere(others: Sequence[Object], main: Main) -> Finding:
    return not_yet(
        "companion.elsewhere",
        seen=say("Beside Deployment {name} stands: {o}.", name=main.deployment, o=names_of(others)),
        expected=say("The companion is in the same Pod."),
        why=say("A Pod of its own has a disk of its own, perhaps on another node."),
        next_step=say("Put it into the template of Deployment {name}.", name=main.deployment),
        evidence=evidence(*others),
    )


def _before(deployment: Object, main: Main, name: str) -> Finding:
    return not_yet(
        "companion.before",
        seen=say("Init container {name} comes before {main}.", name=name, main=main.container),
        expected=say("The companion runs beside it, for as long as it runs."),
        why=say("The others wait until an init container has ended, unless it always restarts."),
        next_step=say("Set its restartPolicy to Always, or move it to containers."),
        evidence=evidence(deployment),
    )


def _restarts(pod: Object, status: Mapping[str, Any]) -> Finding:
    return not_yet(
        "companion.restarts",
        seen=say(
            "Container {name} has ended, or was started over {count} times.",
            name=cut(status["name"], 60),
            count=status.get("restartCount", 0),
        ),
        expected=say("It stays alive beside the other."),
        why=say("A program that is done ends, and the kubelet starts it again, ever later."),
        next_step=say(
            "Read what it said: `kubectl logs {p} -c {c}`.",
            p=name_of(pod),
            c=cut(status["name"], 60),
        ),
        evidence=evidence(pod),
    )


def _not_mounted(deployment: Object, main: Main) -> Finding:
    return not_yet(
        "folder.not_mounted",
        seen=say(
            "In {main} no volume is mounted where {file} is.", main=main.container, file=main.file
        ),
        expected=say("A volume is mounted there, and in the companion."),
        why=say("Without one the file is on the container's own disk, which nobody else sees."),
        next_step=say("Name a volume under volumes, and mount it under volumeMounts."),
        evidence=evidence(deployment),
    )


def _not_shared(
    deployment: Object, companions: Sequence[Mapping[str, Any]], volume: str
) -> Finding:
    mounted = sorted({name for box in companions for name in _volumes_of(box)})
    return not_yet(
        "folder.not_shared",
        seen=say(
            "The file is in volume {volume}; the companion has mounted: {mounted}.",
            volume=cut(volume, 60),
            mounted=quoted(", ".join(mounted)) or say("none"),
        ),
        expected=say("Both have mounted the same volume."),
        why=say("Two volumes are two folders, even if both are empty and at the same place."),
        next_step=say("Mount volume {volume} in the companion, too.", volume=cut(volume, 60)),
        evidence=evidence(deployment),
    )


def _till_changed(deployment: Object, main: Main, field: str) -> Finding:
    return not_yet(
        "sales.till_changed",
        seen=say("Container {main} is not as it was: {field}.", main=main.container, field=field),
        expected=say("Its image and its arguments are those of the start."),
        why=say("Often it is somebody else's program; a companion leaves it alone."),
        next_step=say("Give it back what it had: `labkit reset` shows the first file again."),
        evidence=evidence(deployment),
    )


def _silent(deployment: Object, main: Main, *, is_old: bool, settling: bool) -> Finding:
    return not_yet(
        "sales.old" if is_old else "sales.silent",
        seen=say("The log's sales are older than a minute.")
        if is_old
        else say("The Pod's log shows no sales."),
        expected=say("Each sale is in the log a moment after it was made."),
        why=say("What a container prints is its log; the file alone is not."),
        next_step=say("Does the companion follow {file}, as it sees it?", file=main.file),
        evidence=evidence(deployment),
        settling=settling,
    )
