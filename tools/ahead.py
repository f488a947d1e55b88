"""Obtain what `make test` needs only later, beside its first stages: `python -m tools.ahead`.

With an empty cache these take minutes to build; stages that need none go on meanwhile, and one that
comes too early waits for the same lock.
"""

import os
import sys

from labkit.cluster.engine import ClusterConfig
from labkit.cluster.local.registry_files import REGISTRY
from labkit.cluster.local.site import ADDON_IMAGES, CLOUD_IMAGES, ON_DEMAND
from labkit.cluster.versions import VERSIONED, programs_for
from labkit.foundation.errors import LabError
from labkit.foundation.process import SystemRunner
from labkit.foundation.settings import read_settings
from labkit.foundation.waiting import SystemClock
from labkit.toolchain.images import provide_images
from labkit.toolchain.means import Means
from labkit.toolchain.programs import kubernetes_minors
from tools.shown import Lines

COURTESY = 15  # the tests beside it come first


def main() -> int:
    os.nice(COURTESY)
    settings, clock = read_settings(), SystemClock()
    progress = Lines(sys.stdout, settings.cache / "durations.json", clock)
    try:
        obtain(Means(settings, SystemRunner(), progress, clock))
    except LabError as problem:
        sys.stderr.write(f"{problem.what_happened}\n→ {problem.next_step}\n{problem.evidence}\n")
        return 1
    return 0


def obtain(means: Means) -> None:
    """In the order in which stages come to need it.

    A lesson's first cell may need the registry, whose build outlasts what nbval grants a cell; a
    mutant in the proof orders the Kubernetes before the newest.
    """
    _images(means, *ADDON_IMAGES, *CLOUD_IMAGES)
    programs_for(ClusterConfig(), [REGISTRY], means)
    _images(means, *ON_DEMAND)
    for minor in kubernetes_minors():
        programs_for(ClusterConfig(version=minor), VERSIONED, means)


def _images(means: Means, *names: str) -> None:
    provide_images(
        names, settings=means.settings, run=means.run, progress=means.progress, clock=means.clock
    )


if __name__ == "__main__":
    sys.exit(main())
