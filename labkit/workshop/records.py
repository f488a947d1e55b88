"""The seed record of one attendee's exercise, kept where the learner can neither write nor read."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from labkit.grading.exercise import Exercise
from labkit.grading.seed import SeedRecord
from labkit.kube.errors import ObjectNotFound
from labkit.kube.reader import Reader
from labkit.kube.writer import Writer
from labkit.workshop.errors import ExerciseNotStarted
from labkit.workshop.lab import Lab
from labkit.workshop.names import SYSTEM_NAMESPACE, labels_of, record_name


class Stage(StrEnum):
    """How far `start` or `reset` came; an interrupted one goes on from here."""

    STARTING = "starting"
    """Setup is at work, or was when it was interrupted; the learner has not begun."""
    READY = "ready"
    RESETTING = "resetting"
    """What an attempt left must go before setup may run."""


@dataclass(frozen=True, slots=True)
class Record:
    stage: Stage
    seed: SeedRecord
    namespaces: Mapping[str, str]
    """uid by name: a namespace made anew holds nothing of what setup did."""


def read_record(reader: Reader, lab: Lab, exercise: Exercise) -> Record | None:
    """None when the exercise was never started, or its record is not one of ours."""
    try:
        name = record_name(lab.attendee, exercise.id)
        data = reader.get("ConfigMap", name, namespace=SYSTEM_NAMESPACE).get("data") or {}
        stage, namespaces = Stage(data["stage"]), json.loads(data["namespaces.json"])
        return Record(stage, SeedRecord.from_data(data), namespaces)
    except (ObjectNotFound, KeyError, ValueError):
        return None


def write_record(writer: Writer, lab: Lab, exercise: Exercise, record: Record) -> None:
    data = {
        **record.seed.to_data(),
        "stage": record.stage.value,
        "namespaces.json": json.dumps(dict(record.namespaces), sort_keys=True),
    }
    metadata = {
        "name": record_name(lab.attendee, exercise.id),
        "labels": labels_of(lab.attendee, exercise.id),
    }
    config_map = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}
    writer.apply(config_map, namespace=SYSTEM_NAMESPACE)


def note(lab: Lab, exercise: Exercise, notes: Mapping[str, Mapping[str, Any]]) -> None:
    """Add to what setup remembered, as the administrator. Raises ExerciseNotStarted."""
    access = lab.administrator()
    with (
        Reader(access, run=lab.run, clock=lab.clock) as reader,
        Writer(access, run=lab.run, clock=lab.clock) as writer,
    ):
        record = read_record(reader, lab, exercise)
        if record is None or record.stage is not Stage.READY:
            raise ExerciseNotStarted(exercise.id)
        seed = replace(record.seed, notes={**record.seed.notes, **notes})
        write_record(writer, lab, exercise, replace(record, seed=seed))
