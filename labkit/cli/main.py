"""The command line: one module a noun; here, what all share: errors become exit codes."""

import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

import typer

from labkit.cli import (
    addon,
    author,
    build,
    cloud,
    cluster,
    component,
    doctor,
    env,
    exercise,
    grade,
    image,
    lab,
    node,
    registry,
    token,
)
from labkit.foundation.errors import LabError
from labkit.foundation.files import write_atomically
from labkit.foundation.settings import read_settings
from labkit.foundation.text import say, speak

NOT_YET = 1
WRONG_INPUT = 2
IN_THE_WAY = 3
BUG = 70
INTERRUPTED = 130

app = typer.Typer(
    name="labkit",
    help="A real Kubernetes in seconds, lessons on it, and exercises that are really checked.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)
for group, names in (
    ("The cluster", ("up", "down", "stop", "status", "logs")),
    ("Exercises", exercise.COMMANDS),
):
    module = cluster if group == "The cluster" else exercise
    for name in names:
        app.command(name, rich_help_panel=group)(getattr(module, name))
app.command("doctor", rich_help_panel="The cluster")(doctor.doctor)
app.command("env", rich_help_panel="The cluster")(env.env)
app.command("lab", rich_help_panel="The cluster")(lab.lab)
app.add_typer(node.app, name="node", rich_help_panel="The cluster")
app.add_typer(component.app, name="component", rich_help_panel="The cluster")
app.add_typer(addon.app, name="addon", rich_help_panel="The cluster")
app.add_typer(image.app, name="image", rich_help_panel="The cluster")
app.add_typer(registry.app, name="registry", rich_help_panel="The cluster")
app.add_typer(cloud.app, name="cloud", rich_help_panel="The cloud")
for name in author.COMMANDS:
    app.command(name, rich_help_panel="Authors")(getattr(author, name))
app.command("grade", rich_help_panel="Instructors")(grade.grade)
app.command("build", rich_help_panel="Authors")(build.build)
app.command("token", hidden=True)(token.token)


def main() -> None:
    """Ends the process with the exit code that ARCHITECTURE.md names for what happened."""
    _end_cleanly_when_told()
    sys.exit(run(app))


def _end_cleanly_when_told() -> None:
    """A kill, or a terminal that closes, is Ctrl-C: what was started for a while ends first."""
    for ending in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(ending) is not signal.SIG_IGN:  # nohup means it
            signal.signal(ending, signal.default_int_handler)


def run(program: Callable[[], object]) -> int:
    try:
        speak(read_settings().language)
        program()
    except LabError as problem:
        tell(problem)
        return WRONG_INPUT if problem.is_wrong_input else IN_THE_WAY
    except KeyboardInterrupt:
        return INTERRUPTED
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else BUG if end.code else 0
    except Exception as bug:  # noqa: BLE001  the top of the program: nobody above can tell it
        log = _keep_traceback(bug)
        print(say("This is a bug. Please report it, with {log}.", log=log), file=sys.stderr)
        return BUG
    return 0


def tell(problem: LabError) -> None:
    """What happened, what to do, and the program's own words where there are some."""
    print(problem.what_happened, file=sys.stderr)
    print(f"→ {problem.next_step}", file=sys.stderr)
    if problem.evidence:
        print(problem.evidence.rstrip(), file=sys.stderr)


def _keep_traceback(bug: Exception) -> Path:
    log = read_settings().cache / "logs" / "bug.log"
    write_atomically(log, "".join(traceback.format_exception(bug)))
    return log


if __name__ == "__main__":
    main()
