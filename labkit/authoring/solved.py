"""A learner's notebook turned into one that solves itself, for recorded runs and tests.

Cells tagged `attendee` are where a learner works; a solved copy calls `solve` there. Cells tagged
`help` hold commented calls (hint, solution); a solved copy runs them, so that they are tested too.
"""

import re
from copy import deepcopy
from typing import Any

from labkit.foundation.text import say

ATTENDEE = "attendee"
HELP = "help"
COMMENTED_CALL = re.compile(r"^# (?=\w+\()", re.MULTILINE)


def solved(notebook: Any) -> Any:
    copy = deepcopy(notebook)
    for cell in copy.cells:
        tags = cell.metadata.get("tags", ())
        if ATTENDEE in tags:
            cell.source = _solving(cell.metadata["exercise"])
        elif HELP in tags:
            cell.source = COMMENTED_CALL.sub("", cell.source)
    return copy


def sources_differ(recorded: Any, notebook: Any) -> str:
    """Why a recorded run is not a run of this notebook; empty when it is."""
    wanted = solved(notebook).cells
    there = recorded.cells
    for number, (seen, expected) in enumerate(zip(there, wanted, strict=False), start=1):
        if seen.cell_type != expected.cell_type or seen.source != expected.source:
            return say("cell {number} differs from the notebook", number=number)
    if len(there) != len(wanted):
        return say("it has {seen} cells, the notebook {n}", seen=len(there), n=len(wanted))
    return ""


def _solving(exercise: str) -> str:
    return f'from labkit.notebook import solve\n\nsolve("{exercise}")'
