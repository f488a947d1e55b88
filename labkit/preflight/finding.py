"""The doctor's words: a finding, how grave it is, and all findings of one look."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum


class Level(StrEnum):
    OK = "ok"
    NOTE = "note"
    """Good to know; the lab works."""
    WARNING = "warning"
    """Something of the lab will not work, or not for long."""
    BLOCKING = "blocking"
    """The lab cannot start, or the cluster cannot be used."""


@dataclass(frozen=True, slots=True)
class Finding:
    id: str
    """What was looked at, such as `disk-data`; the level says how it is."""
    level: Level
    seen: str
    """One sentence with the value seen."""
    fix: str = ""
    """One line, a command where there is one; empty when nothing is to be done."""


def fine(topic: str, seen: str) -> Finding:
    return Finding(topic, Level.OK, seen)


def note(topic: str, seen: str, fix: str) -> Finding:
    return Finding(topic, Level.NOTE, seen, fix)


def warning(topic: str, seen: str, fix: str) -> Finding:
    return Finding(topic, Level.WARNING, seen, fix)


def blocking(topic: str, seen: str, fix: str) -> Finding:
    return Finding(topic, Level.BLOCKING, seen, fix)


@dataclass(frozen=True, slots=True)
class Report:
    machine: tuple[Finding, ...]
    cluster: tuple[Finding, ...] = ()
    seconds: float = 0.0
    """How long the look took."""
    offers: tuple[str, ...] | None = None
    """Capabilities that a probe found; None without a probe."""

    def findings(self) -> tuple[Finding, ...]:
        return self.machine + self.cluster

    def blockers(self) -> tuple[Finding, ...]:
        return at_level(Level.BLOCKING, self.findings())

    def is_ready(self) -> bool:
        return not self.blockers()

    def as_json(self) -> dict[str, object]:
        offers = {} if self.offers is None else {"offers": list(self.offers)}
        return {
            **offers,
            "ready": self.is_ready(),
            "machine": [asdict(finding) for finding in self.machine],
            "cluster": [asdict(finding) for finding in self.cluster],
            "seconds": round(self.seconds, 3),
        }


def at_level(level: Level, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(finding for finding in findings if finding.level is level)
