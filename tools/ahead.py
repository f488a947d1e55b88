"""Obtain what `make test` needs only later, beside its first stages: `python -m tools.ahead`.

With an empty cache the images of add-ons take minutes to build; stages that need none go on
meanwhile, and one that comes too early waits for the same lock.
"""

import os
import sys

from labkit.cluster.local.site import ADDON_IMAGES, ON_DEMAND
from labkit.foundation.errors import LabError
from labkit.foundation.process import SystemRunner
from labkit.foundation.settings import read_settings
from labkit.foundation.waiting import SystemClock
from labkit.toolchain.images import provide_images
from tools.shown import Lines

COURTESY = 15  # the tests beside it come first


def main() -> int:
    os.nice(COURTESY)
    settings, clock = read_settings(), SystemClock()
    progress = Lines(sys.stdout, settings.cache / "durations.json", clock)
    try:
        provide_images(
            (*ADDON_IMAGES, *ON_DEMAND),
            settings=settings,
            run=SystemRunner(),
            progress=progress,
            clock=clock,
        )
    except LabError as problem:
        sys.stderr.write(f"{problem.what_happened}\n→ {problem.next_step}\n{problem.evidence}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
