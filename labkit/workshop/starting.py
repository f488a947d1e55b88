"""`start` and `reset`: an exercise set up for one attendee, and set up anew.

Both may be killed anywhere: the record in the cluster says how far they came, and whichever runs
next goes on from there.
"""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from labkit.foundation.files import locked, write_atomically
from labkit.foundation.progress import shown
from labkit.foundation.text import say
from labkit.grading.draw import draw_objects, draw_values, drawn_objects
from labkit.grading.exercise import Exercise, find_exercise
from labkit.grading.seed import SeedRecord
from labkit.kube.manifests import fill
from labkit.kube.reader import Reader
from labkit.kube.writer import Writer
from labkit.workshop.acting import acting, place_values
from labkit.workshop.addons import ensure_addons
from labkit.workshop.cloud_account import cloud_values, remove_clusters
from labkit.workshop.emptying import empty
from labkit.workshop.errors import WorkspaceChanged
from labkit.workshop.identities import write_learner_kubeconfig
from labkit.workshop.image_registry import ensure_registry, forget_images
from labkit.workshop.lab import Lab
from labkit.workshop.names import namespaces_of, workspace_folder
from labkit.workshop.node_images import ensure_images
from labkit.workshop.offers import refusal
from labkit.workshop.preparing import prepare
from labkit.workshop.private_shelf import fill_shelf, shelf_values
from labkit.workshop.progress_log import Event, Happening, append
from labkit.workshop.records import Record, Stage, read_record, write_record
from labkit.workshop.rights import Role
from labkit.workshop.steps import run_steps
from labkit.workshop.workspace import changed_files, hand_out, set_aside

HIGHEST_SEED = 2**31
WAIT_FOR_OTHERS_SECONDS = 120  # a setup that somebody else runs for the same attendee


@dataclass(frozen=True, slots=True)
class Started:
    exercise: Exercise
    task: str
    namespaces: Mapping[str, str]
    folder: Path
    files: tuple[Path, ...]
    set_aside: Path | None = None
    """Where `reset` put the files that the learner had edited."""


@dataclass(frozen=True, slots=True)
class _Site:
    """One exercise on the cluster, open as the administrator."""

    lab: Lab
    exercise: Exercise
    reader: Reader
    writer: Writer


def start(lab: Lab, exercise_id: str) -> Started:
    """Namespaces, setup and files; the kubeconfig points there. Again: finds all of it done.

    Raises CapabilityMissing when the cluster cannot offer what the exercise needs, PodmanMissing
    when this machine cannot.
    """
    with _opened(lab, exercise_id) as site:
        values, is_new = _converge(site)
        started = _hand_over(site, values)
        if is_new:
            _log(site, Happening.STARTED)
        return started


def reset(lab: Lab, exercise_id: str, *, set_edits_aside: bool = False) -> Started:
    """Back to the untouched state. Raises WorkspaceChanged before anything is touched."""
    with _opened(lab, exercise_id) as site:
        edited = changed_files(lab.settings, exercise_id, site.exercise.starter)
        if edited and not set_edits_aside:
            raise WorkspaceChanged(exercise_id, edited)
        record = read_record(site.reader, lab, site.exercise)
        if record:
            resetting = Record(Stage.RESETTING, record.seed, record.namespaces)
            write_record(site.writer, lab, site.exercise, resetting)
        values, _ = _converge(site)
        aside = set_aside(lab.settings, exercise_id, site.exercise.starter)
        started = _hand_over(site, values, aside)
        _log(site, Happening.RESET)
        return started


def seed_of(lab: Lab) -> int:
    """From the settings, else drawn once and kept in the home folder."""
    if lab.settings.seed:
        return lab.settings.seed
    path = lab.settings.home / "seed"
    with locked(lab.settings.home / "locks" / "seed", holder="seed", clock=lab.clock):
        if not path.is_file():
            write_atomically(path, f"{secrets.randbelow(HIGHEST_SEED) + 1}\n")
        return int(path.read_text())


def all_values(lab: Lab, exercise: Exercise, record: Record) -> dict[str, str]:
    """What files and sentences of the exercise may name."""
    drawn = shelf_values(exercise, lab.attendee, seed_of(lab))
    return {**place_values(lab, exercise), **drawn, **record.seed.values}


@contextmanager
def _opened(lab: Lab, exercise_id: str) -> Iterator[_Site]:
    exercise = find_exercise(lab.exercises, exercise_id)
    if missing := [name for name in exercise.capabilities if not lab.has(name)]:
        raise refusal(missing, lab.record.engine)
    ensure_registry(lab, exercise.capabilities)
    ensure_addons(lab, exercise.capabilities)
    ensure_images(lab, exercise)
    access = lab.administrator()
    with (
        locked(
            lab.settings.home / "locks" / exercise_id,
            holder=say("start or reset of {id}", id=exercise_id),
            limit_seconds=WAIT_FOR_OTHERS_SECONDS,
            clock=lab.clock,
        ),
        Reader(access, run=lab.run, clock=lab.clock) as reader,
        Writer(access, run=lab.run, clock=lab.clock) as writer,
    ):
        yield _Site(lab, exercise, reader, writer)


def _converge(site: _Site) -> tuple[dict[str, str], bool]:
    """Bring the cluster to READY; the exercise's values, and whether setup had to run."""
    lab, exercise = site.lab, site.exercise
    with shown(lab.progress, say("prepare namespaces and rights")):
        namespaces = prepare(lab, exercise, site.reader, site.writer)
    record = read_record(site.reader, lab, exercise)
    if record and record.stage is Stage.READY and record.namespaces == namespaces:
        return all_values(lab, exercise, record), False
    if record:  # an interrupted setup may have left half of something, too
        with shown(lab.progress, say("remove what was there")):
            empty(lab, exercise, site.reader, site.writer)
    else:  # a cloud may know more than a new cluster of the lab
        remove_clusters(lab, exercise, place_values(lab, exercise))
    record = _set_up(site, namespaces)
    return all_values(lab, exercise, record), True


def _set_up(site: _Site, namespaces: Mapping[str, str]) -> Record:
    lab, exercise, seed = site.lab, site.exercise, seed_of(site.lab)
    drawn = draw_values(exercise, lab.attendee, seed) | cloud_values(lab, exercise)
    begun = Record(Stage.STARTING, SeedRecord(drawn), namespaces)
    write_record(site.writer, lab, exercise, begun)
    values = all_values(lab, exercise, begun)
    forget_images(exercise, values)
    fill_shelf(lab, exercise, values)
    with acting(lab, exercise, Role.SETUP, values) as actor:
        run_steps(actor, exercise.setup)
    live = {draw.kind: site.reader.list(draw.kind) for draw in drawn_objects(exercise)}
    found = draw_objects(exercise, lab.attendee, seed, live)
    known = {**drawn, **found, **actor.saved}
    ready = Record(Stage.READY, SeedRecord(known, actor.notes), namespaces)
    write_record(site.writer, lab, exercise, ready)
    return ready


def _hand_over(site: _Site, values: Mapping[str, str], aside: Path | None = None) -> Started:
    lab, exercise = site.lab, site.exercise
    files = hand_out(lab.settings, exercise.id, exercise.starter, values)
    namespaces = namespaces_of(exercise, lab.attendee)
    write_learner_kubeconfig(lab, namespaces[""])
    return Started(
        exercise,
        fill(say(exercise.task), values, source=str(exercise.folder / "exercise.toml")),
        namespaces,
        workspace_folder(lab.settings, exercise.id),
        files,
        aside,
    )


def _log(site: _Site, happening: Happening) -> None:
    append(site.lab.settings, Event(site.lab.clock.now(), site.exercise.id, happening))
