"""What podman is told in a lesson, where its containers are, and what ends them."""

import os
import tomllib
from pathlib import Path

import pytest

from labkit.foundation.process import SystemRunner
from labkit.foundation.settings import Settings, read_settings
from labkit.toolchain.recipes import REGISTRY
from labkit.workshop.container_files import (
    UNLIMITED,
    Limits,
    RegistryPlace,
    Room,
    containers_conf,
    podman_script,
    registries_conf,
    room_files,
    storage_conf,
)
from labkit.workshop.container_room import SHARED, clear, remove, room_of
from tests.support.clock import HeldClock
from tests.support.processes import RecordedProcesses

PLENTY = Limits(1_000_000, 1_000_000)
PLACE = RegistryPlace("198.18.0.1:5000", Path("/var/lib/labkit/registry/ca.crt"))
ROOTS = Room(Path("/home/ada/labkit/containers"), Path("/run/labkit-containers/1"), True)
ADAS = Room(Path("/home/ada/labkit/containers"), Path("/run/user/1000/labkit-containers/1"), False)
PLACES = f"--root {ROOTS.storage} --runroot {ROOTS.run}"
SOCKET_PATH_LENGTH = 108
ADDRESS = PLACE.address


def settings_with(**environment: str) -> Settings:
    return read_settings({"HOME": "/home/ada", **environment})


def test_limits_asked_for_are_never_above_the_hard_ones() -> None:
    limits = tomllib.loads(containers_conf(ROOTS, Limits(1024, 4096)))["containers"]
    assert limits["default_ulimits"] == ["nofile=1024:1024", "nproc=4096:4096"]


def test_without_hard_limits_a_number_is_asked_for_all_the_same() -> None:
    limits = tomllib.loads(containers_conf(ROOTS, Limits(UNLIMITED, UNLIMITED)))["containers"]
    assert limits["default_ulimits"] == ["nofile=65536:65536", "nproc=16384:16384"]


def test_containers_run_with_runc_in_a_network_that_leaves_nothing_behind() -> None:
    told = tomllib.loads(containers_conf(ROOTS, PLENTY))
    assert told["engine"]["runtime"] == "runc"
    assert told["containers"]["netns"] == "slirp4netns"


def test_only_root_writes_cgroups_itself() -> None:
    assert tomllib.loads(containers_conf(ROOTS, PLENTY))["engine"]["cgroup_manager"] == "cgroupfs"
    assert "cgroup_manager" not in tomllib.loads(containers_conf(ADAS, PLENTY))["engine"]


@pytest.mark.parametrize("room", [ROOTS, ADAS])
def test_nothing_lands_outside_the_room(room: Room) -> None:
    stored = tomllib.loads(storage_conf(room))["storage"]
    told = tomllib.loads(containers_conf(room, PLENTY))
    assert Path(stored["graphroot"]).is_relative_to(room.folder)
    assert Path(told["network"]["network_config_dir"]).is_relative_to(room.folder)
    assert Path(stored["runroot"]).is_relative_to(room.passing)
    assert Path(told["engine"]["tmp_dir"]).is_relative_to(room.passing)


def test_images_are_found_by_the_name_that_nodes_use() -> None:
    told = tomllib.loads(registries_conf(PLACE))
    assert told["unqualified-search-registries"] == []
    assert told["registry"] == [{"prefix": REGISTRY, "location": "198.18.0.1:5000"}]


def test_storage_is_named_to_podman_itself_which_else_takes_a_users_own() -> None:
    script = podman_script(ADAS, "/usr/bin/podman", PLACE)
    assert f"--root {ADAS.storage} --runroot {ADAS.run} " in script


def test_every_file_that_the_program_names_is_written() -> None:
    files = room_files(ROOTS, podman="/usr/bin/podman", limits=PLENTY, registry=PLACE)
    script = files[ROOTS.programs / "podman"]
    for path in files.keys() - {ROOTS.programs / "podman"}:
        assert f"={path}\n" in script
    assert script.endswith(f'exec /usr/bin/podman {PLACES} "$@"\n')


def test_folder_with_a_blank_in_its_name_is_one_word_to_the_shell() -> None:
    room = Room(Path("/home/ada/my lab"), Path("/run/1"), True)
    assert "CONTAINERS_CONF='/home/ada/my lab/containers.conf'" in podman_script(
        room, "/usr/bin/podman", PLACE
    )


@pytest.mark.parametrize("user", [0, 1000])
@pytest.mark.parametrize("runtime", ["", "/run/user/1000"])
def test_sockets_have_short_names_however_deep_the_home_lies(user: int, runtime: str) -> None:
    deep = "/home/ada/" + "deep/" * 40
    room = room_of(settings_with(LABKIT_HOME=deep, XDG_RUNTIME_DIR=runtime), user)
    assert len(str(room.passing)) < SOCKET_PATH_LENGTH / 2
    assert room.folder.is_relative_to(deep)


def test_two_homes_share_no_containers() -> None:
    one, other = (room_of(settings_with(LABKIT_HOME=f"/home/ada/{n}"), 0) for n in (1, 2))
    assert one.passing != other.passing
    assert one.storage != other.storage


def test_room_that_was_never_used_is_cleared_without_a_program(tmp_path: Path) -> None:
    clear(settings_with(LABKIT_HOME=str(tmp_path)), RecordedProcesses(), HeldClock())


def test_cleared_room_ends_its_containers_before_its_folders_go(tmp_path: Path) -> None:
    settings = settings_with(LABKIT_HOME=str(tmp_path), XDG_RUNTIME_DIR=str(tmp_path / "run"))
    room = room_of(settings, os.getuid())
    room.storage.mkdir(parents=True)
    run = RecordedProcesses()
    there = []
    run.answer("podman", effect=lambda _: there.append(room.storage.is_dir()))
    clear(settings, run, HeldClock(), podman="/usr/bin/podman")
    assert run.calls[0].command[1:] == ("rm", "--all", "--force", "--time", "0")
    assert there[0]
    assert not room.folder.exists()


def test_last_room_of_a_user_takes_their_shared_folder_along(tmp_path: Path) -> None:
    rooms = [Room(tmp_path / n, tmp_path / SHARED / n, is_root=True) for n in ("one", "other")]
    for room in rooms:
        room.run.mkdir(parents=True)
    remove(rooms[0])
    assert [path.name for path in (tmp_path / SHARED).iterdir()] == ["other"]
    for _ in range(2):
        remove(rooms[1])
        assert list(tmp_path.iterdir()) == []


def test_room_in_a_folder_that_is_not_ours_leaves_that_folder(tmp_path: Path) -> None:
    (tmp_path / "passing" / "mine").mkdir(parents=True)
    remove(Room(tmp_path / "home", tmp_path / "passing" / "mine", is_root=False))
    assert list(tmp_path.iterdir()) == [tmp_path / "passing"]


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        (
            f"push {REGISTRY}/me/card:1.0",
            f"push {REGISTRY}/me/card:1.0 docker://{ADDRESS}/me/card:1.0",
        ),
        (
            f"push -q --format oci card {REGISTRY}/me/card:1.0",
            f"push -q --format oci card docker://{ADDRESS}/me/card:1.0",
        ),
        (
            f"push --digestfile d {REGISTRY}/c:1",
            f"push --digestfile d {REGISTRY}/c:1 docker://{ADDRESS}/c:1",
        ),
        (f"push card docker://{REGISTRY}/c:1", f"push card docker://{ADDRESS}/c:1"),
        ("push quay.example/card:1.0", "push quay.example/card:1.0"),
        (f"run --rm {REGISTRY}/me/card:1.0", f"run --rm {REGISTRY}/me/card:1.0"),
        ("push", "push"),
        ("", ""),
    ],
)
def test_push_to_the_labs_registry_goes_to_its_address(
    tmp_path: Path, typed: str, sent: str
) -> None:
    script = tmp_path / "podman"
    script.write_text(podman_script(ROOTS, "/bin/echo", PLACE))
    said = SystemRunner()(["sh", str(script), *typed.split()]).output.strip()
    assert said == f"{PLACES} {sent}".strip()
