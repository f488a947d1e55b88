"""The functions that a notebook's cell calls: each does one thing and returns its view.

Imports wait until a function is called, so that a notebook's first cell is there at once.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from labkit.widgets.stopping import cell

if TYPE_CHECKING:
    from labkit.widgets.view import View
    from labkit.workshop.lab import Lab


@contextmanager
def _lab() -> "Iterator[Lab]":
    """The lab as the settings of this moment say, with progress below the cell."""
    from labkit.foundation.settings import read_settings
    from labkit.widgets.progress_line import progress_line
    from labkit.workshop.lab import open_lab

    with progress_line() as progress:
        yield open_lab(read_settings(), progress=progress)


@cell
def start(exercise: str) -> "View":
    """Set an exercise up: namespaces, objects, files; kubectl points there. Again: no change."""
    from labkit.widgets.exercise_views import started_view
    from labkit.workshop import starting

    with _lab() as lab:
        return started_view(starting.start(lab, exercise))


@cell
def check(exercise: str) -> "View":
    """Look at the cluster and say what is done, what is not yet, and what to look at next."""
    from labkit.widgets.verdict_card import verdict_view
    from labkit.workshop import checking

    with _lab() as lab:
        checked = checking.check(lab, exercise)
    return verdict_view(checked.exercise, checked.verdict)


@cell
def hint(exercise: str) -> "View":
    """One more hint; there are three."""
    from labkit.widgets.exercise_views import hint_view
    from labkit.workshop import working

    with _lab() as lab:
        return hint_view(working.hint(lab, exercise))


@cell
def answer(exercise: str, **answers: object) -> "View":
    """Note what you found: `answer("read-the-dials", usable_nodes=3)`."""
    from labkit.widgets.exercise_views import answered_view
    from labkit.workshop import working

    with _lab() as lab:
        return answered_view(working.answer(lab, exercise, answers))


@cell
def shake(exercise: str) -> "View":
    """Start the exercise's disturbance, where it has one; then see how your work stands it."""
    from labkit.widgets.exercise_views import shaken_view
    from labkit.workshop import working

    with _lab() as lab:
        return shaken_view(working.shake(lab, exercise))


@cell
def solution(exercise: str) -> "View":
    """Show one right way, and why it is one."""
    from labkit.widgets.exercise_views import solution_view
    from labkit.workshop import working

    with _lab() as lab:
        return solution_view(working.solution(lab, exercise))


@cell
def solve(exercise: str) -> "View":
    """Do what the solution says, as you would."""
    from labkit.widgets.exercise_views import solved_view
    from labkit.workshop import working

    with _lab() as lab:
        return solved_view(working.solve(lab, exercise))


@cell
def reset(exercise: str, *, set_aside: bool = False) -> "View":
    """Back to the untouched state; `set_aside=True` keeps files that you edited beside."""
    from labkit.widgets.exercise_views import started_view
    from labkit.workshop import starting

    with _lab() as lab:
        return started_view(starting.reset(lab, exercise, set_edits_aside=set_aside))


@cell
def work_on(exercise: str) -> None:
    """The exercise with buttons: start it, show its task, then check, hint, solution, reset."""
    from labkit.widgets.panel import Panel
    from labkit.workshop import starting

    with _lab() as lab:
        started = starting.start(lab, exercise)
    Panel(started).display()


@cell
def quiz(lesson: str) -> None:
    """The questions at the end of a lesson, with an answer to each answer."""
    from labkit.widgets.quiz_view import QuizPanel
    from labkit.workshop.quizzes import read_quiz

    QuizPanel(read_quiz(lesson)).display()


@cell
def watch_namespace(namespace: str = "", *, seconds: float = 600, hold: bool = False) -> None:
    """Show what runs in a namespace, and how it changes while you go on with other cells.

    Without a name it is the one that kubectl works in. `hold=True` keeps the cell busy until you
    press ■; else the picture stands still after `seconds`, or when another one is opened.
    """
    from labkit.kube.reader import Reader
    from labkit.widgets.live_view import follow
    from labkit.workshop.live import learner_access

    with _lab() as lab:
        access = learner_access(lab)
        # Closed when its watches have ended and nobody holds it any more.
        reader = Reader(access, run=lab.run, clock=lab.clock)
    follow(reader, namespace or access.namespace, seconds=seconds, hold=hold)


@cell
def second_cluster(name: str, *, nodes: int = 1) -> "View":
    """Start a cluster beside the lab's, with real nodes; `kubectl` in the page speaks to it."""
    from labkit.foundation.settings import change_environment
    from labkit.widgets.lesson_views import second_view
    from labkit.workshop.second_cluster import begin_second

    with _lab() as lab:
        kubeconfig = begin_second(lab, name, nodes=nodes)
    change_environment({"KUBECONFIG": str(kubeconfig.absolute())})
    return second_view(name)


@cell
def end_cluster(name: str) -> "View":
    """Remove a second cluster with all that is in it; `kubectl` speaks to the lab again."""
    from labkit.foundation.settings import change_environment
    from labkit.widgets.lesson_views import ended_view
    from labkit.workshop.names import learner_kubeconfig
    from labkit.workshop.second_cluster import end_second

    with _lab() as lab:
        change_environment({"KUBECONFIG": str(learner_kubeconfig(lab.settings).absolute())})
        end_second(lab, name)
    return ended_view(name)


@cell
def progress(lesson: str = "") -> "View":
    """Where you stand in the whole workshop, or in one lesson."""
    from labkit.foundation.settings import read_settings
    from labkit.widgets.exercise_views import overview_view
    from labkit.workshop.overview import overview

    return overview_view(overview(read_settings(), lesson=lesson))


@cell
def doctor() -> "View":
    """Is this machine ready, and the cluster on it? Each problem comes with its fix."""
    from labkit.foundation.settings import read_settings
    from labkit.preflight.report import doctor_report
    from labkit.widgets.doctor_view import doctor_view
    from labkit.workshop.lab import meant

    return doctor_view(doctor_report(meant(read_settings())))
