"""What the learner notes with `answer`: a ConfigMap of theirs in the exercise's namespace."""

from collections.abc import Mapping

from labkit.grading.exercise import Exercise
from labkit.grading.snapshot import ANSWERS_LABEL
from labkit.kube.errors import AlreadyExists, ObjectNotFound
from labkit.kube.writer import Writer
from labkit.workshop.errors import AnswerUnknown

ANSWERS_NAME = "lab-answers"


def require_known(exercise: Exercise, names: Mapping[str, object]) -> None:
    for name in names:
        if name not in exercise.answers:
            raise AnswerUnknown(exercise.id, name, exercise.answers)


def note_answers(writer: Writer, namespace: str, answers: Mapping[str, str]) -> None:
    """Add to what is noted already; a name noted again is replaced."""
    patch = {"metadata": {"labels": {ANSWERS_LABEL: ""}}, "data": dict(answers)}
    try:
        writer.patch("ConfigMap", ANSWERS_NAME, patch, namespace)
    except ObjectNotFound:
        metadata = {"name": ANSWERS_NAME, "labels": {ANSWERS_LABEL: ""}}
        new = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata}
        try:
            writer.create({**new, "data": dict(answers)}, namespace=namespace)
        except AlreadyExists:  # made by another command of the same learner meanwhile
            writer.patch("ConfigMap", ANSWERS_NAME, patch, namespace)
