"""What can be wrong with an exercise as its author wrote it, or with what it finds.

ExerciseError
├── ExerciseUnknown            with the closest ids
├── ExerciseInvalid            file, field
├── NothingToDraw              no live object fits what the exercise draws
└── ReadFailed                 the snapshot could not hold this; becomes CANNOT_CHECK
"""

from collections.abc import Sequence
from pathlib import Path

from labkit.foundation.errors import LabError
from labkit.foundation.text import say


class ExerciseError(LabError):
    """Something about one exercise."""


class ExerciseUnknown(ExerciseError):
    is_wrong_input = True

    def __init__(self, exercise_id: str, closest: Sequence[str]) -> None:
        super().__init__(
            say("There is no exercise called {id!r}.", id=exercise_id),
            say("Did you mean one of these: {ids}?", ids=", ".join(closest))
            if closest
            else say("Run `labkit progress` to see all exercises."),
        )
        self.closest = tuple(closest)


class ExerciseInvalid(ExerciseError):
    """A file of an exercise breaks its format; `field` is where, such as criterion.0.weight."""

    def __init__(self, file: Path, field: str, problem: str) -> None:
        super().__init__(
            say("{file}: {field}: {problem}.", file=file, field=field, problem=problem),
            say("Correct the file; exercises/00-setup/leave-a-card is an example."),
        )
        self.file = file
        self.field = field


class NothingToDraw(ExerciseError):
    def __init__(self, name: str, kind: str, where: str) -> None:
        super().__init__(
            say(
                "The exercise draws {name} from {kind} objects, and none is {where}.",
                name=name,
                kind=kind,
                where=where or say("there"),
            ),
            say("Look at the cluster with `labkit status`, then start the exercise again."),
        )


class ReadFailed(ExerciseError):
    """The grader could not look: API down, forbidden, timed out, too much to read."""
