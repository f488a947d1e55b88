"""Containers that do not run: what their state and their last state say."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from labkit.foundation.text import say
from labkit.grading.criteria.explanation import Explanation, cut
from labkit.grading.criteria.images import why_no_image
from labkit.grading.criteria.objects import name_of
from labkit.grading.criteria.probe_failures import why_ended_by_probe
from labkit.grading.snapshot import Object

Box = Mapping[str, Any]

NOT_FOUND = r'(configmap|secret)s? "([^"]+)" not found'
"""A kubelet's words; one that does not watch repeats the API server's, which has the plural."""
MISSING = re.compile(NOT_FOUND, re.I)
NO_KEY = re.compile(r"couldn't find key (\S+) in (ConfigMap|Secret) (?:[^/\s]+/)?(\S+)")
NO_PROGRAM = re.compile(r'exec: "([^"]+)"')
NOT_STARTED = ("RunContainerError", "StartError", "ContainerCannotRun", "CreateContainerError")
OUT_OF_MEMORY = re.compile(r"OOMKilled|OOM-killed|memory limit too low", re.I)


def why_not_started(pod: Object, box: Box, events: Sequence[Object]) -> Explanation | None:
    """None for a container that runs, has ended well, or is on its way."""
    state = box.get("state") or {}
    waiting = state.get("waiting") or {}
    if waiting.get("reason") == "CreateContainerConfigError":
        return _unconfigured(pod, box, str(waiting.get("message") or ""))
    return why_no_image(pod, box, events) or _why_ended(pod, box, events)


def _why_ended(pod: Object, box: Box, events: Sequence[Object]) -> Explanation | None:
    """It ended, more than once or for good; a first end may be followed by a good start."""
    state, last = box.get("state") or {}, box.get("lastState") or {}
    waiting = state.get("waiting") or {}
    ended = state.get("terminated") or last.get("terminated") or {}
    reasons = f"{waiting.get('reason', '')} {ended.get('reason', '')}"
    if "running" in state or not (ended or waiting.get("reason") in NOT_STARTED):
        return None
    words = f"{reasons} {waiting.get('message', '')} {ended.get('message', '')}"
    if OUT_OF_MEMORY.search(words):
        return _out_of_memory(pod, box)
    if any(reason in reasons for reason in NOT_STARTED):
        return _no_program(pod, box, words)
    if not box.get("restartCount") and not waiting:
        return None
    return why_ended_by_probe(pod, box, ended.get("exitCode"), events) or _crash(pod, box, ended)


def _unconfigured(pod: Object, box: Box, message: str) -> Explanation:
    no_key, missing = NO_KEY.search(message), MISSING.search(message)
    if no_key:
        key, kind, name = no_key.groups()
        why = say("{kind} {name} has no key {key}.", kind=kind, name=cut(name), key=cut(key, 50))
        step = say(
            "Compare the keys with `kubectl describe {kind} {name}`.",
            kind=kind.lower(),
            name=cut(name),
        )
        return Explanation("key-missing", _waits(pod, box), why, step)
    if missing:
        kind = {"configmap": "ConfigMap", "secret": "Secret"}[missing[1].lower()]
        why = say(
            "It refers to {kind} {name}, which is not there.", kind=kind, name=cut(missing[2])
        )
        step = say("Create it in this namespace, or correct its name in the Pod template.")
        return Explanation("config-missing", _waits(pod, box), why, step)
    if "runAsNonRoot" in message:
        why = say(
            "runAsNonRoot is set, and image {image} would run as root.",
            image=cut(box.get("image", "?")),
        )
        step = say(
            "Set securityContext.runAsUser to a number above 0, or take an image with a user."
        )
        return Explanation("root-refused", _waits(pod, box), why, step)
    why = say("The container cannot be set up: {message}", message=cut(message, 120))
    return Explanation("config", _waits(pod, box), why, _describe(pod))


def _out_of_memory(pod: Object, box: Box) -> Explanation:
    limits = (spec_of(pod, box).get("resources") or {}).get("limits") or {}
    return Explanation(
        "memory",
        _again(pod, box),
        say(
            "It was ended because it used more memory than its limit, {limit} (OOMKilled).",
            limit=cut(limits.get("memory") or "?", 30),
        ),
        say("Raise resources.limits.memory of the container, or let it use less."),
    )


def _no_program(pod: Object, box: Box, words: str) -> Explanation:
    program = NO_PROGRAM.search(words)
    if not program:
        why = say("The node cannot start it: {message}", message=cut(words, 120))
        return Explanation("start", _again(pod, box), why, _describe(pod))
    why = say(
        "Its command, {program}, cannot be run: the image has no such program.",
        program=cut(program[1]),
    )
    step = say("Correct `command` in the Pod template, or leave it out: the image has its own.")
    return Explanation("command", _again(pod, box), why, step)


def _crash(pod: Object, box: Box, ended: Mapping[str, Any]) -> Explanation:
    code = ended.get("exitCode", "?")
    spec = spec_of(pod, box)
    step = say(
        "Read its last words: `kubectl logs {pod} -c {name} --previous`.",
        pod=cut(name_of(pod), 60),
        name=cut(box["name"], 40),
    )
    if code == 0:
        why = say("Its program ends by itself, with exit code 0, and is started again and again.")
        step = say("Give it work that lasts, or use a Job for what ends.")
        return Explanation("ends", _again(pod, box), why, step)
    if (spec.get("securityContext") or {}).get("readOnlyRootFilesystem"):
        why = say(
            "It ends with exit code {code}, and its root filesystem is read-only: does it write?",
            code=code,
        )
        return Explanation("read-only", _again(pod, box), why, step)
    why = say("Its program starts and ends again and again, with exit code {code}.", code=code)
    return Explanation("crash", _again(pod, box), why, step)


def spec_of(pod: Object, box: Box) -> Box:
    """The container as the Pod's author wrote it."""
    spec = pod.get("spec") or {}
    written = (*(spec.get("initContainers") or ()), *(spec.get("containers") or ()))
    return next((one for one in written if one.get("name") == box.get("name")), {})


def _waits(pod: Object, box: Box) -> str:
    return say(
        "Container {name} of Pod {pod} cannot be made.",
        name=cut(box["name"], 40),
        pod=cut(name_of(pod), 60),
    )


def _again(pod: Object, box: Box) -> str:
    return say(
        "Container {name} of Pod {pod} does not stay up; restarts so far: {count}.",
        name=cut(box["name"], 40),
        pod=cut(name_of(pod), 60),
        count=box.get("restartCount", 0),
    )


def _describe(pod: Object) -> str:
    return say("Read the node's words: `kubectl describe pod {pod}`.", pod=cut(name_of(pod)))
