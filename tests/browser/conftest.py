"""A browser, and the JupyterLab of `labkit lab` in a home of the tests' own."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ViewportSize, sync_playwright

from labkit.authoring.fresh import fresh_home
from labkit.foundation.settings import read_settings
from labkit.foundation.waiting import SystemClock
from labkit.preflight.packages import find_program
from labkit.workshop.lab import Lab, open_lab
from labkit.workshop.leaving import leave
from labkit.workshop.notebook_server import NotebookServer, free_port, server_of, serving
from labkit.workshop.tools import tool_path
from tests.support.shared_cluster import SharedCluster

LESSON = "04-hello-kubernetes"
FLAGS = [
    "--no-sandbox",  # root cannot start it otherwise
    "--disable-dev-shm-usage",  # small or missing in containers
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SIZE = ViewportSize(width=1100, height=1500)


@dataclass(frozen=True, slots=True)
class Desk:
    """A learner's place: their lab, and the JupyterLab on it."""

    lab: Lab
    server: NotebookServer

    def notebook(self, name: str) -> Path:
        return self.lab.settings.home / "notebooks" / name

    def address(self, name: str) -> str:
        """In a workspace of its own, where no tab of another test comes back."""
        return self.server.address(f"lab/workspaces/{Path(name).stem}/tree/notebooks/{name}")


@pytest.fixture(scope="session")
def screenshots(request: pytest.FixtureRequest) -> Path:
    return _screenshots(request.config)


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    terminalreporter.write_line(f"Screenshots are in {_screenshots(config)}")


def _screenshots(config: pytest.Config) -> Path:
    given = str(config.getoption("--screenshots"))
    folder = Path(given) if given else read_settings().cache / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's; playwright's own is in no package registry."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_program("chromium"), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def desk(cluster: SharedCluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    lab, folder = open_lab(cluster.settings), tmp_path_factory.mktemp("desk")
    with fresh_home(lab, LESSON, "t-browser", folder) as home:
        ours = lab.for_attendee("t-browser", home, lab.settings.seed)
        server = server_of(ours.settings, "", port=free_port(), path=tool_path(ours))
        environment = {
            **server.environment,
            "LABKIT_HOME": str(home),
            "LABKIT_ATTENDEE": ours.attendee,
            "LABKIT_CLUSTER": ours.settings.cluster,
        }
        server = replace(server, environment=environment)
        with serving(server, SystemClock()):
            yield Desk(ours, server)
        leave(ours)
