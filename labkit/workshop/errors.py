"""What can stand in the way of working on an exercise.

WorkshopError
├── LabNotStarted              no cluster is recorded as the lab's
├── IdentityMissing            this cluster does not know the attendee yet
├── ExerciseNotStarted         asked for before `start` finished
├── WorkspaceChanged           reset would lose edits
├── NothingToShake             an exercise without a disturbance
├── SolutionNotHere            this copy of the workshop carries no solutions
├── AnswerUnknown              a value noted under a name that the exercise does not ask for
├── AnswerUnfilled             a value that is only the dots of the given cell
├── StepStopped                exercise, step of a steps.toml, cause
├── StepGaveNothing            a command of a step printed nothing of what was looked for
├── LeftoversRemain            reset waited, and something of the old attempt is still there
├── PodmanMissing              images are to be built, and nothing here builds them
├── CloudNotOffered            a capability of the lab's own cloud, which is not up or not real
├── CloudObjectFailed          path, status: it ended in an error while something else was awaited
├── StepNotRefused             a call of a step that should have been refused, and was not
├── PageNotUnderstood          a page asked for facts holds something else
└── DoorMissing                a Service that no node opens a port for
"""

from collections.abc import Iterable
from pathlib import Path

from labkit.foundation.errors import LabError
from labkit.foundation.text import say


class WorkshopError(LabError):
    """Something between the learner and an exercise."""


class LabNotStarted(WorkshopError):
    def __init__(self, path: Path) -> None:
        super().__init__(
            say("No lab is running: {path} names no cluster.", path=path),
            say("Run `labkit up`, then try again."),
        )


class PodmanMissing(WorkshopError):
    def __init__(self, command: str) -> None:
        super().__init__(
            say("This needs podman, which builds images and is not on this machine."), command
        )


class CloudNotOffered(WorkshopError):
    def __init__(self, capabilities: Iterable[str], next_step: str) -> None:
        names = ", ".join(capabilities)
        super().__init__(
            say("The lab's own cloud does not offer {name} now.", name=names), next_step
        )


class CloudObjectFailed(WorkshopError):
    def __init__(self, path: str, status: str, wanted: str) -> None:
        super().__init__(
            say(
                "{path} became {status} while {wanted} was awaited.",
                path=path,
                status=status,
                wanted=wanted,
            ),
            say("An error is an answer: waiting mends nothing. Look at the object and its order."),
        )


class StepNotRefused(WorkshopError):
    def __init__(self, call: str, status: int) -> None:
        super().__init__(
            say(
                "`{call}` was accepted; it should have been refused with {status}.",
                call=call,
                status=status,
            ),
            say("Correct `fails` in steps.toml, or the state before it."),
        )


class IdentityMissing(WorkshopError):
    def __init__(self, account: str) -> None:
        super().__init__(
            say("This cluster does not know {account} yet.", account=account),
            say("Run `labkit start` with an exercise; it makes the identities."),
        )


class ExerciseNotStarted(WorkshopError):
    def __init__(self, exercise_id: str) -> None:
        super().__init__(
            say("Exercise {id} has not been started here.", id=exercise_id),
            say("Run `labkit start {id}`.", id=exercise_id),
        )


class WorkspaceChanged(WorkshopError):
    def __init__(self, exercise_id: str, files: tuple[str, ...]) -> None:
        super().__init__(
            say("You changed {files}; a reset would replace it.", files=", ".join(files)),
            say(
                "Keep your files beside the fresh ones: `labkit reset {id} --set-aside`, or in a "
                'notebook `reset("{id}", set_aside=True)`.',
                id=exercise_id,
            ),
        )
        self.files = files


class SolutionNotHere(WorkshopError):
    def __init__(self, exercise_id: str) -> None:
        super().__init__(
            say("This copy of the workshop carries no solution of {id}.", id=exercise_id),
            say("Take the next hint, or ask your instructor."),
        )


class NothingToShake(WorkshopError):
    def __init__(self, exercise_id: str) -> None:
        super().__init__(
            say("Exercise {id} has no disturbance to start.", id=exercise_id),
            say("Its task says what to do; `labkit hint {id}` says a little more.", id=exercise_id),
        )


class AnswerUnknown(WorkshopError):
    is_wrong_input = True

    def __init__(self, exercise_id: str, name: str, expected: tuple[str, ...]) -> None:
        super().__init__(
            say("Exercise {id} does not ask for {name!r}.", id=exercise_id, name=name),
            say("It asks for: {names}.", names=", ".join(expected) or say("nothing")),
        )


class AnswerUnfilled(WorkshopError):
    is_wrong_input = True

    def __init__(self, names: Iterable[str]) -> None:
        super().__init__(
            say("Nothing is noted: only dots are given for {names}.", names=", ".join(names)),
            say("Put what you found in the place of the dots; leave out what is still open."),
        )


class StepStopped(WorkshopError):
    def __init__(self, exercise_id: str, step: str, cause: LabError) -> None:
        super().__init__(
            say(
                "Exercise {id} stopped at “{step}”: {cause}",
                id=exercise_id,
                step=step,
                cause=cause.what_happened,
            ),
            cause.next_step,
            cause.evidence,
        )
        self.step = step
        self.cause = cause


class StepGaveNothing(WorkshopError):
    def __init__(self, command: str, pattern: str, output: str) -> None:
        super().__init__(
            say(
                "`{command}` printed nothing that fits {pattern!r}.",
                command=command,
                pattern=pattern,
            ),
            say("Run it by hand; then correct `match` in steps.toml."),
            output,
        )


class LeftoversRemain(WorkshopError):
    def __init__(self, exercise_id: str, left: tuple[str, ...], limit_seconds: float) -> None:
        super().__init__(
            say(
                "After {seconds:g} s, {left} of exercise {id} is still being deleted.",
                seconds=limit_seconds,
                left=", ".join(left),
                id=exercise_id,
            ),
            say("Run `labkit reset {id}` again; it goes on where it stopped.", id=exercise_id),
        )
        self.left = left


class PageNotUnderstood(WorkshopError):
    def __init__(self, address: str, text: str) -> None:
        super().__init__(
            say("{address} answered with something that is not JSON.", address=address),
            say("Pages for programs have a path of their own, such as `/info`."),
            text,
        )


class DoorMissing(WorkshopError):
    def __init__(self, service: str) -> None:
        super().__init__(
            say("Nodes open no such port for Service {name}.", name=service),
            say("Look at PORT(S): `kubectl get service {name}`.", name=service),
        )
