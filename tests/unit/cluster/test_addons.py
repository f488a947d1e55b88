"""Which add-ons a cluster gets, and in which order."""

import sys
from pathlib import Path

import pytest

from labkit.cluster.local.addons import OURS, addon_folders
from labkit.cluster.local.installed import forget_image, install, installed
from labkit.cluster.local.paths import MachinePaths
from labkit.cluster.local.site import ADDON_IMAGES, ON_DEMAND, Site
from labkit.cluster.platform import PLATFORM
from labkit.foundation.progress import Quiet
from labkit.kube.manifests import load
from labkit.toolchain.recipes import image_reference
from tests.support.clock import HeldClock
from tests.support.processes import RecordedProcesses

ROOT = 0


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Of a cluster for which programs and one image are installed."""
    machine = MachinePaths(tmp_path / "data", tmp_path / "run")
    made = Site("lab", machine, RecordedProcesses(), HeldClock(), Quiet(), Path(sys.executable))
    files = {
        "programs": {"etcd": file(tmp_path, "etcd")},
        "images": {"coredns": file(tmp_path, "c")},
    }
    install(made, files, ROOT)
    return made


def file(folder: Path, name: str) -> str:
    (folder / name).write_text(name)
    return str(folder / name)


def test_each_add_on_is_one_of_every_cluster_or_on_demand() -> None:
    assert {*ADDON_IMAGES, *ON_DEMAND} == {folder.name for folder in PLATFORM.iterdir()}
    assert not {*ADDON_IMAGES} & {*ON_DEMAND}


def test_those_on_demand_come_last_and_only_when_their_image_is_installed() -> None:
    assert [each.name for each in addon_folders([])] == sorted(ADDON_IMAGES)
    assert [each.name for each in addon_folders(ON_DEMAND)] == [*sorted(ADDON_IMAGES), *ON_DEMAND]


@pytest.mark.parametrize("name", ON_DEMAND)
def test_add_on_on_demand_is_known_as_ours_and_runs_the_image_of_its_recipe(name: str) -> None:
    [deployment] = load((PLATFORM / name / f"deployment-{name}.yaml").read_text())
    assert deployment["metadata"]["labels"][OURS] == name
    [container] = deployment["spec"]["template"]["spec"]["containers"]
    assert container["image"] == image_reference(name)


def test_image_that_is_forgotten_is_installed_no_more(site: Site, tmp_path: Path) -> None:
    install(site, {"images": {"traefik": file(tmp_path, "t")}}, ROOT)
    assert set(installed(site)[1]) == {"coredns", "traefik"}
    forget_image(site, "traefik")
    forget_image(site, "traefik")  # again: nothing
    assert set(installed(site)[1]) == {"coredns"}


def test_renewal_is_for_a_cluster_that_has_the_image_already(site: Site, tmp_path: Path) -> None:
    renewals = {"renewals": {"coredns": file(tmp_path, "c2"), "traefik": file(tmp_path, "t")}}
    install(site, renewals, ROOT)
    images = installed(site)[1]
    assert set(images) == {"coredns"}
    assert images["coredns"].read_text() == "c2"
