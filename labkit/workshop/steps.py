"""Run the steps of a steps.toml as one identity. Each step is safe to run again."""

import re
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import reduce
from pathlib import Path
from typing import Any

from labkit.cluster.engine import NodeShape
from labkit.cluster.errors import CapabilityMissing
from labkit.foundation.errors import LabError, ProcessFailed
from labkit.foundation.progress import shown
from labkit.foundation.text import say
from labkit.grading.exercise import Exercise
from labkit.grading.seed import SHAKEN
from labkit.grading.steps import (
    Action,
    AddNode,
    Answer,
    Apply,
    CloudCall,
    CordonNode,
    Delete,
    Lever,
    Patch,
    Remember,
    RemoveNode,
    Run,
    Shake,
    Target,
    Wait,
    load_steps,
)
from labkit.kube.errors import ObjectNotFound
from labkit.kube.manifests import fill, load
from labkit.kube.writer import Writer
from labkit.workshop.acting import Actor, acting, on_managed_cluster
from labkit.workshop.answers import note_answers, require_known
from labkit.workshop.awaiting import matching, named, wait_for_step, wait_until_gone
from labkit.workshop.cloud_steps import call_cloud, cloud_title, pull_lever, with_saved
from labkit.workshop.errors import NothingToShake, StepGaveNothing, StepStopped
from labkit.workshop.lab import Lab
from labkit.workshop.names import labels_of
from labkit.workshop.records import note
from labkit.workshop.rights import Role

GONE_SECONDS = 60  # a Pod may use its 30 s to end
Change = Apply | Delete | Patch | AddNode | RemoveNode | CordonNode | CloudCall | Lever
MADE_BEFORE = "AlreadyExists"  # as kubectl says it in brackets


def run_steps(actor: Actor, folder: Path) -> None:
    """Raises StepStopped with the step and its cause. What `remember` notes is in `actor.notes`."""
    source = str(folder / "steps.toml")
    for step in load_steps(folder, lambda text: fill(text, actor.values, source=source)):
        if step.when and not actor.lab.has(step.when):
            continue
        title = step_title(step.action)
        with shown(actor.lab.progress, title):
            try:
                with _where(actor, step.cluster) as there:
                    perform(there, step.action, folder)
            except LabError as problem:
                raise StepStopped(actor.exercise.id, title, problem) from problem


def _where(actor: Actor, cluster: str) -> AbstractContextManager[Actor]:
    if not cluster:
        return nullcontext(actor)
    return on_managed_cluster(actor, with_saved(cluster, actor.saved))


def disturb(lab: Lab, exercise: Exercise, values: Mapping[str, str]) -> None:
    """The exercise's disturbance, as setup. Its time is noted first: what it does is younger.

    Raises NothingToShake, and ExerciseNotStarted.
    """
    if not (exercise.shake / "steps.toml").is_file():
        raise NothingToShake(exercise.id)
    note(lab, exercise, {SHAKEN: {"time": f"{lab.clock.now():%Y-%m-%dT%H:%M:%SZ}"}})
    with acting(lab, exercise, Role.SETUP, values) as actor:
        run_steps(actor, exercise.shake)
        note(lab, exercise, actor.notes)


def perform(actor: Actor, action: Action, folder: Path) -> None:
    match action:
        case Run(command):
            _run(actor, tuple(with_saved(word, actor.saved) for word in command), folder)
        case Wait(target):
            wait_for_step(actor.reader, action, actor.namespace(target.suffix))
        case Answer():
            _answer(actor, action, folder)
        case Remember():
            _remember(actor, action)
        case Shake():
            disturb(actor.lab, actor.exercise, actor.values)
        case _:
            _change(actor, action)


def step_title(action: Action) -> str:
    match action:
        case Run(command):
            return " ".join(command)
        case Wait(target, until):
            return say("wait for {target}: {until}", target=named(target), until=until)
        case Answer(key):
            return say("answer {key}", key=key)
        case Remember(key):
            return say("remember {key}", key=key)
        case Shake():
            return say("start the disturbance")
        case Apply() | Delete() | Patch():
            return _object_title(action)
        case AddNode() | RemoveNode() | CordonNode():
            return _node_title(action)
        case _:
            return cloud_title(action)


def _object_title(action: Apply | Delete | Patch) -> str:
    match action:
        case Apply(file):
            return say("apply {file}", file=file.name)
        case Delete(target):
            return say("delete {target}", target=named(target))
        case Patch(target):
            return say("patch {target}", target=named(target))


def _node_title(action: AddNode | RemoveNode | CordonNode) -> str:
    match action:
        case AddNode(name):
            return say("add node {name}", name=name)
        case RemoveNode(name):
            return say("remove node {name}", name=name)
        case CordonNode(name):
            return say("cordon node {name}", name=name)


def _change(actor: Actor, action: Change) -> None:
    match action:
        case Apply() | Delete() | Patch():
            _change_objects(actor, action)
        case AddNode() | RemoveNode() | CordonNode():
            _change_node(actor, action)
        case CloudCall():
            call_cloud(actor, action)
        case Lever():
            pull_lever(actor, action)


def _change_objects(actor: Actor, action: Apply | Delete | Patch) -> None:
    match action:
        case Apply():
            _apply(actor, action)
        case Delete(target):
            _delete(actor, target)
        case Patch(target, merge):
            _patch(actor, target, merge)


def _apply(actor: Actor, action: Apply) -> None:
    manager = action.manager or f"labkit-{actor.role}"
    for object_ in load(actor.filled(action.file), source=action.file.name):
        marked = _marked(actor, object_) if actor.role is Role.SETUP else object_
        actor.writer.apply(marked, manager=manager)


def _marked(actor: Actor, object_: dict[str, Any]) -> dict[str, Any]:
    metadata = object_.get("metadata") or {}
    ours = labels_of(actor.lab.attendee, actor.exercise.id)
    labels = {**(metadata.get("labels") or {}), **ours}
    return {**object_, "metadata": {**metadata, "labels": labels}}


def _run(actor: Actor, command: tuple[str, ...], folder: Path) -> None:
    try:
        actor.run(command, folder)
    except ProcessFailed as problem:
        # An interrupted run made it already; `kubectl create` knows no other way to say so.
        if MADE_BEFORE not in problem.evidence:
            raise


def _delete(actor: Actor, target: Target) -> None:
    namespace = actor.namespace(target.suffix)
    for object_ in matching(actor.reader, target, namespace):
        actor.writer.delete(target.kind, object_["metadata"]["name"], namespace)
    wait_until_gone(actor.reader, target, namespace, GONE_SECONDS)


def _patch(actor: Actor, target: Target, merge: Mapping[str, Any]) -> None:
    namespace = actor.namespace(target.suffix)
    found = matching(actor.reader, target, namespace)
    if not found:
        raise ObjectNotFound(named(target))
    for object_ in found:
        actor.writer.patch(target.kind, object_["metadata"]["name"], merge, namespace)


def _answer(actor: Actor, action: Answer, folder: Path) -> None:
    require_known(actor.exercise, {action.key: ""})
    value = with_saved(action.value, actor.saved) or _printed(actor, action, folder)
    if not actor.elsewhere:
        note_answers(actor.writer, actor.namespace(), {action.key: value})
        return
    # Asked on a cluster of the cloud, noted in the lab.
    with acting(actor.lab, actor.exercise, actor.role, actor.values) as at_home:
        note_answers(at_home.writer, at_home.namespace(), {action.key: value})


def _printed(actor: Actor, action: Answer, folder: Path) -> str:
    output = actor.run(action.command, folder).output.strip()
    if action.count_lines:
        return str(len(output.splitlines()))
    if not action.match:
        return output
    found = re.search(action.match, output)
    if not found:
        raise StepGaveNothing(" ".join(action.command), action.match, output)
    return found.group(1)


def _remember(actor: Actor, action: Remember) -> None:
    found = matching(actor.reader, action.target, actor.namespace(action.target.suffix))
    if len(found) != 1:
        raise ObjectNotFound(named(action.target))
    actor.notes[action.key] = {path: _at(found[0], path) for path in action.fields}


def _at(object_: Mapping[str, Any], path: str) -> Any:
    return reduce(lambda part, key: part[key], path.split("."), object_)


def _change_node(actor: Actor, action: AddNode | RemoveNode | CordonNode) -> None:
    lab = actor.lab
    match action:
        case AddNode(name, flavor):
            labels = tuple(labels_of(lab.attendee, actor.exercise.id).items())
            shape = NodeShape(flavor, name=name, labels=labels, cordoned=action.cordoned)
            try:
                lab.engine().add_node(shape, lab.progress)
            except CapabilityMissing:
                lab.progress.said(say("This cluster adds no nodes; the exercise goes on without."))
        case RemoveNode(name):
            lab.engine().remove_node(name, lab.progress)
        case CordonNode(name):
            with Writer(lab.administrator(), run=lab.run, clock=lab.clock) as writer:
                writer.patch("Node", name, {"spec": {"unschedulable": True}})
