"""Begin a lesson: a namespace for its demo, its files for the learner, kubectl pointed there.

And finish it: what it and its exercises took from the cluster is given back. Both are safe to call
again at any time; what the learner changed in a file stays.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labkit.foundation.errors import SettingInvalid
from labkit.foundation.text import say
from labkit.grading.exercise import exercise_folders, find_exercise
from labkit.kube.reader import Reader
from labkit.kube.writer import Writer
from labkit.remote.errors import CloudKeysUnusable, CloudUnreachable
from labkit.workshop.acting import place_values
from labkit.workshop.addons import ensure_addons
from labkit.workshop.cloud_account import cluster_names, remove_named
from labkit.workshop.cloud_offers import OF_CLOUD, cloud_lacks
from labkit.workshop.container_room import clear
from labkit.workshop.identities import write_learner_kubeconfig
from labkit.workshop.image_registry import ensure_registry
from labkit.workshop.lab import Lab
from labkit.workshop.names import ATTENDEE_LABEL, labels_of, selector_of
from labkit.workshop.offers import CONTAINER_BUILD
from labkit.workshop.preparing import grant, introduce, make_namespaces
from labkit.workshop.rights import lesson_objects
from labkit.workshop.workspace import hand_out

LESSON_LABEL = "labkit.example/lesson"


@dataclass(frozen=True, slots=True)
class Begun:
    """What a lesson's first cell tells."""

    lesson: str
    namespace: str
    folder: Path
    """Where all of the learner's files are; those of a lesson are in a folder called like it."""
    files: tuple[Path, ...]
    missing: tuple[str, ...]
    """Capabilities that the lesson needs and this cluster does not have."""
    engine: str


@dataclass(frozen=True, slots=True)
class Finished:
    namespaces: tuple[str, ...]
    nodes: tuple[str, ...]
    clusters: tuple[str, ...] = ()
    """Of the lab's cloud."""


def begin(lab: Lab, lesson: str, *, namespace: str = "", engine: str = "") -> Begun:
    """Make it ready to work in.

    Raises SettingInvalid for an unknown lesson, an engine that is not the one that runs, or a
    namespace that is not the attendee's.
    """
    needed = lesson_facts(lab, lesson).get("capabilities", ())
    if engine not in ("", lab.record.engine):
        form = say("{engine}, which is what runs here", engine=lab.record.engine)
        raise SettingInvalid("engine", engine, form)
    place = namespace or f"{lab.attendee}-{lesson.partition('-')[0]}"
    if not place.startswith(f"{lab.attendee}-"):
        form = say("a name that begins with `{attendee}-`", attendee=lab.attendee)
        raise SettingInvalid("namespace", place, form)
    missing = _missing(lab, needed)
    if not missing:
        ensure_registry(lab, needed)
        ensure_addons(lab, needed)
    _prepare(lab, lesson, place)
    write_learner_kubeconfig(lab, place)
    files = hand_out(lab.settings, lesson, lab.content / "manifests" / lesson, {"ns": place})
    folder = lab.settings.home / "work"
    folder.mkdir(parents=True, exist_ok=True)  # a lesson without files of its own needs it too
    return Begun(
        lesson,
        place,
        folder,
        files,
        missing,
        lab.record.engine,
    )


def finish(lab: Lab, lesson: str) -> Finished:
    """Remove namespaces, nodes and clusters of a lesson and its exercises.

    Clusters are gone then, namespaces are going.
    """
    facts = lesson_facts(lab, lesson)  # or refuses it
    if CONTAINER_BUILD in facts.get("capabilities", ()):
        clear(lab.settings, lab.run, lab.clock)
    access = lab.administrator()
    ours = f"{ATTENDEE_LABEL}={lab.attendee}"
    labels = [f"{ours},{LESSON_LABEL}={lesson}"]
    labels += [selector_of(lab.attendee, name) for name in _exercises_of(lab, lesson)]
    with (
        Reader(access, run=lab.run, clock=lab.clock) as reader,
        Writer(access, run=lab.run, clock=lab.clock) as writer,
    ):
        nodes = [name for one in labels for name in _names(reader, "Node", one)]
        namespaces = [name for one in labels for name in _names(reader, "Namespace", one)]
        for namespace in namespaces:
            writer.delete("Namespace", namespace)
    for node in nodes:
        lab.engine().remove_node(node, lab.progress)
    clusters = _remove_clusters(lab, lesson, facts.get("clusters", ()))
    return Finished(tuple(namespaces), tuple(nodes), clusters)


def _missing(lab: Lab, needed: Iterable[str]) -> tuple[str, ...]:
    """A cloud that is not up is not missing: the lesson starts it."""
    lacks = cloud_lacks(lab.cloud_folder, needed)
    return tuple(n for n in needed if (n in lacks if n in OF_CLOUD else not lab.has(n)))


def _remove_clusters(lab: Lab, lesson: str, of_demo: Iterable[str]) -> tuple[str, ...]:
    exercises = [find_exercise(lab.exercises, name) for name in _exercises_of(lab, lesson)]
    of_exercises = (cluster_names(one, place_values(lab, one)) for one in exercises)
    names = set(of_demo).union(*of_exercises)
    try:
        return remove_named(lab, names) if names else ()
    except (CloudKeysUnusable, CloudUnreachable):  # no cloud is up, and so no cluster of it
        return ()


def _exercises_of(lab: Lab, lesson: str) -> list[str]:
    folders = exercise_folders(lab.exercises)
    return [name for name, folder in folders.items() if folder.parent.name == lesson]


def _names(reader: Reader, kind: str, labels: str) -> list[str]:
    """Of objects that nobody is removing yet."""
    found = reader.list(kind, labels=labels)
    return [
        str(one["metadata"]["name"])
        for one in found
        if not one["metadata"].get("deletionTimestamp")
    ]


def lesson_facts(lab: Lab, lesson: str) -> dict[str, Any]:
    """What the author noted for a lesson: minutes and capabilities."""
    path = lab.content / "notebooks" / f"{lesson}.ipynb"
    if not path.is_file():
        known = ", ".join(sorted(p.stem for p in path.parent.glob("*.ipynb"))) or say("none yet")
        raise SettingInvalid("lesson", lesson, say("one of: {known}", known=known))
    metadata = json.loads(path.read_text(encoding="utf-8"))["metadata"]
    return dict(metadata.get("labkit", {}))


def _prepare(lab: Lab, lesson: str, namespace: str) -> None:
    """As the administrator, since a learner may make no namespaces on a shared cluster."""
    access = lab.administrator()
    labels = {**labels_of(lab.attendee), LESSON_LABEL: lesson}
    made, *rights = lesson_objects(lab.attendee, namespace, labels)
    with (
        Reader(access, run=lab.run, clock=lab.clock) as reader,
        Writer(access, run=lab.run, clock=lab.clock) as writer,
    ):
        introduce(lab, writer)
        make_namespaces(reader, writer, [made])
        grant(writer, rights)
