"""The lessons' program as plain processes on this machine, as somebody would run them by hand.

Nobody looks after them: one that ends stays away. All end with the lesson, and with the kernel that
started them. They get no variable of ours, because the program shows those that it has.
"""

import socket
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from labkit.foundation.process import Companion, beside
from labkit.foundation.text import say
from labkit.foundation.waiting import Clock
from labkit.preflight.packages import find_program
from labkit.toolchain.provide import provide
from labkit.toolchain.recipes import RECIPES, own_tool, read_recipe
from labkit.workshop.lab import Lab
from labkit.workshop.visiting import visit

HOST = "127.0.0.1"
PROGRAM = "hello"
START_SECONDS = 10
END_SECONDS = 5
LEASH = "setpriv"
"""Of util-linux: lets the kernel of the machine end a process whose parent has died."""


@dataclass(frozen=True, slots=True)
class Handmade:
    """One process that was started by hand."""

    name: str
    port: int
    companion: Companion = field(repr=False)

    @property
    def address(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def pid(self) -> int:
        return self.companion.pid

    def __repr__(self) -> str:
        facts = {"name": self.name, "pid": self.pid, "address": self.address}
        status = self.companion.status()
        if status is None:
            return say("{name} runs as process {pid} at {address}", **facts)
        if status < 0:
            return say(
                "{name}, process {pid}, was ended by signal {signal}", **facts, signal=-status
            )
        return say("{name}, process {pid}, has ended with status {status}", **facts, status=status)


class Hands:
    """All that was started by hand in this kernel, by name."""

    def __init__(self) -> None:
        self._stacks: dict[str, ExitStack] = {}
        self._made: dict[str, Handmade] = {}

    def start(
        self, name: str, program: Path, log: Path, *, clock: Clock, calls: str = ""
    ) -> Handmade:
        """Run it until `end`, at the port that the name had before; that one is ended first.

        `calls` is the address that it asks in its turn. Raises TimedOut if it does not answer.
        """
        port = self._made[name].port if name in self._made else _free_port()
        self.end(name)
        command = [*_leash(), "env", "-i", *_variables(name, port, calls), str(program)]
        stack = ExitStack()
        companion = stack.enter_context(
            beside(command, log, folder=Path("/"), end_seconds=END_SECONDS)
        )
        made = Handmade(name, port, companion)
        self._stacks[name], self._made[name] = stack, made
        visit(f"{made.address}/healthz", clock=clock, limit_seconds=START_SECONDS)
        return made

    def all(self) -> tuple[Handmade, ...]:
        return tuple(self._made.values())

    def end(self, *names: str) -> None:
        """Those named, or all of them."""
        for name in names or tuple(self._stacks):
            if name in self._stacks:
                self._stacks.pop(name).close()
                self._made.pop(name)


HANDS = Hands()


def _variables(name: str, port: int, calls: str) -> list[str]:
    """Nobody is led elsewhere when one ends, so it need not serve on for a while."""
    own = {"APP": name, "POD_NAME": f"{name}-by-hand", "PORT": str(port), "DRAIN": "0"}
    given = own | ({"BACKEND_URL": calls} if calls else {})
    return [f"{key}={value}" for key, value in given.items()]


def program_of(lab: Lab) -> Path:
    """The one that is in the image `hello`. Raises ToolchainError."""
    tool = own_tool(PROGRAM, RECIPES / PROGRAM, read_recipe(PROGRAM, RECIPES).tag)
    return provide(
        [PROGRAM],
        settings=lab.settings,
        run=lab.run,
        progress=lab.progress,
        clock=lab.clock,
        tools=[tool],
    )[PROGRAM]


def _leash() -> list[str]:
    found = find_program(LEASH)
    return [str(found), "--pdeathsig", "KILL"] if found else []


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
