"""The names that a notebook may import, one by one; a name is added when a lesson uses it."""

from labkit.widgets.cells import (
    answer,
    check,
    doctor,
    hint,
    progress,
    quiz,
    reset,
    shake,
    solution,
    solve,
    start,
    watch_namespace,
    work_on,
)
from labkit.widgets.lessons import (
    begin,
    external_address,
    finish,
    node_door,
    run_by_hand,
    visit,
)

__all__ = [
    "answer",
    "begin",
    "check",
    "doctor",
    "external_address",
    "finish",
    "hint",
    "node_door",
    "progress",
    "quiz",
    "reset",
    "run_by_hand",
    "shake",
    "solution",
    "solve",
    "start",
    "visit",
    "watch_namespace",
    "work_on",
]
