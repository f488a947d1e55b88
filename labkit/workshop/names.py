"""How namespaces, identities, labels and files of an attendee's exercise are called."""

import hashlib
import re
from pathlib import Path

from labkit.foundation.errors import SettingInvalid
from labkit.foundation.settings import Settings
from labkit.foundation.text import say
from labkit.grading.exercise import Exercise

SYSTEM_NAMESPACE = "labkit-system"
"""Identities and seed records live here; learners cannot write in it, nor read it."""

EXERCISE_LABEL = "labkit.example/exercise"
ATTENDEE_LABEL = "labkit.example/attendee"
ALONE = "me"
"""The attendee of a lab of one's own: its learner is its administrator, too."""
ATTENDEE_FORM = re.compile(r"[a-z0-9]([a-z0-9-]{0,22}[a-z0-9])?")
LONGEST_NAME = 63  # of a DNS label, which a namespace's name is


def checked_attendee(name: str, key: str = "LABKIT_ATTENDEE") -> str:
    """The name, which prefixes namespaces, if it can be one. Raises SettingInvalid over `key`."""
    if not ATTENDEE_FORM.fullmatch(name):
        form = say("1 to 24 small letters, digits and hyphens, such as `ada`")
        raise SettingInvalid(key, name, form)
    return name


def namespace_name(attendee: str, exercise_id: str, suffix: str = "") -> str:
    """`<attendee>-<exercise-id>[-<suffix>]`, shortened with a hash where it would be too long."""
    base, end = f"{attendee}-{exercise_id}", f"-{suffix}" if suffix else ""
    if len(base + end) <= LONGEST_NAME:
        return base + end
    mark = hashlib.sha256(base.encode()).hexdigest()[:8]
    return f"{base[: LONGEST_NAME - len(end) - 9]}-{mark}{end}"


def namespaces_of(exercise: Exercise, attendee: str) -> dict[str, str]:
    """The exercise's namespaces by suffix, its own first."""
    return {suffix: namespace_name(attendee, exercise.id, suffix) for suffix in exercise.namespaces}


def placeholder(suffix: str) -> str:
    """How files name a namespace: `ns` for the exercise's own, `ns_b` for the one with -b."""
    return f"ns_{suffix.replace('-', '_')}" if suffix else "ns"


def record_name(attendee: str, exercise_id: str) -> str:
    """Of the seed record, and of what the grader may read outside the exercise's namespaces."""
    return namespace_name(attendee, exercise_id, "seed")


def labels_of(attendee: str, exercise_id: str = "") -> dict[str, str]:
    """What everything created for an attendee carries."""
    labels = {ATTENDEE_LABEL: attendee}
    return {**labels, EXERCISE_LABEL: exercise_id} if exercise_id else labels


def selector_of(attendee: str, exercise_id: str) -> str:
    return ",".join(f"{key}={value}" for key, value in labels_of(attendee, exercise_id).items())


def learner_kubeconfig(settings: Settings) -> Path:
    return settings.home / "kubeconfig"


def workspace_folder(settings: Settings, exercise_id: str) -> Path:
    """Where the learner edits the files of one exercise."""
    return settings.home / "work" / exercise_id
