"""Wait for what is still moving, on a watch, so that the second look may be the last."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from http import HTTPStatus

from labkit.foundation.errors import LabError, TimedOut
from labkit.foundation.text import say
from labkit.foundation.waiting import wait_until
from labkit.grading.cloud_reading import CloudSeen, look_at_cloud
from labkit.grading.criteria.objects import evidence, name_of
from labkit.grading.criteria.services import is_outside, outside_addresses, pods_behind
from labkit.grading.criteria.workloads import leftover_pods, pods_of
from labkit.grading.exercise import CloudRead, Exercise, LogRead, ObjectsRead, PagesRead
from labkit.grading.logs import read_log
from labkit.grading.snapshot import Failed, Object, list_key
from labkit.grading.sources import Place, Sources
from labkit.grading.verdict import Evidence, Verdict
from labkit.grading.visiting import visit, visit_all
from labkit.kube.conditions import deployment_available, is_leaving, pod_ready

CLOUD_SECONDS = 1.0  # between two looks at its API
UNDER_WAY = frozenset(
    {"INSTALLING", "UPDATING", "REDEPLOYING", "RESETTING", "DELETING", "UPSCALING", "DOWNSCALING"}
)
POLL_SECONDS = 0.2  # of pages and logs, which offer no watch
NEW_WORDS = 2  # lines; the first may be of a visit that had begun before


@dataclass(frozen=True, slots=True)
class Settling:
    """One wait for everything that a verdict calls still settling."""

    exercise: Exercise
    place: Place
    sources: Sources
    values: Mapping[str, str] = field(default_factory=dict)
    """Of templates in reads."""

    def wait(self, verdict: Verdict, limit_seconds: float) -> None:
        """Returns at the limit too: the second look then says what it sees."""
        end = self.sources.clock.monotonic() + limit_seconds
        moving = _moving(verdict)
        for item in moving:
            if not self._left(end):
                return
            self._watch(item, end)
            if item.kind == "Deployment":
                self._watch_leaving(item, end)
        if moving:
            self._visit(end)
            self._visit_by_name(end)
            self._listen(end)
        self._await_cloud(end)

    def _await_cloud(self, end: float) -> None:
        """Its API offers no watch: until nothing that was read is under way any more."""
        if not any(isinstance(read, CloudRead) for read in self.exercise.reads):
            return
        with suppress(LabError):
            wait_until(
                lambda: not _under_way(look_at_cloud(self.exercise, self.values, self.sources)),
                say("the cloud"),
                limit_seconds=self._left(end),
                clock=self.sources.clock,
                pause_seconds=CLOUD_SECONDS,
            )

    def _left(self, end: float) -> float:
        return max(0.0, end - self.sources.clock.monotonic())

    def _watch(self, item: Evidence, end: float) -> None:
        reader = self.sources.reader
        try:
            first = reader.get(item.kind, item.name, namespace=item.namespace)
            settled = _settled(first)
            if settled(first):
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

    def _watch_leaving(self, item: Evidence, end: float) -> None:
        """A rollout is done before its old Pods are gone."""
        try:
            deployment = self.sources.reader.get(item.kind, item.name, namespace=item.namespace)
            leaving = leftover_pods(pods_of(deployment, self._pods(item.namespace)))
        except LabError:
            return
        for found in evidence(*leaving):
            self._watch(found, end)

    def _visit(self, end: float) -> None:
        """Rules of the network follow objects by up to a second; only visits show them."""
        pages = [read for read in self._pages() if read.kind == "Service"]
        alone = [replace(read, suffixes=(suffix,)) for read in pages for suffix in read.suffixes]
        for read in alone:
            for service in self._open_services(read.suffixes[0]):
                answers = partial(self._answers, read, service)
                self._wait_for_answer(answers, name_of(service), end)

    def _visit_by_name(self, end: float) -> None:
        """A controller takes an Ingress on a moment later; then each of its pages is there."""
        for read in self._pages():
            for suffix in read.suffixes if read.kind == "Ingress" else ():
                answers = partial(self._found_by_name, replace(read, suffixes=(suffix,)))
                self._wait_for_answer(answers, say("an Ingress"), end)

    def _found_by_name(self, read: PagesRead) -> bool:
        (suffix,) = read.suffixes
        namespace = self.place.namespaces[suffix]
        ingresses = tuple(self.sources.reader.list(read.kind, namespace=namespace))
        pages = visit_all(
            [read],
            {list_key(read.kind, suffix): ingresses},
            self.place,
            self.sources,
            values=self.values,
        )
        replies = pages[read.through]
        if isinstance(replies, Failed) or not ingresses:
            return not ingresses
        return bool(replies) and all(reply.status == HTTPStatus.OK for reply in replies)

    def _pages(self) -> list[PagesRead]:
        return [read for read in self.exercise.reads if isinstance(read, PagesRead)]

    def _listen(self, end: float) -> None:
        """An observer tells of what it saw before; news of now come with its next words."""
        for read in self.exercise.reads:
            if isinstance(read, LogRead):
                for suffix in read.suffixes:
                    self._wait_for_words(read, self.place.namespaces[suffix], end)

    def _wait_for_words(self, read: LogRead, namespace: str, end: float) -> None:
        newest: set[str] = set()

        def have_spoken() -> bool:
            newest.update(
                line.until for line in read_log(read, namespace, self.sources.reader)[-1:]
            )
            return len(newest) > NEW_WORDS

        with suppress(TimedOut, LabError):
            wait_until(
                have_spoken,
                say("an observer's next words"),
                limit_seconds=self._left(end),
                clock=self.sources.clock,
                pause_seconds=POLL_SECONDS,
            )

    def _open_services(self, suffix: str) -> Sequence[Object]:
        """Those with ready Pods behind; of others no visit is answered, however long one waits."""
        namespace = self.place.namespaces[suffix]
        try:
            pods = [pod for pod in self._pods(namespace) if pod_ready(pod)]
            services = self.sources.reader.list("Service", namespace=namespace)
        except LabError:
            return ()
        return [service for service in services if pods_behind(service, pods)]

    def _wait_for_answer(self, answers: Callable[[], bool], name: str, end: float) -> None:
        with suppress(TimedOut, LabError):
            wait_until(
                answers,
                say("an answer of Service {name}", name=name),
                limit_seconds=self._left(end),
                clock=self.sources.clock,
                pause_seconds=POLL_SECONDS,
            )

    def _answers(self, read: PagesRead, service: Object) -> bool:
        """Every visit is answered; by several Pods, where several are ready and say who they are.

        Bad Gateway is a page's word for "I was not answered": one of a chain waits for its network.
        """
        (suffix,) = read.suffixes
        lists: Mapping[str, tuple[Object, ...]] = {list_key("Service", suffix): (service,)}
        replies = visit(read, lists, self.place, self.sources)
        if isinstance(replies, Failed) or any(
            reply.status in (0, HTTPStatus.BAD_GATEWAY) for reply in replies
        ):
            return False
        pods = pods_behind(service, self._pods(self.place.namespaces[suffix]))
        ready = sum(pod_ready(pod) for pod in pods)
        answering = {reply.facts.get("pod") for reply in replies}
        return answering == {None} or len(answering) >= min(2, ready, len(replies))

    def _pods(self, namespace: str) -> Sequence[Object]:
        """Those that the exercise declared; none where the grader may not look."""
        declared = {
            self.place.namespaces[suffix]
            for read in self.exercise.reads
            if isinstance(read, ObjectsRead) and read.kind == "Pod"
            for suffix in read.suffixes
        }
        if namespace not in declared:
            return ()
        return self.sources.reader.list("Pod", namespace=namespace)


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
    """One that is being deleted keeps its address until the cloud took it back."""
    if is_leaving(service):
        return False
    return not is_outside(service) or bool(outside_addresses(service))


def _settled(first: Object) -> Callable[[Object], bool]:
    """What ends the wait for an object that looked like this; most kinds are not waited for."""
    if first["kind"] in MOVED_BY_A_CLOCK:
        version = first["metadata"]["resourceVersion"]
        return lambda now: bool(now["metadata"]["resourceVersion"] != version)
    return SETTLED.get(first["kind"], bool)


MOVED_BY_A_CLOCK = frozenset({"HorizontalPodAutoscaler"})
"""Their controllers look every few seconds: what they find next is what is waited for."""
SETTLED: Mapping[str, Callable[[Object], bool]] = {
    "Deployment": deployment_available,
    "Service": _has_its_address,
    "Pod": pod_ready,
}


def _under_way(seen: CloudSeen) -> bool:
    return any(
        isinstance(one, Mapping) and one.get("status") in UNDER_WAY
        for found in seen.api.values()
        if not isinstance(found, Failed)
        for one in found
    )
