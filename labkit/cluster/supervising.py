"""Groups of processes under one supervisor, also after it or they were killed."""

from collections.abc import Container
from dataclasses import replace

from labkit.cluster.plan import ProcessGroup
from labkit.cluster.processes import kill, outsiders, strays, survivors
from labkit.cluster.supervision import Supervisor
from labkit.foundation.waiting import Clock


def ensure_groups(supervisor: Supervisor, groups: list[ProcessGroup], clock: Clock) -> None:
    """Have every group supervised and started; the caller holds the supervisor's lock.

    What runs as it should is left alone; what outlived its supervisor is adopted; what was
    stopped on purpose is so no more.
    """
    for group in groups:
        supervisor.pause_only(group.name, ())
    if not supervisor.is_alive():
        supervisor.end_predecessor(clock)
        keep_survivors(supervisor, clock)
        for group in groups:
            _write(supervisor, group, clock)
        supervisor.launch(clock)
        return
    present = set(supervisor.group_names())
    for group in groups:
        _ensure_group(supervisor, group, present, clock)


def _ensure_group(
    supervisor: Supervisor, group: ProcessGroup, present: set[str], clock: Clock
) -> None:
    if group.name in present:
        if supervisor.read_group(group.name) == group:
            _start_stopped(supervisor, group)
            return
        remove_group(supervisor, group.name, clock)
    _write(supervisor, group, clock)
    supervisor.add_group(group.name)


def _write(supervisor: Supervisor, group: ProcessGroup, clock: Clock) -> None:
    """What outlived a supervisor is adopted if it runs as it should, else ended."""
    kill(strays(group) | outsiders(group), clock)
    supervisor.write_group(group, survivors(group))


def remove_group(supervisor: Supervisor, name: str, clock: Clock) -> None:
    """Stop a group's programs, adopted ones too, and forget it. None of that name is fine.

    The caller holds the supervisor's lock.
    """
    group = supervisor.read_group(name)
    supervisor.forget_group(name)
    supervisor.remove_group(name, clock)
    if group is not None:
        _end_adopted(group, clock)


def stop_process(supervisor: Supervisor, group: str, name: str, clock: Clock) -> None:
    """Stop one program, an adopted one too, until it is told to start."""
    supervisor.pause_only(group, supervisor.paused(group) | {name})
    supervisor.stop(group, name)
    known = supervisor.read_group(group)
    if known is not None:
        only = tuple(plan for plan in known.plans if plan.name == name)
        _end_adopted(replace(known, plans=only), clock)


def start_process(supervisor: Supervisor, group: str, name: str) -> None:
    """Start one program that was stopped on purpose; one that runs is left alone."""
    supervisor.pause_only(group, supervisor.paused(group) - {name})
    supervisor.start(group, name)


def _end_adopted(group: ProcessGroup, clock: Clock) -> None:
    """A stand-in that was ended in its first moments had not learnt to pass that on."""
    kill({*survivors(group).values(), *strays(group)}, clock)


def start_waiting(supervisor: Supervisor, group: ProcessGroup, names: Container[str]) -> None:
    """Those of the named processes that waited for us and do not run yet."""
    running = {
        state.name for state in supervisor.states() if state.group == group.name and state.running
    }
    for plan in group.plans:
        if plan.waits and plan.name in names and plan.name not in running:
            supervisor.start(group.name, plan.name)


def _start_stopped(supervisor: Supervisor, group: ProcessGroup) -> None:
    running = {
        state.name for state in supervisor.states() if state.running and state.group == group.name
    }
    for plan in group.plans:
        if not plan.waits and plan.name not in running:
            supervisor.start(group.name, plan.name)


def keep_survivors(supervisor: Supervisor, clock: Clock) -> None:
    """Before a new supervisor starts: groups that still run stay, to be adopted; others go."""
    for name in supervisor.groups_on_disk():
        group = supervisor.read_group(name)
        alive = survivors(group) if group else {}
        if group is None or not alive:
            supervisor.forget_group(name)
        else:
            _write(supervisor, group, clock)


def relaunch(supervisor: Supervisor, clock: Clock) -> None:
    """A new supervisor for all that the old one had, begun or running; the caller holds its lock.

    For a machine that went on meanwhile: after its restart, `ensure_groups` takes only what runs.
    """
    supervisor.end_predecessor(clock)
    groups = [supervisor.read_group(name) for name in supervisor.groups_on_disk()]
    known = [group for group in groups if group is not None]
    for group in known:
        _write(supervisor, group, clock)
    supervisor.launch(clock)
    for group in known:
        names = {plan.name for plan in group.plans} - supervisor.paused(group.name)
        start_waiting(supervisor, group, names)
