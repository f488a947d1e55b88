"""A tiny tool for tests of the toolchain: a folder with pins, and a program that says a version."""

from pathlib import Path

from labkit.foundation.settings import Settings, read_settings
from labkit.toolchain.programs import Program, Release, Tool
from tests.support.processes import Call, RecordedProcesses

VERSION = "v1.2.3"
PROGRAM = b"#!/bin/sh\necho tiny 1.2.3\n"


def settings_in(folder: Path, **environment: str) -> Settings:
    return read_settings(
        {"HOME": str(folder), "LABKIT_CACHE": str(folder / "cache"), **environment}
    )


def tiny_tool(folder: Path, *names: str, release: Release | None = None) -> Tool:
    """A tool `tiny` at v1.2.3 with programs `names`, its pins in `folder`."""
    folder.mkdir(exist_ok=True)
    pins = f"module test\n\ngo 1.24.0\n\nrequire example.com/tiny {VERSION} // indirect\n"
    (folder / "go.mod").write_text(pins)
    (folder / "go.sum").write_text("example.com/tiny v1.2.3 h1:0\n")
    programs = {name: Program(f"example.com/tiny/cmd/{name}") for name in names or ("tiny",)}
    flags = "-X main.version={version}"
    return Tool("tiny", folder, "example.com/tiny", programs, flags, release)


def plain_release(base: str) -> Release:
    """As Kubernetes publishes: the program itself."""
    return Release(base + "/{version}/bin/linux/{architecture}/", "{program}", "{program}.sha256")


def with_compiler(run: RecordedProcesses, *, program: bytes = PROGRAM) -> None:
    """Let `go` list two packages, and write `program` for each package it is told to build."""

    def compile_all(call: Call) -> None:
        target = Path(call.command[call.command.index("-o") + 1])
        packages = [word for word in call.command if word.startswith("example.com/")]
        folder = target.is_dir() or call.command[call.command.index("-o") + 1].endswith("/")
        for package in packages:
            path = target / package.rpartition("/")[2] if folder else target
            path.write_bytes(program)

    run.answer("go", "version", output="go version go1.26.8 linux/amd64\n")
    run.answer("go", "list", output="fmt\nexample.com/tiny\n")
    run.answer("go", "build", errors="fmt\nexample.com/tiny\n", effect=compile_all)
