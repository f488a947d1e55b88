"""What process to run, described as a value; running it is `supervision`'s affair."""

from dataclasses import dataclass

DAY_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True)
class ProcessPlan:
    """One long-lived process. `name` is unique in its group, such as kube-apiserver."""

    name: str
    command: tuple[str, ...]
    environment: tuple[tuple[str, str], ...] = ()
    waits: bool = False
    """Not started with its group but by `supervising.start_waiting`, when somebody sees it can."""
    stop_seconds: int = 5
    """How long after SIGTERM before SIGKILL."""


@dataclass(frozen=True, slots=True)
class ProcessGroup:
    """Processes that are added and removed together: a control plane, or one node."""

    name: str
    plans: tuple[ProcessPlan, ...]
    log_folder: str
