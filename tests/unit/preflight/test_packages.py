"""Which packages are proposed, on machines of several kinds given as folders."""

from dataclasses import replace
from pathlib import Path

import pytest

from labkit.cluster.local import site
from labkit.preflight.finding import Level
from labkit.preflight.packages import (
    CNI_FOLDERS,
    PACKAGES,
    Package,
    find_program,
    install_command,
    look,
    main,
    missing_packages,
    read_version,
    with_containerd_version,
)
from labkit.preflight.report import judge_machine
from tests.support.processes import RecordedProcesses
from tests.unit.preflight.healthy import INSTALLED, MACHINE

FOR_CLUSTERS = [package.name for package in PACKAGES if not package.is_optional]


def put(root: Path, *paths: str) -> None:
    for path in paths:
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o755)


def test_empty_machine_needs_every_package_in_the_tables_order(tmp_path: Path) -> None:
    missing = missing_packages(look(tmp_path))
    assert [name for name in missing if name in FOR_CLUSTERS] == FOR_CLUSTERS
    assert "ca-certificates" in missing


def test_machine_with_everything_needs_nothing() -> None:
    assert missing_packages(INSTALLED) == []


def test_program_in_roots_folders_counts_though_path_lacks_them(tmp_path: Path) -> None:
    put(tmp_path, "usr/sbin/iptables")
    assert find_program("iptables", tmp_path, str(tmp_path / "usr/bin")).endswith("sbin/iptables")


def test_plugins_spread_over_two_folders_are_incomplete(tmp_path: Path) -> None:
    put(tmp_path, "usr/lib/cni/host-local", "usr/lib/cni/loopback")
    put(tmp_path, "opt/cni/bin/ptp", "opt/cni/bin/portmap")
    assert "containernetworking-plugins" in missing_packages(look(tmp_path))


def test_upstreams_plugin_folder_is_as_good_as_debians(tmp_path: Path) -> None:
    names = ("ptp", "host-local", "loopback", "portmap")
    put(tmp_path, *(f"opt/cni/bin/{name}" for name in names))
    assert "containernetworking-plugins" not in missing_packages(look(tmp_path))


def test_any_systems_certificate_bundle_will_do(tmp_path: Path) -> None:
    put(tmp_path, "etc/pki/tls/certs/ca-bundle.crt")
    assert "ca-certificates" not in missing_packages(look(tmp_path))


def test_debians_containerd_is_never_proposed_over_dockers(tmp_path: Path) -> None:
    put(tmp_path, "var/lib/dpkg/info/containerd.io.list", "usr/bin/apt-get")
    missing = missing_packages(look(tmp_path))
    assert "iptables" in missing
    assert not {"containerd", "runc"} & set(missing)


def test_old_containerd_of_docker_is_renewed_by_dockers_own_package() -> None:
    here = replace(INSTALLED, containerd_version=(1, 4, 3), has_dockers_containerd=True)
    assert missing_packages(here) == []
    found = judge_machine(replace(MACHINE, installed=here))
    fixes = [finding.fix for finding in found if finding.level is Level.BLOCKING]
    assert len(fixes) == 1
    assert fixes[0].endswith(" containerd.io")


def test_lost_runc_of_docker_is_brought_back_by_dockers_own_package() -> None:
    programs = {name: path for name, path in INSTALLED.programs.items() if name != "runc"}
    here = replace(INSTALLED, programs=programs, has_dockers_containerd=True)
    found = judge_machine(replace(MACHINE, installed=here))
    fixes = [finding.fix for finding in found if finding.level is Level.BLOCKING]
    assert fixes == ["sudo apt-get install --reinstall --yes containerd.io"]


def test_old_containerd_of_the_system_is_proposed_again() -> None:
    assert missing_packages(replace(INSTALLED, containerd_version=(1, 5, 2))) == ["containerd"]


@pytest.mark.parametrize(
    ("said", "version"),
    [
        ("containerd github.com/containerd/containerd 1.6.20~ds1 1.6.20~ds1-1", (1, 6, 20)),
        ("containerd containerd.io v1.7.27 05044ec0a9a7", (1, 7, 27)),
        ("containerd github.com/containerd/containerd/v2 2.1.4 abcdef", (2, 1, 4)),
        ("containerd github.com/containerd/containerd/v2 v2.0", (2, 0, 0)),
        ("no such thing", ()),
    ],
    ids=["debian", "docker", "two", "two-without-patch", "silent"],
)
def test_version_is_read_from_what_containerd_says(said: str, version: tuple[int, ...]) -> None:
    run = RecordedProcesses()
    run.answer("containerd", "--version", output=said)
    assert with_containerd_version(INSTALLED, run).containerd_version == version


def test_containerd_that_cannot_be_asked_is_judged_by_its_presence() -> None:
    run = RecordedProcesses()
    run.missing("containerd")
    asked = with_containerd_version(INSTALLED, run)
    assert asked.containerd_version == ()
    assert missing_packages(asked) == []


def test_kubectls_version_is_read_with_its_v() -> None:
    assert read_version("v1.34.4") == (1, 34, 4)


def test_system_without_apt_is_given_names_and_no_command() -> None:
    command = install_command(["iptables"], replace(INSTALLED, has_apt=False))
    assert command.endswith("iptables")
    assert "apt-get" not in command


def test_wrong_argument_ends_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--present"]) == 2
    assert "--missing" in capsys.readouterr().err


def test_plugins_are_looked_for_where_a_node_looks() -> None:
    assert tuple(Path("/") / folder for folder in CNI_FOLDERS) == site.CNI_FOLDERS


def test_another_table_can_be_looked_for_in_the_same_way(tmp_path: Path) -> None:
    table = (Package("fonts", "draw", files=("a.ttf",), folders=("usr/share/fonts",)),)
    assert missing_packages(look(tmp_path, packages=table), table) == ["fonts"]
    put(tmp_path, "usr/share/fonts/a.ttf")
    assert missing_packages(look(tmp_path, packages=table), table) == []
