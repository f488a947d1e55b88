"""Which tools there are: folder with the pins, packages to build, link flags, official release.

The version is read from the tool's go.mod; adding a program is a line in `TOOLS`.
"""

import hashlib
import platform
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from labkit.foundation.text import say
from labkit.toolchain.errors import ToolchainError, ToolMissing

HERE = Path(__file__).parent
COMMON_LINK_FLAGS = "-s -w"  # no symbol tables: a third smaller, and nobody debugs them here
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


@dataclass(frozen=True, slots=True)
class Program:
    package: str
    version_arguments: tuple[str, ...] = ("--version",)


@dataclass(frozen=True, slots=True)
class Release:
    """Where a project publishes its program and that file's SHA-256.

    Placeholders: {version} (v1.2.3), {number} (1.2.3), {program}, {architecture}.
    """

    base: str
    file: str
    checksum: str
    member: str = ""
    """The program's path inside the archive; empty when the file is the program."""


@dataclass(frozen=True, slots=True)
class Tool:
    name: str
    folder: Path
    module: str
    """The module whose version in go.mod is the tool's version."""
    programs: Mapping[str, Program]
    link_flags: str = ""
    """More flags for the linker; {version}, {major} and {minor} are filled in."""
    release: Release | None = None
    """None where the project publishes no program with a checksum: then it is built."""
    settled: str = ""
    """A version that no go.mod can name, for programs of our own."""

    def version(self) -> str:
        """With its leading v: v1.34.4."""
        if self.settled:
            return self.settled
        text = (self.folder / "go.mod").read_text()
        pinned = re.search(rf"^\s*(?:require )?{re.escape(self.module)} (v\S+)", text, re.MULTILINE)
        if pinned is None:
            raise ToolchainError(
                say(
                    "{file} does not pin {module}.", file=self.folder / "go.mod", module=self.module
                ),
                say("Add the module with `go get`, or restore the file."),
            )
        return pinned[1]

    def go_version(self) -> tuple[int, ...]:
        """The oldest Go that may build it, from the `go` line of go.mod."""
        line = re.search(r"^go (\d[\d.]*)", (self.folder / "go.mod").read_text(), re.MULTILINE)
        return tuple(int(part) for part in line[1].split(".")) if line else (0,)

    def linking(self) -> str:
        version = self.version()
        major, minor = [*version.lstrip("v").split("."), ""][:2]
        more = self.link_flags.format(version=version, major=major, minor=minor)
        return f"{COMMON_LINK_FLAGS} {more}".strip()

    def cache_name(self) -> str:
        """Changes with the pins, our own sources and the flags, so that an edit takes effect."""
        digest = hashlib.sha256(f"{machine_architecture()}\n{self.linking()}\n".encode())
        for file in sorted(path for path in self.folder.iterdir() if path.is_file()):
            digest.update(f"{file.name}\n".encode() + file.read_bytes())
        return f"{self.name}-{self.version()}-{digest.hexdigest()[:12]}"


def machine_architecture() -> str:
    """As Go names it. Raises ToolMissing for a processor that no release is made for."""
    seen = platform.machine()
    if seen not in ARCHITECTURES:
        raise ToolMissing(
            say("This machine's processor is {seen}.", seen=seen),
            say("Use a machine with one of: {known}.", known=", ".join(ARCHITECTURES)),
        )
    return ARCHITECTURES[seen]


def _github(repository: str, file: str, checksum: str, member: str) -> Release:
    base = f"https://github.com/{repository}/releases/download/{{version}}/"
    return Release(base, file, checksum, member)


def _stamped(package: str) -> str:
    return (
        f"-X {package}.gitVersion={{version}} -X {package}.gitMajor={{major}} "
        f"-X {package}.gitMinor={{minor}} -X {package}.gitTreeState=clean"
    )


KUBERNETES = Tool(
    name="kubernetes",
    folder=HERE / "kubernetes",
    module="k8s.io/kubernetes",
    programs={
        **{
            name: Program(f"k8s.io/kubernetes/cmd/{name}")
            for name in (
                "kube-apiserver",
                "kube-controller-manager",
                "kube-scheduler",
                "kubelet",
                "kube-proxy",
            )
        },
        "kubectl": Program("k8s.io/kubernetes/cmd/kubectl", ("version", "--client")),
    },
    link_flags=f"{_stamped('k8s.io/component-base/version')} "
    f"{_stamped('k8s.io/client-go/pkg/version')}",
    release=Release(
        base="https://dl.k8s.io/release/{version}/bin/linux/{architecture}/",
        file="{program}",
        checksum="{program}.sha256",
    ),
)

KUBERNETES_1_33 = replace(
    KUBERNETES,
    name="kubernetes-1.33",
    folder=HERE / "kubernetes-1.33",
    programs={name: each for name, each in KUBERNETES.programs.items() if name != "kubectl"},
)
"""For clusters that are to be upgraded; one kubectl serves both minors."""

ETCD = Tool(
    name="etcd",
    folder=HERE / "etcd",
    module="go.etcd.io/etcd/server/v3",
    programs={"etcd": Program("go.etcd.io/etcd/server/v3")},
    release=_github(
        "etcd-io/etcd",
        "etcd-{version}-linux-{architecture}.tar.gz",
        "SHA256SUMS",
        "etcd-{version}-linux-{architecture}/etcd",
    ),
)

COREDNS = Tool(
    name="coredns",
    folder=HERE / "coredns",
    module="github.com/coredns/coredns",
    programs={"coredns": Program(".", ("-version",))},
    release=_github(
        "coredns/coredns",
        "coredns_{number}_linux_{architecture}.tgz",
        "coredns_{number}_linux_{architecture}.tgz.sha256",
        "coredns",
    ),
)

METRICS_SERVER = Tool(
    name="metrics-server",
    folder=HERE / "metrics_server",
    module="sigs.k8s.io/metrics-server",
    programs={"metrics-server": Program("sigs.k8s.io/metrics-server/cmd/metrics-server")},
    link_flags="-X k8s.io/client-go/pkg/version.gitVersion={version}",
)

KWOK = Tool(
    name="kwok",
    folder=HERE / "kwok",
    module="sigs.k8s.io/kwok",
    programs={"kwok": Program("sigs.k8s.io/kwok/cmd/kwok")},
    link_flags="-X sigs.k8s.io/kwok/pkg/consts.Version={version}",
)

REGISTRY = Tool(
    name="registry",
    folder=HERE / "registry",
    module="github.com/distribution/distribution/v3",
    programs={"registry": Program("github.com/distribution/distribution/v3/cmd/registry")},
    link_flags="-X github.com/distribution/distribution/v3/version.version={version}",
    release=_github(
        "distribution/distribution",
        "registry_{number}_linux_{architecture}.tar.gz",
        "registry_{number}_linux_{architecture}.tar.gz.sha256",
        "registry",
    ),
)

TRAEFIK = Tool(
    name="traefik",
    folder=HERE / "traefik",
    module="github.com/traefik/traefik/v3",
    programs={"traefik": Program("github.com/traefik/traefik/v3/cmd/traefik", ("version",))},
    link_flags="-X github.com/traefik/traefik/v3/pkg/version.Version={version}",
    release=_github(
        "traefik/traefik",
        "traefik_{version}_linux_{architecture}.tar.gz",
        "traefik_{version}_checksums.txt",
        "traefik",
    ),
)

TOOLS: tuple[Tool, ...] = (KUBERNETES, ETCD, COREDNS, METRICS_SERVER, KWOK, REGISTRY, TRAEFIK)
OF_OTHER_MINORS: tuple[Tool, ...] = (KUBERNETES_1_33,)
"""Their programs have the names of the newest minor's, so that only `tools=` asks for them."""


def kubernetes_minors() -> dict[str, Tool]:
    """Which Kubernetes there is, by minor, the oldest first: 1.33, 1.34."""
    tools = (*OF_OTHER_MINORS, KUBERNETES)
    return {".".join(tool.version().lstrip("v").split(".")[:2]): tool for tool in tools}


def grouped(names: Sequence[str], tools: Sequence[Tool]) -> list[tuple[Tool, list[str]]]:
    """The asked programs beside their tool. Raises ToolMissing for a name in no tool."""
    known = [name for tool in tools for name in tool.programs]
    for name in names:
        if name not in known:
            raise ToolMissing(
                say("No tool here makes a program named {name!r}.", name=name),
                say("Ask for one of: {known}.", known=", ".join(sorted(known))),
            )
    asked = [(tool, [name for name in tool.programs if name in names]) for tool in tools]
    return [(tool, programs) for tool, programs in asked if programs]
