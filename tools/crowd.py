"""Many attendees on a real cluster, each with leave-a-card solved, made straight by their objects.

`start` and `solve` would take a second each; a bench of grading needs only what they leave.
"""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from labkit.grading.draw import draw_values
from labkit.grading.exercise import Exercise, find_exercise
from labkit.grading.seed import SeedRecord
from labkit.kube.resources import Object
from labkit.kube.writer import Writer
from labkit.workshop.lab import Lab
from labkit.workshop.marking import Attempt
from labkit.workshop.names import SYSTEM_NAMESPACE, namespaces_of, record_name
from labkit.workshop.records import Record, Stage, write_record
from labkit.workshop.rights import (
    Role,
    attendee_objects,
    grader_objects,
    namespace_objects,
    service_account,
)

CARD = "leave-a-card"
SEED = 7
AT_ONCE = 16


@contextmanager
def crowd(lab: Lab, size: int) -> Iterator[list[Attempt]]:
    """That many attendees; all that was made for them goes again, finished or not."""
    exercise = find_exercise(lab.exercises, CARD)
    names = [f"bench-{n:03}" for n in range(size)]
    began = lab.clock.monotonic()
    with (
        Writer(lab.administrator(), timeout_seconds=60) as writer,
        ThreadPoolExecutor(AT_ONCE) as pool,
    ):
        try:
            writer.apply(attendee_objects(names[0])[0])
            list(pool.map(lambda name: _make(lab, exercise, writer, name), names))
            seconds = lab.clock.monotonic() - began
            sys.stderr.write(f"  {size} attendees made in {seconds:.0f} s\n")
            yield [Attempt(name, CARD) for name in names]
        finally:
            list(pool.map(lambda name: _remove(exercise, writer, name), names))


def _make(lab: Lab, exercise: Exercise, writer: Writer, attendee: str) -> None:
    grader = service_account(attendee, Role.GRADER)
    account = next(o for o in attendee_objects(attendee) if o["metadata"]["name"] == grader)
    made = [writer.apply(one) for one in namespace_objects(attendee, exercise)]
    for one in (account, *grader_objects(attendee, exercise, writer.kinds.find)):
        writer.apply(one)
    drawn = draw_values(exercise, attendee, SEED)
    own, neighbour = namespaces_of(exercise, attendee).values()
    theirs = writer.apply(_card(neighbour, drawn["neighbour_table"], drawn["neighbour_city"]))
    writer.apply(_card(own, drawn["table"], "Milano"))
    notes = {"neighbour": {"metadata.uid": theirs["metadata"]["uid"], "data": theirs["data"]}}
    uids = {one["metadata"]["name"]: one["metadata"]["uid"] for one in made}
    record = Record(Stage.READY, SeedRecord(drawn, notes), uids)
    write_record(writer, _as(lab, attendee), exercise, record)


def _remove(exercise: Exercise, writer: Writer, attendee: str) -> None:
    """Returns before the namespaces are gone."""
    for namespace in namespaces_of(exercise, attendee).values():
        writer.delete("Namespace", namespace)
    name = record_name(attendee, exercise.id)
    for kind in ("ConfigMap", "RoleBinding", "Role"):
        writer.delete(kind, name, SYSTEM_NAMESPACE)
    writer.delete("ServiceAccount", service_account(attendee, Role.GRADER), SYSTEM_NAMESPACE)


def _as(lab: Lab, attendee: str) -> Lab:
    return lab.for_attendee(attendee, lab.settings.home, SEED)


def _card(namespace: str, table: str, city: str) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "card", "namespace": namespace, "labels": {"lab": "card"}},
        "data": {"table": table, "city": city},
    }
