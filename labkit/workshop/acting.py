"""Somebody at work on one exercise: an identity, its connections, the exercise's values."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from labkit.foundation.files import PRIVATE, write_atomically
from labkit.foundation.process import Completed
from labkit.foundation.text import say
from labkit.grading.exercise import Exercise
from labkit.kube.manifests import fill
from labkit.kube.reader import Reader
from labkit.kube.writer import Writer
from labkit.workshop.identities import access_as, identity_kubeconfig
from labkit.workshop.lab import Lab
from labkit.workshop.names import namespaces_of, placeholder
from labkit.workshop.rights import Role
from labkit.workshop.tools import tool_path

RUN_SECONDS = 120  # one command of a step; long waiting belongs into a `wait` step

Notes = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Actor:
    lab: Lab
    exercise: Exercise
    role: Role
    values: Mapping[str, str]
    """For `${…}`: drawn values, namespaces, attendee."""
    reader: Reader
    writer: Writer
    notes: Notes = field(default_factory=dict)
    """Filled by `remember` steps."""

    def namespace(self, suffix: str = "") -> str:
        return namespaces_of(self.exercise, self.lab.attendee)[suffix]

    def filled(self, file: Path) -> str:
        """The text of one of the exercise's files, its places filled."""
        return fill(file.read_text(encoding="utf-8"), self.values, source=str(file))

    def run(self, command: tuple[str, ...], folder: Path) -> Completed:
        """A program with this identity's kubeconfig, among the filled files of `folder`."""
        with tempfile.TemporaryDirectory(prefix="labkit-") as scratch:
            self._copy_filled(folder, Path(scratch))
            kubeconfig = Path(scratch) / ".kubeconfig"
            text = identity_kubeconfig(self.lab, self.role, self.namespace())
            write_atomically(kubeconfig, text, mode=PRIVATE)
            return self.lab.run(
                command,
                timeout_seconds=RUN_SECONDS,
                folder=Path(scratch),
                environment={"KUBECONFIG": str(kubeconfig), "PATH": tool_path(self.lab)},
                next_step=say("Read the program's own words below."),
            )

    def _copy_filled(self, folder: Path, target: Path) -> None:
        for file in (path for path in folder.iterdir() if path.suffix != ".toml"):
            if file.is_file():
                write_atomically(target / file.name, self.filled(file))


@contextmanager
def acting(lab: Lab, exercise: Exercise, role: Role, values: Mapping[str, str]) -> Iterator[Actor]:
    namespace = namespaces_of(exercise, lab.attendee)[""]
    access = access_as(lab, role, namespace)
    with (
        Reader(access, run=lab.run, clock=lab.clock) as reader,
        Writer(access, run=lab.run, clock=lab.clock) as writer,
    ):
        yield Actor(lab, exercise, role, values, reader, writer)


def place_values(lab: Lab, exercise: Exercise) -> dict[str, str]:
    """What every file may name: `${attendee}`, `${ns}`, `${ns_b}` …"""
    namespaces = namespaces_of(exercise, lab.attendee)
    places = {placeholder(suffix): name for suffix, name in namespaces.items()}
    return {"attendee": lab.attendee, **places}
