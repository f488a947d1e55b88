"""A LabError in a cell reads as what happened and what to do, and stops the cells below."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from labkit.foundation.errors import LabError

Given = ParamSpec("Given")
Outcome = TypeVar("Outcome")


def cell(work: Callable[Given, Outcome]) -> Callable[Given, Outcome]:
    @wraps(work)
    def called(*args: Given.args, **kwargs: Given.kwargs) -> Outcome:
        try:
            return work(*args, **kwargs)
        except LabError as problem:
            from labkit.widgets.errors import CellStopped

            raise CellStopped(problem) from None

    return called
