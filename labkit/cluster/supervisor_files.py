"""The text of supervisor's own files: its settings, and one file for each group of processes.

Pure. Its format has one line for a command and rules of quoting that differ between a command
and a variable; what it cannot say is refused here.
"""

import re
from collections.abc import Container
from dataclasses import replace
from pathlib import Path

from labkit.cluster.errors import ClusterError
from labkit.cluster.plan import ProcessGroup, ProcessPlan
from labkit.foundation.text import say

ADOPT = Path(__file__).parent / "adopt.py"
# Programs write their logs themselves: over the supervisor's pipe they would die of its death,
# at their next line.
LOGGED = ("sh", "-c", 'exec "$@" >>"$0" 2>&1')
UNWRITABLE = re.compile(r"[\n\r\0]")
UNWRITABLE_VALUE = re.compile(r"[\n\r\0\"]|\s[;#]|^'|'$")
MARK = "LABKIT_PROCESS"  # in the environment of everything we supervise; found again in /proc
SUPERVISOR = "supervisor"  # its own mark


def configuration(folder: Path) -> str:
    """The supervisor's own settings; groups are in files of their own under groups/."""
    return f"""\
[supervisord]
logfile = {folder / "supervisord.log"}
logfile_maxbytes = 1MB
logfile_backups = 1
pidfile = {folder / "supervisord.pid"}
directory = /
silent = true
strip_ansi = true

[unix_http_server]
file = {folder / "supervisor.sock"}
chmod = 0600

[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface

[include]
files = {folder / "groups"}/*.conf
"""


def group_text(
    group: ProcessGroup,
    python: Path,
    adopted: dict[str, int] | None = None,
    paused: Container[str] = (),
) -> str:
    """One group's file. `adopted` names processes of an earlier life that still run, by pid.

    Where some of a group runs already, the rest of it waits for nobody, but for the `paused`.
    """
    alive = adopted or {}
    programs = ",".join(_program_name(group, plan) for plan in group.plans)
    sections = [f"[group:{group.name}]\nprograms = {programs}\n"]
    sections += [
        _program_text(
            group,
            _adopting(plan, python, alive.get(plan.name)),
            at_once=plan.name not in paused and (bool(alive) or not plan.waits),
        )
        for plan in group.plans
    ]
    return "\n".join(sections)


def _program_name(group: ProcessGroup, plan: ProcessPlan) -> str:
    return f"{group.name}.{plan.name}"


def _adopting(plan: ProcessPlan, python: Path, alive: int | None) -> ProcessPlan:
    if alive is None:
        return plan
    adopt = (str(python), "-I", "-S", str(ADOPT), str(alive))
    return replace(plan, command=(*adopt, *plan.command))


def _program_text(group: ProcessGroup, plan: ProcessPlan, *, at_once: bool) -> str:
    environment = dict(plan.environment) | {MARK: f"{group.name}/{plan.name}"}
    pairs = ",".join(f"{key}={_quoted_value(key, value)}" for key, value in environment.items())
    log = Path(group.log_folder) / f"{plan.name}.log"
    return f"""\
[program:{_program_name(group, plan)}]
command = {_escaped(" ".join(_quoted(word) for word in (*LOGGED, str(log), *plan.command)))}
environment = {pairs}
autostart = {str(at_once).lower()}
autorestart = true
startsecs = 1
startretries = 1000000
stopwaitsecs = {plan.stop_seconds}
redirect_stderr = true
stdout_logfile = NONE
"""


def _escaped(text: str) -> str:
    return text.replace("%", "%%")  # supervisor expands %(name)s


def _quoted(word: str) -> str:
    """For the shell-like rules by which supervisor splits a command.

    A mark of a comment ends the line even within quotes, so each stands in quotes of its own.
    """
    _check_can_be_written("argument", word, UNWRITABLE)
    if word and not any(mark in word for mark in " \t\"'\\;#"):
        return word
    return "'" + re.sub(r"[';#]", r"""'"\g<0>"'""", word) + "'"


def _quoted_value(key: str, value: str) -> str:
    _check_can_be_written(key, value, UNWRITABLE_VALUE)
    return f'"{_escaped(value)}"'


def _check_can_be_written(name: str, text: str, unwritable: re.Pattern[str]) -> None:
    if unwritable.search(text):
        raise ClusterError(
            say("{name} {text!r} cannot be handed to the supervisor.", name=name, text=text),
            say("Use names and folders without quotes, line breaks, and ; or # after a space."),
        )
