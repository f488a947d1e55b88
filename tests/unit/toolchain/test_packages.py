"""Images of Debian packages, on a machine whose apt has what the test says."""

import io
import json
import tarfile
from pathlib import Path

import pytest

from labkit.toolchain.errors import PackagesMissing
from labkit.toolchain.images import provide_images
from labkit.toolchain.packages import needed_libraries
from tests.support.clock import HeldClock
from tests.support.processes import Call, RecordedProcesses
from tests.support.progress import RecordedProgress
from tests.support.tools import settings_in
from tests.unit.toolchain.test_archive import members

RECIPE = """\
tag = "1.0"
user = "1:1"
command = ["sh"]
packages = ["box", "nettools"]
programs = ["box", "nc.real"]
links = {box = ["sh", "ls"], "nc.real" = ["nc"]}
"""
LOADER = "lib/x86_64-linux-gnu/ld-linux-x86-64.so.2"
PACKAGES = {
    "box_1%3a1.35-4_amd64.deb": {"bin/box": "box", "usr/share/doc/box/copyright": "long"},
    "nettools_2.0_amd64.deb": {
        "usr/bin/nc.real": "nc",
        "usr/lib/x86_64-linux-gnu/libnet.so.1": "n",
    },
    "libc6_2.36_amd64.deb": {LOADER: "ld", "lib/x86_64-linux-gnu/libc.so.6": "c"},
}


class Machine:
    """Its apt-get fetches PACKAGES, its dpkg-deb unpacks them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        recipe = folder / "recipes" / "tools" / "image.toml"
        recipe.parent.mkdir(parents=True)
        recipe.write_text(RECIPE)
        self.processes = RecordedProcesses()
        self.processes.answer("apt-get", effect=self._fetch)
        self.processes.answer("dpkg-deb", effect=self._unpack)

    def provide(self) -> Path:
        return provide_images(
            ["tools"],
            settings=settings_in(self.folder),
            run=self.processes,
            progress=RecordedProgress(),
            clock=HeldClock(),
            recipes=self.folder / "recipes",
        )["tools"]

    def _fetch(self, call: Call) -> None:
        (cache,) = [
            word.partition("=")[2] for word in call.command if word.startswith("Dir::Cache=")
        ]
        for name in PACKAGES if "install" in call.command else ():
            Path(cache, "archives", name).touch()

    def _unpack(self, call: Call) -> None:
        package, tree = map(Path, call.command[-2:])
        for name, content in PACKAGES[package.name].items():
            path = tree / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        self.processes.answer("--list", output=loaded(tree))

    def let_lists_be_old(self) -> None:
        complaint = "E: Unable to locate package box\n"
        self.processes.answer("apt-get", "install", status=100, errors=complaint)
        self.processes.answer(
            "apt-get",
            "update",
            effect=lambda _: self.processes.answer("apt-get", effect=self._fetch),
        )


def loaded(tree: Path) -> str:
    return (
        "\tlinux-vdso.so.1 (0x00007fb9747d1000)\n"
        f"\tlibnet.so.1 => {tree}/usr/lib/x86_64-linux-gnu/libnet.so.1 (0x00007fb9746fa000)\n"
        f"\tlibc.so.6 => {tree}/lib/x86_64-linux-gnu/libc.so.6 (0x00007fb974518000)\n"
        f"\t/lib64/ld-linux-x86-64.so.2 => {tree}/{LOADER} (0x00007fb9747d3000)\n"
    )


def layer(archive: Path) -> list[tarfile.TarInfo]:
    files = members(archive)
    [docker] = json.loads(files["manifest.json"])
    with tarfile.open(fileobj=io.BytesIO(files[docker["Layers"][0]])) as tar:
        return tar.getmembers()


def test_image_holds_the_programs_their_libraries_and_nothing_else(tmp_path: Path) -> None:
    entries = layer(Machine(tmp_path).provide())
    assert {entry.name for entry in entries if entry.isfile()} == {
        "etc/group",
        "etc/nsswitch.conf",
        "etc/packages",
        "etc/passwd",
        "usr/bin/box",
        "usr/bin/nc.real",
        "usr/lib/x86_64-linux-gnu/libc.so.6",
        "usr/lib/x86_64-linux-gnu/libnet.so.1",
        "usr/lib64/ld-linux-x86-64.so.2",
    }


def test_programs_have_their_other_names_and_the_loader_its_place(tmp_path: Path) -> None:
    links = {
        entry.name: entry.linkname for entry in layer(Machine(tmp_path).provide()) if entry.issym()
    }
    assert links.items() >= {
        ("usr/bin/sh", "box"),
        ("usr/bin/nc", "nc.real"),
        ("bin", "usr/bin"),
        ("lib64", "usr/lib64"),
    }


def test_image_says_which_versions_went_in(tmp_path: Path) -> None:
    files = members(Machine(tmp_path).provide())
    [docker] = json.loads(files["manifest.json"])
    with tarfile.open(fileobj=io.BytesIO(files[docker["Layers"][0]])) as tar:
        content = tar.extractfile("etc/packages")
        assert content
        assert content.read() == b"box 1:1.35-4\nlibc6 2.36\nnettools 2.0\n"


def test_old_lists_of_packages_are_fetched_anew_and_not_the_machines(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    machine.let_lists_be_old()
    assert machine.provide().exists()
    old, *fresh = machine.processes.like("apt-get")
    assert [call.command[-1] for call in fresh] == ["update", "nettools"]
    own = [
        [w for w in call.command if w.startswith("Dir::State::lists=")] for call in (old, *fresh)
    ]
    assert own[0] == []
    assert own[1] == own[2] != []


def test_machine_without_apt_is_told_so(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    machine.processes.missing("apt-get")
    with pytest.raises(PackagesMissing, match=r"Image tools .*`apt-get` is not on") as failure:
        machine.provide()
    assert "Debian or Ubuntu" in failure.value.next_step


def test_program_that_no_package_has_is_named(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    recipe = tmp_path / "recipes/tools/image.toml"
    recipe.write_text(RECIPE.replace('["box", "nc.real"]', '["box", "nc.real", "dig"]'))
    with pytest.raises(PackagesMissing, match="no package has dig"):
        machine.provide()
    assert list((tmp_path / "cache/work").iterdir()) == []


@pytest.mark.parametrize(
    "line",
    ["\tlibnet.so.1 => not found\n", "\tlibnet.so.1 => /usr/lib/libnet.so.1 (0x00007fb9)\n"],
    ids=["nowhere", "only on this machine"],
)
def test_library_that_no_package_brings_is_named(line: str) -> None:
    with pytest.raises(FileNotFoundError, match=r"no package has libnet\.so\.1"):
        needed_libraries(line, Path("/cache/tree"))
