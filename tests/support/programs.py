"""Programs of our images, built and run on this machine."""

import os
import signal
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from labkit.foundation.process import Companion, SystemRunner, beside
from labkit.foundation.progress import Quiet
from labkit.foundation.settings import read_settings
from labkit.foundation.waiting import SystemClock
from labkit.toolchain.provide import provide
from labkit.toolchain.recipes import RECIPES, Built, read_recipe
from tests.support.waiting import eventually

run = SystemRunner()


def program(name: str) -> Path:
    origin = read_recipe(name, RECIPES).origin
    assert isinstance(origin, Built)
    settings, clock = read_settings(), SystemClock()
    found = provide(
        [name], settings=settings, run=run, progress=Quiet(), clock=clock, tools=[origin.tool]
    )
    return found[name]


@dataclass(frozen=True)
class Server:
    address: str
    companion: Companion
    folder: Path

    def get(self, path: str) -> httpx.Response:
        return httpx.get(self.address + path, timeout=10)

    def tell_to_end(self) -> None:
        os.kill(int((self.folder / "pid").read_text()), signal.SIGTERM)

    def log(self) -> str:
        return (self.folder / "log").read_text()


@contextmanager
def started(hello: Path, folder: Path, environment: Mapping[str, str]) -> Iterator[Server]:
    """A hello that may not listen yet."""
    folder.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = ["sh", "-c", 'echo $$ >"$0/pid"; exec "$1"', str(folder), str(hello)]
    surroundings = {"PORT": str(port), "DRAIN": "0", **environment}
    with beside(command, folder / "log", environment=surroundings) as companion:
        yield Server(f"http://127.0.0.1:{port}", companion, folder)


@contextmanager
def serving(hello: Path, folder: Path, **environment: str) -> Iterator[Server]:
    with started(hello, folder, environment) as server:
        eventually(lambda: "listens on" in server.log(), "hello listening")
        yield server
