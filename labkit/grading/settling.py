"""Wait for what is still moving, on a watch, so that the second look may be the last."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from labkit.foundation.errors import LabError, TimedOut
from labkit.foundation.text import say
from labkit.foundation.waiting import wait_until
from labkit.grading.criteria.services import is_outside, outside_addresses, pods_behind
from labkit.grading.exercise import Exercise, ObjectsRead, PagesRead
from labkit.grading.snapshot import Failed, Object, list_key
from labkit.grading.sources import Place, Sources
from labkit.grading.verdict import Evidence, Verdict
from labkit.grading.visiting import visit
from labkit.kube.conditions import deployment_available, pod_ready

POLL_SECONDS = 0.2  # of a page, which offers no watch


@dataclass(frozen=True, slots=True)
class Settling:
    """One wait for everything that a verdict calls still settling."""

    exercise: Exercise
    place: Place
    sources: Sources

    def wait(self, verdict: Verdict, limit_seconds: float) -> None:
        """Returns at the limit too: the second look then says what it sees."""
        end = self.sources.clock.monotonic() + limit_seconds
        moving = _moving(verdict)
        for item in moving:
            self._watch(item, end)
        for item in moving:
            if item.kind == "Service":
                self._visit(item, end)

    def _left(self, end: float) -> float:
        return max(0.0, end - self.sources.clock.monotonic())

    def _watch(self, item: Evidence, end: float) -> None:
        settled = SETTLED.get(item.kind, _is_there)
        reader = self.sources.reader
        try:
            if settled(reader.get(item.kind, item.name, namespace=item.namespace)):
                return
            events = reader.watch(
                item.kind,
                namespace=item.namespace,
                fields=f"metadata.name={item.name}",
                seconds=self._left(end),
            )
            for event, found in events:
                if event == "DELETED" or settled(found):
                    return
        except LabError:
            return  # the second look meets the same trouble and says so

    def _visit(self, item: Evidence, end: float) -> None:
        """Rules of the network follow objects by up to a second; only visits show them."""
        for read in self.exercise.reads:
            if isinstance(read, PagesRead):
                try:
                    wait_until(
                        partial(self._answers, item, read),
                        say("an answer of Service {name}", name=item.name),
                        limit_seconds=self._left(end),
                        clock=self.sources.clock,
                        pause_seconds=POLL_SECONDS,
                    )
                except (TimedOut, LabError):
                    return

    def _answers(self, item: Evidence, read: PagesRead) -> bool:
        """Every visit is answered, and where several Pods are ready, by more than one."""
        suffix = next(s for s, name in self.place.namespaces.items() if name == item.namespace)
        service = self.sources.reader.get("Service", item.name, namespace=item.namespace)
        lists: Mapping[str, tuple[Object, ...]] = {list_key("Service", suffix): (service,)}
        replies = visit(replace(read, suffixes=(suffix,)), lists, self.place, self.sources)
        if isinstance(replies, Failed) or not all(reply.status for reply in replies):
            return False
        answering = {reply.facts.get("pod") for reply in replies}
        return len(answering) >= min(2, self._ready_pods(service, suffix), read.times)

    def _ready_pods(self, service: Object, suffix: str) -> int:
        declared = any(
            isinstance(read, ObjectsRead) and read.kind == "Pod" and suffix in read.suffixes
            for read in self.exercise.reads
        )
        if not declared:
            return 0
        pods = self.sources.reader.list("Pod", namespace=self.place.namespaces[suffix])
        return sum(pod_ready(pod) for pod in pods_behind(service, pods))


def _moving(verdict: Verdict) -> list[Evidence]:
    """In the order of the criteria, each once."""
    found = (
        item
        for result in verdict.results
        if result.finding.settling
        for item in result.finding.evidence
    )
    return list(dict.fromkeys(found))


def _has_its_address(service: Object) -> bool:
    return not is_outside(service) or bool(outside_addresses(service))


def _is_there(_: Object) -> bool:
    return True


SETTLED: Mapping[str, Callable[[Object], bool]] = {
    "Deployment": deployment_available,
    "Service": _has_its_address,
    "Pod": pod_ready,
}
