"""The attendee's home folder, environment and kernel."""

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from labkit.foundation.process import SystemRunner
from labkit.foundation.waiting import SystemClock
from labkit.grading.verdict import State
from labkit.kube.kubeconfig import kubeconfig_text
from labkit.kube.writer import Writer
from labkit.workshop.identities import access_as
from labkit.workshop.lab import CONTENT, Lab
from labkit.workshop.leaving import leave
from labkit.workshop.marking import Marker
from labkit.workshop.names import learner_kubeconfig, workspace_folder
from labkit.workshop.progress_log import Event, Happening, append
from labkit.workshop.rights import Role
from labkit.workshop.working import solve
from tests.cluster.attacks.attacking import (
    CARD,
    DESK,
    Attacker,
    attacker,
    named,
)
from tests.support.cluster import FakeCluster

pytestmark = pytest.mark.cluster


def patched_kernel(by: Attacker) -> None:
    """A kernel in which every verdict has ten points, and a module that does it for each start."""
    patch = "import labkit.grading.verdict as v; v.Verdict.points = property(lambda _: 10)\n"
    (by.home / "sitecustomize.py").write_text(patch)
    words = (
        f"{patch}import sys; from labkit.cli.main import main; sys.argv[1:] = ['check', {CARD!r}]"
    )
    environment = {"LABKIT_HOME": str(by.home), "LABKIT_ATTENDEE": by.lab.attendee}
    run = SystemRunner()(
        [sys.executable, "-c", f"{words}; main()"], environment=environment, may_fail=True
    )
    assert "10 of 10" in run.output, run.errors  # they fooled themselves, and nobody else


def edited_notebook(by: Attacker) -> None:
    text = "Leave a card: passed, 10 of 10 points"
    cell = {"cell_type": "code", "outputs": [{"output_type": "stream", "text": text}]}
    (by.home / "00-setup.ipynb").write_text(str({"cells": [cell]}))


def forged_progress(by: Attacker) -> None:
    details = {"points": 10, "total": 10, "state": "PASSED", "final": True}
    append(by.lab.settings, Event(SystemClock().now(), CARD, Happening.CHECKED, details))


def replayed_snapshot(by: Attacker) -> None:
    solved = CONTENT / "solutions" / "00-setup" / CARD / "snapshots" / "solution.json"
    for folder in (by.home, workspace_folder(by.lab.settings, CARD)):
        shutil.copy(solved, folder / f"{by.lab.attendee}.json")


def token_of_another(by: Attacker) -> None:
    """Kept under the names of our own identities."""
    other = attacker(by.lab, f"{by.lab.attendee}-x", by.home / "other")
    solve(other, CARD)
    access_as(other, Role.GRADER)
    for role in ("grader", "learner"):
        theirs = other.settings.home / "tokens" / f"{other.attendee}-{role}.json"
        shutil.copy(theirs, by.home / "tokens" / f"{by.lab.attendee}-{role}.json")
    leave(other)


def fake_api_server(by: Attacker) -> None:
    with FakeCluster() as fake:
        learner_kubeconfig(by.lab.settings).write_text(kubeconfig_text(fake.access()))
        (by.home / "admin.kubeconfig").write_text(kubeconfig_text(fake.access()))


def record_of_another_lab(by: Attacker) -> None:
    record = by.home / "lab.json"
    record.write_text(record.read_text().replace("local", "simulated"))


def symlinked_workspace(by: Attacker) -> None:
    workspace = workspace_folder(by.lab.settings, CARD)
    shutil.rmtree(workspace)
    workspace.symlink_to(CONTENT / "solutions" / "00-setup" / CARD / "solution")


AT_HOME: dict[str, Callable[[Attacker], None]] = {
    attack.__name__: attack
    for attack in (
        patched_kernel,
        edited_notebook,
        forged_progress,
        replayed_snapshot,
        token_of_another,
        fake_api_server,
        record_of_another_lab,
        symlinked_workspace,
    )
}


@pytest.mark.parametrize("attack", AT_HOME.values(), ids=AT_HOME.keys())
def test_nothing_at_home_gives_or_takes_a_point(
    attack: Callable[[Attacker], None], card: Attacker
) -> None:
    attack(card)
    assert card.mark().verdict.points == 0
    assert card.mark().verdict.final
    with Writer(card.lab.administrator()) as writer:  # as an honest learner would elsewhere
        writer.apply(card.card())
    assert card.mark().verdict.state is State.PASSED


def test_command_uses_no_program_of_the_attendees(card: Attacker, lab: Lab) -> None:
    """Also when their folder comes first on PATH, and their modules lie where we are started."""
    programs = card.home / "bin"
    programs.mkdir()
    trace = card.home / "was-run"
    for name in ("kubectl", "python3", "labkit"):
        (programs / name).write_text(f"#!/bin/sh\ntouch {trace}\nexit 0\n")
        (programs / name).chmod(0o755)
    (card.home / "labkit.py").write_text(f"open({str(trace)!r}, 'w')\n")
    environment = {
        "LABKIT_HOME": str(lab.settings.home),
        "LABKIT_ATTENDEE": "me",
        "PATH": f"{programs}:{os.defpath}",
        "KUBECONFIG": str(learner_kubeconfig(card.lab.settings)),
    }
    command = [str(CONTENT / ".venv" / "bin" / "labkit"), "grade", CARD, "--attendee"]
    ran = SystemRunner()([*command, card.lab.attendee], environment=environment, folder=card.home)
    assert f"{card.lab.attendee} {CARD}: 0 of 10 points" in ran.output
    assert not trace.exists()


@pytest.mark.parametrize("exercise", [CARD, DESK])
def test_honest_solution_passes(
    exercise: str, lab: Lab, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    own = attacker(lab, named(request), tmp_path / "home", exercise)
    solve(own, exercise)
    with Marker(lab) as marker:
        mark = Attacker(own, exercise, marker).mark()
    leave(own)
    assert (mark.verdict.state, mark.verdict.points, mark.counts) == (State.PASSED, 10, True)
