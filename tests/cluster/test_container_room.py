"""podman as a lesson types it: an image is built, run and pushed, and nothing of it stays."""

import os
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from labkit.foundation.process import SystemRunner
from labkit.foundation.progress import Quiet
from labkit.foundation.settings import Settings, read_settings
from labkit.foundation.waiting import SystemClock, wait_until
from labkit.remote.pushing import push_archive
from labkit.remote.registry import Registry
from labkit.remote.removing import remove_images
from labkit.toolchain.images import images_at_hand
from labkit.workshop.container_room import clear, furnish, room_of
from labkit.workshop.image_registry import LOCAL_REGISTRY, Registries, registry_up
from labkit.workshop.visiting import visit
from tests.support.proc import pids, told
from tests.support.rights import needs_root

pytestmark = pytest.mark.cluster

REPOSITORY = "test-container-room"
BASE = f"registry.lab.example:5000/{REPOSITORY}/base:1"
CARD = f"registry.lab.example:5000/{REPOSITORY}/card:1.0"
CONTAINERFILE = f'FROM {BASE}\nENV VERSION=motto\nRUN ["/hello", "true"]\n'


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    """A home of the test's own, and a base image in the machine's registry."""
    usual = read_settings()
    registry_up(Registries(usual, SystemRunner(), SystemClock()), Quiet())
    archive = images_at_hand(["hello"], settings=usual)["hello"]
    push_archive(archive, f"{REPOSITORY}/base", "1", LOCAL_REGISTRY)
    own = replace(usual, home=tmp_path / "home")
    yield own
    clear(own, SystemRunner(), SystemClock())
    for name in ("base", "card"):
        remove_images(LOCAL_REGISTRY, f"{REPOSITORY}/{name}")


@needs_root
def test_image_is_built_run_and_pushed_and_nothing_of_it_stays(
    settings: Settings, tmp_path: Path
) -> None:
    (folder,) = furnish(settings)
    (tmp_path / "Containerfile").write_text(CONTAINERFILE)
    run = SystemRunner()

    def podman(*words: str) -> str:
        return run([str(folder / "podman"), *words], folder=tmp_path).output.strip()

    podman("build", "--tag", CARD, ".")
    podman("push", CARD)
    container = podman("run", "--detach", "--memory", "32m", "--publish", "127.0.0.1::8080", CARD)
    address = podman("port", container, "8080")
    page = visit(f"http://{address}/info", clock=SystemClock(), limit_seconds=10).json()
    process = Path("/proc", podman("inspect", "--format", "{{.State.Pid}}", container))
    room = room_of(settings, os.getuid())
    clear(settings, run, SystemClock())
    with Registry(LOCAL_REGISTRY) as registry:
        pushed = registry.image(f"{REPOSITORY}/card", "1.0")
    assert page["version"] == "motto"
    assert pushed is not None
    assert "VERSION=motto" in pushed.config["config"]["Env"]
    assert not process.exists()
    assert not room.folder.exists()
    assert not room.passing.exists()
    assert str(room.folder) not in Path("/proc/mounts").read_text()


def test_images_stay_in_the_room_and_podman_ends_with_it(tmp_path: Path) -> None:
    """Without root, too, where podman keeps a process of its own for the user's namespace."""
    own, run = replace(read_settings(), home=tmp_path / "home"), SystemRunner()
    (folder,) = furnish(own)
    podman = str(folder / "podman")
    room = room_of(own, os.getuid())
    before = _podmans()
    with tarfile.open(tmp_path / "files.tar", "w") as files:
        files.add(__file__, "a-file")
    run([podman, "import", "--quiet", str(tmp_path / "files.tar"), "one-file:1"])
    where = run([podman, "info", "--format", "{{.Store.GraphRoot}} {{.Store.RunRoot}}"]).output
    clear(own, run, SystemClock())
    assert where.split() == [str(room.storage), str(room.run)]
    wait_until(lambda: _podmans() <= before, "podman's end", limit_seconds=5, clock=SystemClock())
    assert not room.folder.exists()
    assert not room.passing.exists()


def _podmans() -> set[int]:
    """Process ids of this user's podmans."""
    own = f"Uid:\t{os.getuid()}\t"
    return {
        pid
        for pid in pids()
        if told(pid, "comm").startswith("podman") and own in told(pid, "status")
    }
