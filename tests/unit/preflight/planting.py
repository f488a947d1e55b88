"""The healthy machine with one part of it changed."""

from collections.abc import Callable
from dataclasses import replace

from labkit.preflight.facts import Kind, Machine, Remnant
from labkit.preflight.finding import Level
from tests.unit.preflight.healthy import INSTALLED, MACHINE

Faults = dict[str, tuple[str, Level, Callable[[], Machine]]]
"""What is planted: the finding's id, its level, and the machine that has the fault."""


def system(**changed: object) -> Machine:
    return replace(MACHINE, platform=replace(MACHINE.platform, **changed))  # type: ignore[arg-type]


def rights(**changed: object) -> Machine:
    return replace(MACHINE, rights=replace(MACHINE.rights, **changed))  # type: ignore[arg-type]


def users(**changed: object) -> Machine:
    """Of somebody who has sudo."""
    return rights(is_root=False, **changed)


def without(*parts: str) -> Machine:
    programs = {name: path for name, path in INSTALLED.programs.items() if name not in parts}
    files = {name: path for name, path in INSTALLED.files.items() if name not in parts}
    modules = INSTALLED.modules - set(parts)
    installed = replace(INSTALLED, programs=programs, files=files, modules=modules)
    return replace(MACHINE, installed=installed)


def data(**changed: object) -> Machine:
    return replace(MACHINE, data=replace(MACHINE.data, **changed))  # type: ignore[arg-type]


def cache(**changed: object) -> Machine:
    return replace(MACHINE, cache=replace(MACHINE.cache, **changed))  # type: ignore[arg-type]


def limits(**changed: int) -> Machine:
    return replace(MACHINE, limits=replace(MACHINE.limits, **changed))


def cgroups(**changed: object) -> Machine:
    return replace(MACHINE, cgroups=replace(MACHINE.cgroups, **changed))  # type: ignore[arg-type]


def kernel(**changed: object) -> Machine:
    return replace(MACHINE, kernel=replace(MACHINE.kernel, **changed))  # type: ignore[arg-type]


def network(**changed: object) -> Machine:
    return replace(MACHINE, network=replace(MACHINE.network, **changed))  # type: ignore[arg-type]


def remnant(kind: Kind, what: str) -> Machine:
    return replace(MACHINE, remnants=(Remnant(kind, "ghost", what),))
