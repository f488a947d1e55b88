"""Pods that run calmly: since when, restarted how often, ready how soon, guarded by what."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from labkit.foundation.text import say
from labkit.grading.criteria.objects import evidence, name_of
from labkit.grading.criteria.probes import Probe, app_of, flaw_of, probes_of
from labkit.grading.criteria.times import moment
from labkit.grading.snapshot import Object, Snapshot
from labkit.grading.verdict import Finding, not_yet, passed
from labkit.kube.conditions import condition


def restarted(pods: Sequence[Object]) -> Finding | None:
    """None when none of their containers was restarted."""
    for pod in pods:
        for container in _containers(pod):
            if container.get("restartCount", 0):
                return _restarted(pod, container)
    return None


def runs_for(snapshot: Snapshot, pods: Sequence[Object], *, seconds: int) -> Finding:
    """All of their containers, at the moment of the snapshot."""
    ages = [_age(snapshot, container) for pod in pods for container in _containers(pod)]
    youngest = min(ages, default=0)
    if youngest < seconds:
        return not_yet(
            "endurance.too_young",
            seen=say("The youngest container has run for {seconds} s.", seconds=youngest),
            expected=say("It runs for {seconds} s without a restart.", seconds=seconds),
            why=say("A probe that is too strict shows only after its failures have added up."),
            next_step=say("Check again in {seconds} s.", seconds=seconds - youngest),
            evidence=evidence(*pods),
        )
    return passed(
        say("Running for {seconds} s and more, without a restart.", seconds=youngest),
        evidence=evidence(*pods),
    )


def ready_no_sooner(pods: Sequence[Object], *, seconds: int) -> Finding:
    """Each is Ready, and became so that many seconds after its last container started."""
    if not pods:
        return _nobody()
    for pod in pods:
        ready = condition(pod, "Ready")
        if ready.get("status") != "True":
            return _not_ready(pod)
        waited = (moment(ready["lastTransitionTime"]) - max(_starts(pod))).total_seconds()
        if waited < seconds:
            return _too_soon(pod, int(waited), seconds)
    return passed(
        say("Ready no sooner than {seconds} s after the start.", seconds=seconds),
        evidence=evidence(*pods),
    )


def guarded(deployment: Object, *, within_seconds: int, starts_in: int) -> Finding:
    """Its liveness probe would act so soon after a hang, whenever after the start that is."""
    template = deployment["spec"]["template"]
    app = app_of(template)
    found = [one for one in probes_of(template, "liveness") if one.container is app]
    if not found:
        return _unguarded(deployment)
    probe = found[0]
    flaw = flaw_of(probe, template)
    if flaw:
        return not_yet(
            flaw.message,
            seen=flaw.seen,
            expected=say("It asks the app for something that it answers while it is well."),
            why=say("One that fails restarts a healthy app; one that always holds helps nobody."),
            next_step=say("Let the liveness probe ask /healthz on the app's port."),
            evidence=evidence(deployment),
        )
    seconds = probe.reaction_seconds + max(0, probe.number("initialDelaySeconds", 0) - starts_in)
    return _acts(deployment, probe, seconds, within_seconds)


def _acts(deployment: Object, probe: Probe, seconds: int, within_seconds: int) -> Finding:
    if seconds > within_seconds:
        return not_yet(
            "endurance.too_slow",
            seen=say("A hang would be answered after up to {seconds} s.", seconds=seconds),
            expected=say("After {seconds} s at most.", seconds=within_seconds),
            why=say(
                "Liveness: every {period} s, {failures} failures in a row, first after {delay} s.",
                period=probe.number("periodSeconds", 10),
                failures=probe.number("failureThreshold", 3),
                delay=probe.number("initialDelaySeconds", 0),
            ),
            next_step=say("Lower periodSeconds, failureThreshold or initialDelaySeconds."),
            evidence=evidence(deployment),
        )
    return passed(
        say("A hang is answered with a restart within {seconds} s.", seconds=seconds),
        evidence=evidence(deployment),
    )


def _unguarded(deployment: Object) -> Finding:
    return not_yet(
        "probe.no_liveness",
        seen=say("The app's container in {name} has no liveness probe.", name=name_of(deployment)),
        expected=say("A liveness probe restarts it when it hangs."),
        why=say("Without one, a process that hangs is taken for alive as long as it exists."),
        next_step=say("Add `livenessProbe`; with a startup probe it may be as strict as before."),
        evidence=evidence(deployment),
    )


def _restarted(pod: Object, container: Mapping[str, Any]) -> Finding:
    return not_yet(
        "endurance.restarted",
        seen=say(
            "Container {container} of Pod {pod} was restarted; times: {count}.",
            container=container["name"],
            pod=name_of(pod),
            count=container["restartCount"],
        ),
        expected=say("It starts once and runs on."),
        why=say("Liveness and startup probes restart what fails them often enough in a row."),
        next_step=say("Read the events: `kubectl describe pod {pod}`.", pod=name_of(pod)),
        evidence=evidence(pod),
    )


def _not_ready(pod: Object) -> Finding:
    return not_yet(
        "endurance.not_ready",
        seen=say("Pod {pod} is not Ready.", pod=name_of(pod)),
        expected=say("It becomes Ready when the app can answer."),
        why=say("Nobody sends visitors to a Pod that is not Ready."),
        next_step=say(
            "Wait for it, or read its events: `kubectl describe pod {pod}`.", pod=name_of(pod)
        ),
        evidence=evidence(pod),
    )


def _nobody() -> Finding:
    return not_yet(
        "endurance.nobody",
        seen=say("No Pod of the newest template is there."),
        expected=say("At least one becomes Ready when the app can answer."),
        why=say("A Deployment makes Pods from its newest template, as many as replicas says."),
        next_step=say("Look at `kubectl get pods`, and at the Deployment's replicas."),
    )


def _too_soon(pod: Object, waited: int, seconds: int) -> Finding:
    return not_yet(
        "endurance.ready_too_soon",
        seen=say(
            "Pod {pod} was Ready {waited} s after its start.", pod=name_of(pod), waited=waited
        ),
        expected=say("No sooner than after {seconds} s.", seconds=seconds),
        why=say("The app cannot answer so early, so its first visitors were turned away."),
        next_step=say("Let readiness ask the app itself; check what START_DELAY says."),
        evidence=evidence(pod),
    )


def _containers(pod: Object) -> Sequence[Mapping[str, Any]]:
    return (pod.get("status") or {}).get("containerStatuses") or ()


def _starts(pod: Object) -> Iterator[Any]:
    yield moment(pod["metadata"]["creationTimestamp"])
    for container in _containers(pod):
        running = (container.get("state") or {}).get("running") or {}
        if running:
            yield moment(running["startedAt"])


def _age(snapshot: Snapshot, container: Mapping[str, Any]) -> int:
    running = (container.get("state") or {}).get("running") or {}
    if not running:
        return 0
    return int((moment(snapshot.taken_at) - moment(running["startedAt"])).total_seconds())
