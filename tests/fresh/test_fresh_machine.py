"""Both README commands on a machine that has git, make, python3 and sudo, and nothing else.

What is tested is what is committed: the machine clones it. Only built programs come from here, if
there are any; without them the machine builds its own, which takes ten minutes more.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from labkit.foundation.process import SystemRunner
from labkit.foundation.settings import read_settings
from labkit.foundation.waiting import SystemClock, wait_until
from tests.content.repository import ROOT
from tests.fresh.machine import USER, FreshMachine, fresh_machine

pytestmark = pytest.mark.fresh

LAB_SECONDS = 1800  # builds Kubernetes if no programs are at hand
TEST_SECONDS = 4800  # what `make test` may take with nothing built
SERVED = Path("/srv/labkit.git")
CLONE = "workshop"


@pytest.fixture(scope="module", params=["root", USER])
def user(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def machine(user: str) -> Iterator[FreshMachine]:
    """With a clone of this repository in the user's home, and built programs in the cache."""
    run = SystemRunner()
    with (
        TemporaryDirectory(prefix="labkit-fresh-", dir="/var/tmp") as folder,
        fresh_machine(Path(folder), run, SystemClock()) as fresh,
    ):
        served = Path(folder) / "labkit.git"
        run(["git", "clone", "--quiet", "--bare", str(ROOT), str(served)])
        fresh.give(served, SERVED, user)
        cache = read_settings().cache
        inner = Path("/") / fresh.home(user).relative_to(fresh.root) / ".cache/labkit"
        for name in ("programs", "images"):
            if (cache / name).is_dir():
                fresh.give(cache / name, inner / name, user)
        fresh.does(f"chown -R {user}: {inner.parent}")
        fresh.does(f"git clone --quiet {SERVED} {CLONE}", user=user)
        yield fresh
        fresh.does(f"cd {CLONE} && .venv/bin/labkit down", user=user, may_fail=True)


class Enough(Exception):
    """Raised while a command runs, it kills the command and all that it started."""


def test_machine_has_nothing_of_what_the_lab_needs(machine: FreshMachine, user: str) -> None:
    for program in ("containerd", "kubectl", "go", "ip", "iptables", "pip", "curl"):
        assert machine.does(f"command -v {program}", user=user, may_fail=True).status != 0
    assert not (machine.root / "etc/ssl/certs/ca-certificates.crt").exists()


def test_killed_preparation_goes_on_where_it_was(machine: FreshMachine, user: str) -> None:
    def kill_while_writing(line: str) -> None:
        if line.startswith("· write Python packages"):
            raise Enough

    with pytest.raises(Enough):
        machine.does(
            f"cd {CLONE} && make lab", user=user, limit_seconds=600, watch=kill_while_writing
        )
    assert not (machine.home(user) / CLONE / ".venv/ready-lab").exists()


def test_make_lab_opens_the_first_lesson(machine: FreshMachine, user: str) -> None:
    command = f"cd {CLONE} && LAB_HEADLESS=1 make lab"
    done = machine.does(command, user=user, limit_seconds=LAB_SECONDS)
    assert "JupyterLab answers. The first lesson:" in done.output
    assert "/lab/tree/notebooks/00-setup.ipynb?token=" in done.output
    status = machine.does(f"cd {CLONE} && .venv/bin/labkit status --json", user=user).output
    assert json.loads(status)["state"] == "running"
    assert [node["ready"] for node in json.loads(status)["nodes"]] == [True]


def test_make_lab_again_changes_nothing_and_installs_nothing(
    machine: FreshMachine, user: str
) -> None:
    done = machine.does(f"cd {CLONE} && LAB_HEADLESS=1 make lab", user=user, limit_seconds=120)
    assert "Python packages" not in done.output
    assert "system packages" not in done.output
    assert machine.does(f"cd {CLONE} && git status --porcelain", user=user).output == ""


def test_nothing_at_home_belongs_to_somebody_else(machine: FreshMachine, user: str) -> None:
    found = machine.does(f"find ~ ! -user {user}", user=user).output
    assert found == ""


def test_nothing_runs_after_labkit_down(machine: FreshMachine, user: str) -> None:
    machine.does(f"cd {CLONE} && .venv/bin/labkit down", user=user)
    expect_nothing_running(machine)
    assert not (machine.root / "run/labkit").exists()


def test_make_test_passes(machine: FreshMachine, user: str) -> None:
    command = f"cd {CLONE} && CI=true make test < /dev/null"
    done = machine.does(command, user=user, limit_seconds=TEST_SECONDS, watch=print)
    assert done.output.splitlines()[-1].startswith("together")  # the table of all stages
    expect_nothing_running(machine)


def expect_nothing_running(machine: FreshMachine) -> None:
    """The supervisor is asked to end and may take a moment."""
    wait_until(
        lambda: not machine.running(),
        "the end of everything inside",
        limit_seconds=15,
        clock=SystemClock(),
        last_seen=lambda: "\n".join(machine.running()),
    )
