from dataclasses import replace
from pathlib import Path

import pytest

from labkit.cluster.engine import ClusterConfig, NodeShape
from labkit.cluster.plane_settings import AS_BEFORE, PlaneSettings, first_settings
from labkit.cluster.versions import (
    check_node,
    check_skew,
    newest,
    patch_of,
    programs_for,
    programs_of,
    upgraded,
)
from labkit.foundation.errors import SettingInvalid
from labkit.foundation.progress import Quiet
from labkit.toolchain.means import Means
from labkit.toolchain.programs import KUBERNETES, KUBERNETES_1_33, kubernetes_minors
from tests.support.clock import HeldClock
from tests.support.processes import RecordedProcesses
from tests.support.tools import settings_in


def test_newest_minor_is_that_of_the_pins_and_the_one_before_is_there_too() -> None:
    assert list(kubernetes_minors()) == ["1.33", "1.34"]
    assert newest() == "1.34"
    assert patch_of("1.33") == KUBERNETES_1_33.version()


@pytest.mark.parametrize(
    ("present", "wanted", "follows"),
    [("1.33", "", "1.33"), ("1.33", "1.33", "1.33"), ("1.33", "1.34", "1.34")],
)
def test_cluster_stays_or_goes_one_minor_on(present: str, wanted: str, follows: str) -> None:
    assert upgraded(present, wanted) == follows


def test_way_back_is_refused() -> None:
    with pytest.raises(SettingInvalid, match=r"version is '1\.33'") as refused:
        upgraded("1.34", "1.33")
    assert "no way back" in refused.value.next_step


def test_minor_cannot_be_skipped() -> None:
    with pytest.raises(SettingInvalid, match=r"version is '1\.34'") as refused:
        upgraded("1.32", "1.34")
    assert "the minor after 1.32" in refused.value.next_step


@pytest.mark.parametrize("version", ["1.22", "1.34.4", "latest"])
def test_minor_without_programs_is_answered_with_those_there_are(version: str) -> None:
    with pytest.raises(SettingInvalid) as refused:
        upgraded("1.33", version)
    assert "one of 1.33, 1.34" in refused.value.next_step


def test_no_node_is_ahead_of_the_control_plane() -> None:
    check_skew("1.34", [NodeShape(), NodeShape(version="1.33"), NodeShape(version="1.34")])
    with pytest.raises(SettingInvalid, match="node's version is"):
        check_skew("1.33", [NodeShape(version="1.34")])


def test_node_is_at_most_three_minors_behind() -> None:
    check_node("1.33", "1.36")
    with pytest.raises(SettingInvalid, match="node's version is"):
        check_node("1.33", "1.37")


def test_programs_of_each_minor_are_kept_apart_and_found_by_their_names(tmp_path: Path) -> None:
    means = Means(settings_in(tmp_path), RecordedProcesses(), Quiet(), HeldClock())
    for tool, name in ((KUBERNETES, "kubelet"), (KUBERNETES_1_33, "kubelet")):
        place = means.programs() / tool.cache_name() / name
        place.parent.mkdir(parents=True)
        place.touch(mode=0o755)
    config = ClusterConfig(version="1.34", nodes=(NodeShape(version="1.33"),))
    found = programs_for(config, ["kubelet"], means)
    assert set(found) == {"kubelet@1.33", "kubelet@1.34"}
    noted = found | {"etcd": Path("/etcd")}
    for minor in ("1.33", "1.34"):
        path = programs_of(noted, minor)["kubelet"]
        assert f"-v{minor}." in str(path)
        assert programs_of(noted, minor)["etcd"] == Path("/etcd")


def test_programs_noted_before_there_were_minors_are_still_found() -> None:
    assert programs_of({"kubelet": Path("/old")}, "1.34") == {"kubelet": Path("/old")}


def test_start_without_a_wish_leaves_the_version_and_opens_the_door() -> None:
    present = PlaneSettings("1.33", 2, None, ("203.0.113.0/24",))
    assert present.moved_to(ClusterConfig()) == PlaneSettings("1.33", 2)
    assert AS_BEFORE.moved_to(ClusterConfig()).version == "1.34"
    assert first_settings(ClusterConfig()).version == newest()


def test_credentials_never_go_back_to_an_earlier_generation() -> None:
    assert (
        replace(AS_BEFORE, credential_generation=2)
        .moved_to(ClusterConfig(credential_generation=1))
        .credential_generation
        == 2
    )


@pytest.mark.parametrize("text", ["10.0.0.0/33", "everybody", "", "10.0.0.1; drop", "::/0"])
def test_what_is_no_ipv4_range_is_refused(text: str) -> None:
    with pytest.raises(SettingInvalid, match="allowed source is"):
        first_settings(ClusterConfig(allowed=(text,)))


def test_address_and_range_with_a_host_part_are_allowed() -> None:
    allowed = first_settings(ClusterConfig(allowed=("203.0.113.7", "10.42.1.1/16"))).allowed
    assert allowed == ("203.0.113.7/32", "10.42.0.0/16")
