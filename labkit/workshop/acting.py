"""Somebody at work on one exercise: an identity, its connections, the exercise's values."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from labkit.foundation.files import PRIVATE, write_atomically
from labkit.foundation.process import Completed
from labkit.foundation.text import say
from labkit.grading.exercise import Exercise
from labkit.kube.kubeconfig import Access, kubeconfig_text
from labkit.kube.manifests import fill
from labkit.kube.reader import Reader
from labkit.kube.writer import Writer
from labkit.workshop.cloud_account import cloud_environment, managed_access
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
    saved: dict[str, str] = field(default_factory=dict)
    """Filled by `cloud` steps; what setup saves is known as a drawn value is."""
    elsewhere: Access | None = None
    """On a cluster of the cloud, as its administrator, instead of the lab's."""

    def namespace(self, suffix: str = "") -> str:
        if self.elsewhere:
            return self.elsewhere.namespace
        return namespaces_of(self.exercise, self.lab.attendee)[suffix]

    def filled(self, file: Path) -> str:
        """The text of one of the exercise's files, its places filled."""
        return fill(file.read_text(encoding="utf-8"), self.values, source=str(file))

    def run(self, command: tuple[str, ...], folder: Path) -> Completed:
        """A program with this identity's kubeconfig, among the filled files of `folder`."""
        with tempfile.TemporaryDirectory(prefix="labkit-") as scratch:
            self._copy_filled(folder, Path(scratch))
            kubeconfig = Path(scratch) / ".kubeconfig"
            write_atomically(kubeconfig, self._kubeconfig(), mode=PRIVATE)
            return self.lab.run(
                command,
                timeout_seconds=RUN_SECONDS,
                folder=Path(scratch),
                environment={
                    "KUBECONFIG": str(kubeconfig),
                    "PATH": tool_path(self.lab),
                    **cloud_environment(self.lab, self.exercise),
                },
                next_step=say("Read the program's own words below."),
            )

    def _kubeconfig(self) -> str:
        if self.elsewhere:
            return kubeconfig_text(self.elsewhere)
        return identity_kubeconfig(self.lab, self.role, self.namespace())

    def _copy_filled(self, folder: Path, target: Path) -> None:
        for file in (path for path in folder.iterdir() if path.suffix != ".toml"):
            if file.is_file():
                write_atomically(target / file.name, self.filled(file))


@contextmanager
def on_managed_cluster(actor: Actor, name: str) -> Iterator[Actor]:
    """The same actor on a cluster of the attendee's project. Raises RemoteError."""
    access = managed_access(actor.lab, name)
    lab = actor.lab
    with (
        Reader(access, run=lab.run, clock=lab.clock) as reader,
        Writer(access, run=lab.run, clock=lab.clock) as writer,
    ):
        yield replace(actor, reader=reader, writer=writer, elsewhere=access)


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
