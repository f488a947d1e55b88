"""The form of a mutant's expect.toml."""

from pathlib import Path

from pydantic import Field

from labkit.grading.attempts import Expect
from labkit.grading.errors import ExerciseInvalid
from labkit.grading.exercise import Exercise
from labkit.grading.toml_file import StrictModel, read_toml

FILE_NAME = "expect.toml"


class ExpectModel(StrictModel):
    fails: str
    message: str = Field(pattern=r"^[a-z]+\.[a-z_]+$")
    also: list[str] = Field(default=[])
    when: str = ""


def read_expect_file(folder: Path, exercise: Exercise) -> Expect:
    """Raises ExerciseInvalid, also for a criterion that the exercise does not have."""
    path = folder / FILE_NAME
    model = read_toml(path, ExpectModel)
    known = {criterion.id for criterion in exercise.criteria}
    for field, names in (("fails", [model.fails]), ("also", model.also)):
        unknown = [name for name in names if name not in known]
        if unknown:
            problem = f"{unknown[0]!r} is no criterion of {exercise.id}"
            raise ExerciseInvalid(path, field, problem)
    if model.fails in model.also:
        raise ExerciseInvalid(path, "also", f"{model.fails!r} is in `fails` already")
    return Expect(model.fails, model.message, tuple(model.also), model.when)
