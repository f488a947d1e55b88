"""A fresh place to run a lesson in: nothing of an earlier run, on the cluster or at home."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from labkit.workshop.lab import Lab, record_lab
from labkit.workshop.lessons import finish


@contextmanager
def fresh_home(lab: Lab, lesson: str, attendee: str, folder: Path) -> Iterator[Path]:
    """A home folder for `attendee` on the lab's cluster; afterwards the cluster is tidy again."""
    ours = lab.for_attendee(attendee, folder / "home", lab.settings.seed)
    record = lab.record
    record_lab(
        ours.settings,
        name=record.name,
        engine=record.engine,
        kubeconfig=record.kubeconfig,
        capabilities=record.capabilities,
    )
    finish(ours, lesson)
    try:
        yield ours.settings.home
    finally:
        finish(ours, lesson)
