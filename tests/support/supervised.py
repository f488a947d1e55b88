"""What supervisor's own parser makes of a group's file."""

import shlex
from dataclasses import dataclass
from pathlib import Path

from supervisor.options import ServerOptions, UnhosedConfigParser

from labkit.cluster.plan import ProcessGroup
from labkit.cluster.supervisor_files import group_text


@dataclass(frozen=True, slots=True)
class Read:
    words: tuple[str, ...]
    """As supervisor will execute them."""
    environment: dict[str, str]
    at_once: bool


def read_back(group: ProcessGroup, adopted: dict[str, int] | None = None) -> dict[str, Read]:
    """By the name that supervisor gives to each program."""
    parser = UnhosedConfigParser()
    parser.read_string(group_text(group, Path("/usr/bin/python3"), adopted))
    (read,) = ServerOptions().process_groups_from_parser(parser)
    assert read.name == group.name
    return {
        each.name: Read(tuple(shlex.split(each.command)), each.environment, each.autostart)
        for each in read.process_configs
    }
