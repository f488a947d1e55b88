"""TOML files of exercises, checked against a pydantic model; a fault names the file and field."""

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Discriminator, ValidationError

from labkit.foundation.text import say
from labkit.grading.errors import ExerciseInvalid


class StrictModel(BaseModel):
    """Refuses unknown fields and does not turn "3" into 3."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, populate_by_name=True)


Model = TypeVar("Model", bound=StrictModel)


def read_toml(path: Path, model: type[Model], fill: Callable[[str], str] = str) -> Model:
    """Raises ExerciseInvalid. `fill` is applied to every string before the model sees it."""
    try:
        return model.model_validate(_filled(tomllib.loads(path.read_text(encoding="utf-8")), fill))
    except OSError as problem:
        raise ExerciseInvalid(path, say("file"), problem.strerror or str(problem)) from problem
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise ExerciseInvalid(path, say("TOML"), str(problem)) from problem
    except ValidationError as problem:
        # A misspelt name is both unknown and missing; the former shows what was written.
        first = min(problem.errors(), key=lambda error: error["type"] != "extra_forbidden")
        raise ExerciseInvalid(path, _field(first["loc"]), _reason(first)) from problem


def one_of(*names: str) -> Discriminator:
    """Choose a model by the one of these keys that a table has."""

    def choose(table: Any) -> str | None:
        found = [name for name in names if isinstance(table, dict) and name in table]
        return found[0] if len(found) == 1 else None

    return Discriminator(
        choose,
        custom_error_type="one_of",
        custom_error_message=f"give exactly one of {', '.join(names)}",
    )


def _filled(value: Any, fill: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return fill(value)
    if isinstance(value, list):
        return [_filled(item, fill) for item in value]
    if isinstance(value, dict):
        return {key: _filled(item, fill) for key, item in value.items()}
    return value


def _field(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location) or say("the whole file")


def _reason(error: Mapping[str, Any]) -> str:
    reason = error["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ")
    value = error.get("input")
    if error["type"] == "extra_forbidden":
        return say("this field is not known")
    if isinstance(value, str | int | float | bool):
        return say("{reason}, and it is {value!r}", reason=reason, value=value)
    return str(reason)
