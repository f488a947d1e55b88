"""What an observer saw: `hello observe` visits a target and prints a JSON line each time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from labkit.foundation.text import say
from labkit.grading.criteria.answers import quoted
from labkit.grading.criteria.objects import evidence
from labkit.grading.criteria.times import clock_time, last_change, moment
from labkit.grading.snapshot import Line, Object, Snapshot
from labkit.grading.verdict import Finding, cannot_check, not_yet, passed

YOUNGER_SECONDS = 15  # an observer's last line is, or it has fallen silent
FEWEST_VISITS = 20
LOOKUP = "lookup "  # how a failure of DNS begins, which is no visitor's loss …
NO_SUCH_NAME = "no such host"  # … unless the Service is not there


@dataclass(frozen=True, slots=True)
class Visits:
    """Lines of an observer in a window of time."""

    lines: Sequence[Line]
    since: datetime

    @property
    def count(self) -> int:
        return sum(self._within(line) for line in self.lines)

    @property
    def lost(self) -> list[Line]:
        return [line for line in self.lines if not line.facts.get("ok")]

    @property
    def lost_count(self) -> int:
        return sum(self._within(line) for line in self.lost)

    @property
    def versions(self) -> list[str]:
        """In the order in which visitors met them."""
        return [str(line.facts.get("version", "")) for line in self.lines if line.facts.get("ok")]

    def _within(self, line: Line) -> int:
        """How many of equal lines; where they began before the window, evenly spread."""
        begin, end = moment(line.time), moment(line.until)
        if begin >= self.since or begin == end:
            return line.times
        return max(1, round(line.times * (end - self.since) / (end - begin)))


def unfresh(snapshot: Snapshot, lines: Sequence[Line], judged: Sequence[Object]) -> Finding | None:
    """Why these lines do not speak of the judged objects as they are now; None when they do."""
    newest = moment(lines[-1].until) if lines else None
    if newest is None or moment(snapshot.taken_at) - newest > timedelta(seconds=YOUNGER_SECONDS):
        return _silent(newest, judged)
    changed = last_change(judged)
    if newest < changed + timedelta(seconds=1):  # objects note whole seconds
        return _settling(
            say(
                "The observer's last visit, at {time}, is older than the last change here.",
                time=clock_time(newest),
            ),
            judged,
        )
    return None


def last_version(lines: Sequence[Line]) -> str:
    """What the last visitor who was answered met."""
    met = [line for line in lines if line.facts.get("ok")]
    return str(met[-1].facts.get("version", "")) if met else ""


def visits_since(lines: Sequence[Line], since: datetime) -> Visits:
    """An observer has nothing to say of a target before it reached it for the first time."""
    reached = next((n for n, line in enumerate(lines) if line.facts.get("ok")), len(lines))
    kept = [
        line
        for line in lines[reached:]
        if moment(line.until) >= since and not _is_name_trouble(line)
    ]
    return Visits(kept, since)


def nobody_lost(
    snapshot: Snapshot,
    labels: str,
    since: datetime,
    *,
    judged: Sequence[Object],
    versions: tuple[str, str],
) -> Finding:
    """Since then every visit was answered, by the first version and in the end by the other."""
    lines = snapshot.log(labels, "obs")
    visits = visits_since(lines, since)
    stale = unfresh(snapshot, lines, judged)
    if stale and not visits.lost:
        return stale
    return said_of(visits, judged[:1], versions)


def said_of(visits: Visits, judged: Sequence[Object], versions: tuple[str, str]) -> Finding:
    """The same of fresh lines."""
    before, after = versions
    if visits.lost:
        return _lost(visits, judged, before, after)
    if visits.count < FEWEST_VISITS:
        seen = say("{count} visits since {time}.", count=visits.count, time=_since(visits))
        return _settling(seen, judged)
    if before not in visits.versions:
        return _never_before(visits, judged, before)
    if visits.versions[-1] != after:
        last = visits.versions[-1]
        return _settling(say("The last visitor met version {last}.", last=quoted(last)), judged)
    return passed(
        say(
            "{count} visits since {time}, all answered: by {before}, and then by {after}.",
            count=visits.count,
            time=_since(visits),
            before=before,
            after=after,
        ),
        evidence=evidence(*judged),
    )


def _is_name_trouble(line: Line) -> bool:
    problem = str(line.facts.get("problem", ""))
    return LOOKUP in problem and NO_SUCH_NAME not in problem


def _lost(visits: Visits, judged: Sequence[Object], before: str, after: str) -> Finding:
    first = visits.lost[0]
    reason = first.facts.get("problem") or say("status {n}", n=first.facts.get("status"))
    return not_yet(
        "observer.lost",
        seen=say(
            "{lost} of {count} visits since {since} were lost; the first at {time}: {reason}.",
            lost=visits.lost_count,
            count=visits.count,
            since=_since(visits),
            time=clock_time(max(moment(first.time), visits.since)),
            reason=quoted(str(reason), longest=90),
        ),
        expected=say("Every visit since then is answered."),
        why=say("A Service sends visitors to Pods that are Ready; who decides when they are?"),
        next_step=say(
            "Improve template or strategy, go back to {before}, then roll to {after} again.",
            before=before,
            after=after,
        ),
        evidence=evidence(*judged),
    )


def _never_before(visits: Visits, judged: Sequence[Object], before: str) -> Finding:
    return not_yet(
        "observer.no_before",
        seen=say(
            "None of the visits since {time} met version {before}; the first met {version}.",
            time=_since(visits),
            before=before,
            version=quoted(visits.versions[0]),
        ),
        expected=say("Visitors met {before} in that time, and then the new one.", before=before),
        why=say("The window opens 10 s before the oldest Pod that runs now was made."),
        next_step=say("Return to version {before}, wait 10 s, then roll again.", before=before),
        evidence=evidence(*judged),
    )


def _silent(newest: datetime | None, judged: Sequence[Object]) -> Finding:
    return cannot_check(
        "observer.silent",
        seen=say("The observer's last word is from {time}.", time=clock_time(newest))
        if newest
        else say("The observer has not said anything yet."),
        why=say("Without its words of the last 15 s nobody knows how visitors fare."),
        next_step=say("Check again in a moment. If it stays so, call your instructor."),
        evidence=evidence(*judged),
        settling=True,
    )


def _settling(seen: str, judged: Sequence[Object]) -> Finding:
    return not_yet(
        "observer.settling",
        seen=seen,
        expected=say("At least {n} visits, the newest after the last change.", n=FEWEST_VISITS),
        why=say("It is still settling."),
        next_step=say("Check again in a moment."),
        evidence=evidence(*judged),
        settling=True,
    )


def _since(visits: Visits) -> str:
    return clock_time(visits.since)
