"""The names that a notebook may import, one by one; a name is added when a lesson uses it."""

from labkit.widgets.cells import (
    answer,
    check,
    doctor,
    end_cluster,
    hint,
    progress,
    quiz,
    reset,
    second_cluster,
    shake,
    solution,
    solve,
    start,
    watch_namespace,
    work_on,
)
from labkit.widgets.lesson_cloud import cloud
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
    "cloud",
    "doctor",
    "end_cluster",
    "external_address",
    "finish",
    "hint",
    "node_door",
    "progress",
    "quiz",
    "reset",
    "run_by_hand",
    "second_cluster",
    "shake",
    "solution",
    "solve",
    "start",
    "visit",
    "watch_namespace",
    "work_on",
]
