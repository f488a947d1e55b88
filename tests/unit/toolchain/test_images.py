from pathlib import Path

import pytest

from labkit.toolchain.errors import ToolchainError, ToolMissing
from labkit.toolchain.images import provide_images
from labkit.toolchain.programs import COREDNS, METRICS_SERVER, TOOLS
from labkit.toolchain.recipes import RECIPES, Built, image_names, image_reference, read_recipe
from tests.support.clock import HeldClock
from tests.support.processes import Call, RecordedProcesses
from tests.support.progress import RecordedProgress
from tests.support.tools import settings_in
from tests.unit.toolchain.test_archive import members

RECIPE = 'tag = "1.0"\nuser = "1:1"\nentrypoint = ["/small"]\n'


def small_recipe(folder: Path, text: str = RECIPE) -> Path:
    """A folder of recipes with one image, `small`."""
    (folder / "small").mkdir(parents=True)
    (folder / "small" / "image.toml").write_text(text)
    (folder / "small" / "go.mod").write_text("module small\n\ngo 1.24\n")
    return folder


class Run:
    """A machine whose compiler makes any program; `folder` holds cache and recipes."""

    def __init__(self, folder: Path) -> None:
        self.settings = settings_in(folder)
        self.processes = RecordedProcesses()
        self.processes.answer("go", "version", output="go version go1.26.8 linux/amd64\n")
        self.processes.answer("go", "list", output="fmt\n")
        self.processes.answer("go", "build", effect=self._compile)
        self.processes.answer("small", "--version", output="small 1.0\n")
        self.processes.answer("coredns", "-version", output=f"{COREDNS.version()[1:]}\n")

    def _compile(self, call: Call) -> None:
        Path(call.command[call.command.index("-o") + 1]).write_bytes(b"compiled")

    def provide(self, name: str, recipes: Path = RECIPES) -> Path:
        given = provide_images(
            [name],
            settings=self.settings,
            run=self.processes,
            progress=RecordedProgress(),
            clock=HeldClock(),
            recipes=recipes,
        )
        return given[name]


def test_image_is_made_from_the_sources_beside_its_recipe(tmp_path: Path) -> None:
    run = Run(tmp_path)
    recipes = small_recipe(tmp_path / "recipes")
    archive = run.provide("small", recipes)
    assert b"registry.lab.example:5000/small:1.0" in members(archive)["manifest.json"]
    [build] = run.processes.like("go", "build")
    assert build.folder == recipes / "small"
    assert "-X main.version=v1.0" in build.command[build.command.index("-ldflags") + 1]
    assert archive.parent == tmp_path / "cache/images"


def test_image_that_is_there_costs_nothing(tmp_path: Path) -> None:
    recipes = small_recipe(tmp_path / "recipes")
    first = Run(tmp_path).provide("small", recipes)
    again = Run(tmp_path)
    assert again.provide("small", recipes) == first
    assert again.processes.calls == []


@pytest.mark.parametrize("file", ["image.toml", "go.mod", "main.go"])
def test_edit_beside_the_recipe_makes_the_image_anew(tmp_path: Path, file: str) -> None:
    recipes = small_recipe(tmp_path / "recipes")
    first = Run(tmp_path).provide("small", recipes)
    with (recipes / "small" / file).open("a") as content:
        content.write("# edited\n")
    assert Run(tmp_path).provide("small", recipes) != first


def test_image_of_a_tool_takes_the_version_that_the_tool_pins(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.settings = settings_in(tmp_path, LABKIT_DOWNLOADS="no")
    archive = run.provide("coredns")
    assert image_reference("coredns") == f"registry.lab.example:5000/coredns:{COREDNS.version()}"
    assert image_reference("coredns").encode() in members(archive)["manifest.json"]
    assert run.processes.like("go", "build")[0].folder == COREDNS.folder


def test_work_folder_is_empty_afterwards(tmp_path: Path) -> None:
    Run(tmp_path).provide("small", small_recipe(tmp_path / "recipes"))
    assert list((tmp_path / "cache/work").iterdir()) == []


def test_image_without_a_recipe_is_named_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(ToolMissing, match="an image 'bigger'") as failure:
        Run(tmp_path).provide("bigger", small_recipe(tmp_path / "recipes"))
    assert failure.value.next_step == "Ask for one of: small."


@pytest.mark.parametrize(
    "text",
    [
        "tag = ",
        RECIPE + 'entry = "/small"\n',
        RECIPE.replace("1:1", "root"),
        RECIPE.replace('["/small"]', "[]"),
        RECIPE + "port = 99999\n",
        RECIPE + 'packages = ["a"]\n',
        RECIPE + 'program = "coredns"\npackages = ["a"]\nprograms = ["a"]\n',
        RECIPE.replace('tag = "1.0"', "") + 'packages = ["a"]\nprograms = ["a"]\n',
        RECIPE + 'packages = ["a"]\nprograms = ["a"]\nlinks = {b = ["c"]}\n',
        RECIPE + "command = [1]\n",
    ],
    ids=[
        "no toml",
        "unknown key",
        "user by name",
        "no entrypoint",
        "no port",
        "packages of which nothing is wanted",
        "two origins",
        "packages without a tag",
        "a link to nothing",
        "a number as command",
    ],
)
def test_wrong_recipe_is_named_with_what_is_wrong(tmp_path: Path, text: str) -> None:
    recipes = small_recipe(tmp_path / "recipes", text)
    with pytest.raises(ToolchainError, match=r"small/image\.toml is no image recipe") as failure:
        read_recipe("small", recipes)
    assert failure.value.evidence


def test_images_of_the_lab_have_recipes() -> None:
    assert {"base", "coredns", "hello", "metrics-server", "pause", "till", "toolbox"} <= set(
        image_names()
    )
    assert image_reference("hello") == "registry.lab.example:5000/hello:1.0"
    metrics = read_recipe("metrics-server", RECIPES, TOOLS)
    assert metrics.origin == Built(METRICS_SERVER, "metrics-server")
    assert metrics.tag == METRICS_SERVER.version()


@pytest.mark.parametrize("name", image_names())
def test_image_runs_without_root_unless_its_recipe_says_why(name: str) -> None:
    recipe = read_recipe(name, RECIPES)
    text = (recipe.folder / "image.toml").read_text()
    reasons = ("NET_BIND_SERVICE", "as base images do", "makes the folder of its file")
    assert not recipe.user.startswith("0:") or any(reason in text for reason in reasons)


@pytest.mark.parametrize("name", image_names())
def test_image_starts_what_it_holds(name: str) -> None:
    recipe = read_recipe(name, RECIPES)
    started = [*recipe.entrypoint, *recipe.command][0]
    if isinstance(recipe.origin, Built):
        assert started == f"/{recipe.origin.program}"
    else:
        named = [
            *recipe.origin.programs,
            *(n for more in recipe.origin.links.values() for n in more),
        ]
        assert started.removeprefix("/bin/") in named
