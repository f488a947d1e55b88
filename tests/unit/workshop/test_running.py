"""What goes when a cluster goes, and what stays because it is another's."""

from dataclasses import replace
from pathlib import Path

import pytest

from labkit.cluster.kubeconfig_files import Attached, attached_names, write_attached
from labkit.foundation.progress import Quiet
from labkit.foundation.settings import Settings, read_settings
from labkit.workshop.lab import meant, record_lab, record_path
from labkit.workshop.running import Running, down
from tests.support.clock import HeldClock
from tests.support.processes import RecordedProcesses


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A lab on an attached cluster, with images of a learner, and another cluster beside it."""
    settings = replace(read_settings({"HOME": str(tmp_path)}), home=tmp_path / "home")
    for name in ("mine", "beside"):
        write_attached(settings.home, name, Attached(tmp_path / "source", "here"))
    record_lab(settings, name="mine", engine="kubeconfig", kubeconfig=tmp_path / "source")
    (settings.home / "containers").mkdir()
    return settings


def take_down(settings: Settings) -> None:
    down(Running(settings, RecordedProcesses(), HeldClock()), Quiet())


def test_another_clusters_end_leaves_the_lab_its_record_and_its_containers(
    settings: Settings,
) -> None:
    take_down(meant(settings, "beside"))
    assert attached_names(settings.home) == ["mine"]
    assert record_path(settings).exists()
    assert (settings.home / "containers").exists()


def test_another_engine_asked_to_end_the_lab_ends_nothing(settings: Settings) -> None:
    kubeconfig = settings.home / "clusters" / "mine" / "admin.kubeconfig"
    kubeconfig.write_text("another engine's")
    take_down(meant(settings, "mine", "local"))
    assert kubeconfig.exists()
    assert record_path(settings).exists()


def test_with_the_lab_go_its_record_and_its_containers(settings: Settings) -> None:
    take_down(meant(settings))
    assert attached_names(settings.home) == ["beside"]
    assert not record_path(settings).exists()
    assert not (settings.home / "containers").exists()
