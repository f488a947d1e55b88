"""`--json` is offered wherever a command tells something that a program could want."""

from collections.abc import Iterator

import typer
from typer.core import TyperCommand, TyperGroup

from labkit.cli.main import app

FOR_PEOPLE_OR_OTHER_PROGRAMS = {"lab", "token"}
"""It serves pages until it is ended; it prints what kubectl asks for."""


def commands(group: TyperGroup, before: str = "") -> Iterator[tuple[str, TyperCommand]]:
    for name, one in group.commands.items():
        if isinstance(one, TyperGroup):
            yield from commands(one, f"{before}{name} ")
        elif isinstance(one, TyperCommand):
            yield before + name, one


def test_every_command_can_answer_a_program() -> None:
    whole = typer.main.get_command(app)
    assert isinstance(whole, TyperGroup)
    lacking = {
        name
        for name, one in commands(whole)
        if not any("--json" in parameter.opts for parameter in one.params)
    }
    assert lacking == FOR_PEOPLE_OR_OTHER_PROGRAMS
