"""Programs of Debian packages, with the libraries they need, as the files of an image.

apt fetches the packages as if nothing were installed here, checks who signed them, and installs
nothing, so that no rights are needed. The version of each is what the machine's own system has
now: archives drop a version on the day that its successor mends a hole, and a pinned one could not
be fetched any more. The image says in /etc/packages what it was made of.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from urllib.parse import unquote

from labkit.foundation.errors import LabError, ProcessFailed
from labkit.foundation.text import say
from labkit.toolchain.archive import ImageFile
from labkit.toolchain.errors import PackagesMissing
from labkit.toolchain.means import Means
from labkit.toolchain.recipes import Packaged

FETCH_SECONDS = 1800  # 30 MB over a slow line
PROGRAM_FOLDERS = ("usr/bin", "bin", "usr/sbin", "sbin")
MERGED = {"bin": "usr/bin", "sbin": "usr/bin", "lib": "usr/lib", "lib64": "usr/lib64"}
"""Debian's folders as every release since 2023 has them: links to those below usr."""
LOADERS = ("lib/*/ld-linux-*.so.*", "usr/lib/*/ld-linux-*.so.*")
NEEDED = re.compile(r"^\s+(?P<name>\S+) => (?P<found>/.+) \(0x[0-9a-f]+\)$", re.MULTILINE)
EXECUTABLE = 0o755


def packaged_files(image: str, origin: Packaged, means: Means, work: Path) -> tuple[ImageFile, ...]:
    """In `work` lies what they are read from. Raises PackagesMissing."""
    tree = work / "tree"
    try:
        with means.timed(say("Get the Debian packages of {image}", image=image)):
            packages = _fetch(origin.packages, means, work)
        for package in packages:
            means.run(["dpkg-deb", "--extract", str(package), str(tree)])
        programs = {name: _program(name, tree) for name in origin.programs}
        libraries = needed_libraries(_loaded(programs.values(), tree, means), tree)
    except LabError as problem:
        raise PackagesMissing(image, problem.evidence or problem.what_happened) from problem
    except OSError as problem:
        raise PackagesMissing(image, str(problem)) from problem
    versions = "".join(f"{line}\n" for line in sorted(map(_version, packages)))
    return (
        *(ImageFile(f"usr/bin/{name}", path, EXECUTABLE) for name, path in programs.items()),
        *(ImageFile(path, found, EXECUTABLE) for path, found in sorted(libraries.items())),
        *_links(origin.links),
        ImageFile("etc/packages", versions.encode()),
    )


def needed_libraries(listed: str, tree: Path) -> Mapping[str, Path]:
    """Each library's file, by its path in the image, from what the loader lists.

    Raises FileNotFoundError for one that the packages do not bring.
    """
    if absent := re.findall(r"^\s+(\S+) => not found$", listed, re.MULTILINE):
        raise FileNotFoundError(say("no package has {files}", files=", ".join(absent)))
    found = {}
    for line in NEEDED.finditer(listed):
        path = Path(line["found"])
        if not path.is_relative_to(tree):
            raise FileNotFoundError(say("no package has {files}", files=line["name"]))
        # a loader is asked for by its whole path, a library by its name
        asked = Path(line["name"]) if "/" in line["name"] else Path("/") / path.relative_to(tree)
        found[_merged(asked)] = path
    return found


def _fetch(names: Sequence[str], means: Means, work: Path) -> list[Path]:
    """With the lists of what there is that the machine has, else with fresh ones of our own."""
    (work / "status").touch()  # nothing is installed, says that
    (work / "apt" / "archives" / "partial").mkdir(parents=True)
    (work / "lists" / "partial").mkdir(parents=True)
    apt = ["apt-get", "--quiet", "--yes", "--no-install-recommends", "-o", "Debug::NoLocking=1"]
    apt += ["-o", f"Dir::State::status={work / 'status'}", "-o", f"Dir::Cache={work / 'apt'}"]
    own_lists = ["-o", f"Dir::State::lists={work / 'lists'}"]
    install = ["install", "--download-only", *names]

    def run(*words: str) -> None:
        means.run([*apt, *words], timeout_seconds=FETCH_SECONDS, environment={"LC_ALL": "C"})

    try:
        run(*install)
    except ProcessFailed:  # never fetched, as on many a fresh machine, or older than an update
        run(*own_lists, "update")
        run(*own_lists, *install)
    return sorted((work / "apt" / "archives").glob("*.deb"))


def _program(name: str, tree: Path) -> Path:
    for folder in PROGRAM_FOLDERS:
        path = tree / folder / name
        if path.is_file() and not path.is_symlink():
            return path
    raise FileNotFoundError(say("no package has {files}", files=name))


def _loaded(programs: Iterable[Path], tree: Path, means: Means) -> str:
    """What the packages' own loader says it would load, so that this machine's is not asked."""
    loader, *_ = sorted(path for pattern in LOADERS for path in tree.glob(pattern))
    folders = {
        loader.parent,
        tree / "lib" / loader.parent.name,
        tree / "usr/lib" / loader.parent.name,
    }
    search = ":".join(sorted(map(str, folders)))
    said = [
        means.run([str(loader), "--library-path", search, "--list", str(program)]).output
        for program in programs
    ]
    return "\n".join(said)


def _merged(path: Path) -> str:
    """As a path below the image's root, through the links of MERGED."""
    _, first, *rest = path.parts
    return "/".join([MERGED.get(first, first), *rest])


def _links(links: Mapping[str, Sequence[str]]) -> list[ImageFile]:
    named = [
        ImageFile(f"usr/bin/{other}", b"", link=program)
        for program, others in links.items()
        for other in others
    ]
    return [*(ImageFile(path, b"", link=target) for path, target in MERGED.items()), *named]


def _version(package: Path) -> str:
    """`curl 7.88.1-10`, from curl_7.88.1-10_amd64.deb."""
    name, version, _ = unquote(package.name).split("_", 2)
    return f"{name} {version}"
