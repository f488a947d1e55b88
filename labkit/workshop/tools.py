"""Where programs that steps and lessons run are found: the lab's kubectl before the machine's."""

from labkit.foundation.process import merged_environment
from labkit.toolchain.provide import provide
from labkit.workshop.lab import Lab


def tool_path(lab: Lab) -> str:
    """PATH with the folder of the kubectl that fits the cluster in front."""
    found = provide(
        ["kubectl"],
        settings=lab.settings,
        run=lab.run,
        progress=lab.progress,
        clock=lab.clock,
    )
    return f"{found['kubectl'].parent}:{merged_environment({}).get('PATH', '')}"
