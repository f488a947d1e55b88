"""`labkit lab`: the last step of `make lab`."""

import re
import sys
from pathlib import Path

import pytest

from labkit.foundation.process import SystemRunner, beside
from labkit.foundation.waiting import SystemClock, wait_until
from labkit.remote.web import get_pages
from tests.content.repository import ROOT
from tests.support.shared_cluster import SharedCluster

pytestmark = pytest.mark.cluster
LAB = [sys.executable, "-m", "labkit.cli.main", "lab"]
ADDRESS = re.compile(r"(http://127\.0\.0\.1:\d+)/lab/tree/(\S+)\?token=(\S+)")


def environment(cluster: SharedCluster) -> dict[str, str]:
    return {
        "LABKIT_HOME": str(cluster.settings.home),
        "LABKIT_CLUSTER": cluster.settings.cluster,
        "LABKIT_ENGINE": cluster.settings.engine,
    }


def status_of(*urls: str) -> list[int]:
    return [page.status for page in get_pages(urls, SystemClock())]


def test_headless_it_shows_that_jupyterlab_answers_and_ends_it(cluster: SharedCluster) -> None:
    done = SystemRunner()(
        [*LAB, "--headless"], environment=environment(cluster), folder=ROOT, timeout_seconds=180
    )
    found = ADDRESS.search(done.output)
    assert found
    assert found[2] == "notebooks/00-setup.ipynb"
    assert (cluster.settings.home / found[2]).exists()
    assert status_of(found[0]) == [0]


def test_it_serves_whoever_has_the_token_until_it_is_ended(
    cluster: SharedCluster, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    with beside(LAB, log, environment=environment(cluster), folder=ROOT) as command:
        server, lesson, token = wait_until(
            lambda: (m := ADDRESS.search(log.read_text())) and m.groups(),
            "the address of JupyterLab",
            limit_seconds=120,
            clock=SystemClock(),
            last_seen=log.read_text,
        )
        lab, kernels = f"{server}/lab/tree/{lesson}?token={token}", f"{server}/api/kernels"
        assert status_of(lab, kernels) == [200, 403]
    assert command.status() == 130
    assert status_of(lab) == [0]


def test_port_that_is_no_port_is_wrong_input_and_starts_nothing(cluster: SharedCluster) -> None:
    done = SystemRunner()(
        [*LAB, "--port", "80"], environment=environment(cluster), folder=ROOT, may_fail=True
    )
    assert done.status == 2
    assert "--port is 80." in done.errors
