from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from labkit.foundation.waiting import Clock
from labkit.grading.exercise import CloudRead, Exercise, LogRead, ObjectsRead, PagesRead
from labkit.grading.settling import Settling
from labkit.grading.sources import Place
from labkit.grading.verdict import Evidence, Finding, Result, Verdict, not_yet, passed
from labkit.kube.errors import ClusterUnreachable
from labkit.remote.web import Page
from tests.support.graded import SEED_NAME, SYSTEM, HeldReader, no_pages, sources_of

NS = "me-door"
PLACE = Place({"": NS}, SYSTEM, SEED_NAME)
OBJECTS = (ObjectsRead("Service", ("",)), ObjectsRead("Pod", ("",)))
PAGES = (*OBJECTS, PagesRead("web", "/info", 80, 4))


def deployment(available: int) -> dict[str, Any]:
    counts = dict.fromkeys(("replicas", "updatedReplicas", "readyReplicas"), 2)
    return {
        "kind": "Deployment",
        "metadata": {"name": "web", "namespace": NS, "generation": 1},
        "spec": {"replicas": 2, "selector": {"matchLabels": {"app": "web"}}},
        "status": {"observedGeneration": 1, "availableReplicas": available, **counts},
    }


def service(*addresses: str) -> dict[str, Any]:
    return {
        "kind": "Service",
        "metadata": {"name": "web", "namespace": NS},
        "spec": {"type": "LoadBalancer", "selector": {"app": "web"}, "ports": [{"port": 80}]},
        "status": {"loadBalancer": {"ingress": [{"ip": ip} for ip in addresses]}},
    }


def pod(name: str) -> dict[str, Any]:
    return {
        "kind": "Pod",
        "metadata": {"name": name, "namespace": NS, "labels": {"app": "web"}},
        "status": {"conditions": [{"type": "Ready", "status": "True"}]},
    }


def moving(*items: Evidence) -> Verdict:
    finding = not_yet("a.b", seen="1", expected="2", next_step="3", evidence=items, settling=True)
    return Verdict("door", "", (Result("one", "", 10, finding),))


def wait(
    reader: HeldReader,
    verdict: Verdict,
    get_pages: Any = no_pages,
    reads: tuple[Any, ...] = OBJECTS,
) -> float:
    """How long it took on the held clock, of 10 s."""
    exercise = Exercise("door", Path(), "00", "Door", 5, "Open.", (), (), reads)
    Settling(exercise, PLACE, sources_of(reader, get_pages)).wait(verdict, 10)
    return reader.clock.seconds


WEB = Evidence("Deployment", "web", NS)
DOOR = Evidence("Service", "web", NS)


def test_nothing_that_moves_takes_no_time() -> None:
    reader = HeldReader([deployment(2)])
    still: Finding = passed("Fine.", evidence=[WEB])
    assert wait(reader, Verdict("door", "", (Result("one", "", 10, still),))) == 0
    assert wait(reader, moving(WEB)) == 0
    assert wait(reader, moving()) == 0


def test_deployment_is_watched_until_it_is_rolled_out() -> None:
    reader = HeldReader([deployment(0)])
    changes = [deployment(1), deployment(2), deployment(2)]
    reader.planned["Deployment"] = [("MODIFIED", item) for item in changes]
    assert wait(reader, moving(WEB)) == 2
    assert reader.calls[0] == "watch Deployment metadata.name=web"


def test_old_pods_of_a_finished_rollout_are_watched_until_they_are_gone() -> None:
    old = pod("old")
    old["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    reader = HeldReader([deployment(0), old, pod("new")])
    reader.planned["Deployment"] = [("MODIFIED", deployment(2))]
    reader.planned["Pod"] = [("DELETED", old)]
    assert wait(reader, moving(WEB)) == 2
    assert reader.calls[-1] == "watch Pod metadata.name=old"


def test_deployment_that_never_gets_there_is_given_up_at_the_limit() -> None:
    assert wait(HeldReader([deployment(0)]), moving(WEB, WEB)) == 10


def test_service_is_watched_until_it_has_its_address() -> None:
    reader = HeldReader([service()])
    reader.planned["Service"] = [("MODIFIED", service("198.18.0.9"))]
    assert wait(reader, moving(DOOR)) == 1


def test_pod_that_ends_is_watched_until_it_is_gone() -> None:
    old = pod("old")
    old["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    reader = HeldReader([old])
    reader.planned["Pod"] = [("DELETED", old)]
    assert wait(reader, moving(Evidence("Pod", "old", NS))) == 1


def test_autoscaler_is_watched_until_it_looked_again() -> None:
    def looked(version: str) -> dict[str, Any]:
        metadata = {"name": "web", "namespace": NS, "resourceVersion": version}
        return {"kind": "HorizontalPodAutoscaler", "metadata": metadata}

    reader = HeldReader([looked("1")])
    changes = [("ADDED", looked("1")), ("MODIFIED", looked("2")), ("MODIFIED", looked("3"))]
    reader.planned["HorizontalPodAutoscaler"] = changes
    assert wait(reader, moving(Evidence("HorizontalPodAutoscaler", "web", NS))) == 2


def test_kind_that_nothing_is_known_of_is_not_waited_for() -> None:
    config = {"kind": "ConfigMap", "metadata": {"name": "web", "namespace": NS}}
    assert wait(HeldReader([config]), moving(Evidence("ConfigMap", "web", NS))) == 0


def test_object_that_is_gone_already_is_not_waited_for() -> None:
    assert wait(HeldReader(), moving(WEB)) == 0


def test_cluster_that_is_away_is_not_waited_for() -> None:
    reader = HeldReader([deployment(0)])
    reader.refused["Deployment"] = ClusterUnreachable("https://a", "refused")
    assert wait(reader, moving(WEB)) == 0


class Pages:
    """Answers with the next list of Pods each time; the last stays."""

    def __init__(self, *rounds: Sequence[str]) -> None:
        self.rounds = list(rounds)

    def __call__(self, urls: Sequence[str], _: Clock, *, host: str = "") -> list[Page]:
        pods = self.rounds.pop(0) if len(self.rounds) > 1 else self.rounds[0]
        return [
            Page(url, 200, f'{{"pod": "{pods[n % len(pods)]}"}}') if pods else Page(url)
            for n, url in enumerate(urls)
        ]


def test_page_is_asked_until_it_answers_from_every_side() -> None:
    reader = HeldReader([service("198.18.0.9"), pod("a"), pod("b")])
    seconds = wait(reader, moving(DOOR), Pages((), ("a",), ("a", "b")), PAGES)
    assert 0.3 < seconds < 0.5  # two pauses, then both Pods have answered


def test_page_is_asked_after_a_rollout_too() -> None:
    reader = HeldReader([deployment(2), service("198.18.0.9"), pod("a"), pod("b")])
    assert wait(reader, moving(WEB), Pages((), ("a", "b")), PAGES) == 0.2


def test_service_with_nobody_ready_is_not_visited() -> None:
    reader = HeldReader([service("198.18.0.9")])
    assert wait(reader, moving(DOOR), Pages(()), PAGES) == 0


def test_service_without_an_address_is_not_visited() -> None:
    reader = HeldReader([deployment(2), service(), pod("a")])
    assert wait(reader, moving(WEB), Pages(()), PAGES) == 0


def test_page_of_a_single_pod_is_asked_once() -> None:
    reader = HeldReader([service("198.18.0.9"), pod("a")])
    assert wait(reader, moving(DOOR), Pages(("a",)), PAGES) == 0


def test_page_whose_own_backend_is_not_reached_yet_is_asked_again() -> None:
    statuses = [502, 502, 200]

    def get_pages(urls: Sequence[str], _: Clock, *, host: str = "") -> list[Page]:
        status = statuses.pop(0) if len(statuses) > 1 else statuses[0]
        return [Page(url, status, "[]") for url in urls]

    reader = HeldReader([service("198.18.0.9"), pod("a"), pod("b")])
    assert wait(reader, moving(DOOR), get_pages, PAGES) == 0.4


def test_page_that_never_answers_is_given_up_at_the_limit() -> None:
    reader = HeldReader([service("198.18.0.9"), pod("a")])
    assert wait(reader, moving(DOOR), Pages(()), PAGES) >= 10


def test_observers_next_words_are_waited_for_after_the_objects() -> None:
    def said(*seconds: int) -> str:
        return "\n".join(f'{{"time": "2026-01-01T08:59:{s:02}Z"}}' for s in seconds)

    reader = HeldReader([{**pod("web-1"), "metadata": {**pod("web-1")["metadata"]}}])
    reader.logs = {"web-1": [said(1), said(1), said(1, 2), said(1, 2, 3), said(1, 2, 3, 4)]}
    reads = (*OBJECTS, LogRead("app=web"))
    waited = wait(reader, moving(Evidence("Pod", "web-1", NS)), reads=reads)
    assert 0 < waited < 3
    assert reader.logs["web-1"] == [said(1, 2, 3, 4)]


def test_observer_that_says_nothing_more_is_waited_for_until_the_limit() -> None:
    reader = HeldReader([pod("web-1")])
    reader.logs = {"web-1": ['{"time": "2026-01-01T08:59:01Z"}']}
    reads = (*OBJECTS, LogRead("app=web"))
    assert wait(reader, moving(Evidence("Pod", "web-1", NS)), reads=reads) >= 10


def front(*addresses: str) -> dict[str, Any]:
    return {
        "kind": "Ingress",
        "metadata": {"name": "front", "namespace": NS},
        "status": {"loadBalancer": {"ingress": [{"ip": ip} for ip in addresses]}},
    }


class Controller:
    """Knows nobody at first, and after a few looks the host."""

    def __init__(self, ignorant: int) -> None:
        self.ignorant = ignorant
        self.hosts: set[str] = set()

    def __call__(self, urls: Sequence[str], clock: Clock, *, host: str = "") -> list[Page]:
        self.hosts.add(host)
        self.ignorant -= 1
        return [Page(url, 404 if self.ignorant >= 0 else 200, "") for url in urls]


def wait_for_front(controller: Controller, *there: dict[str, Any]) -> float:
    reader = HeldReader(there)
    reads = (ObjectsRead("Ingress", ("",)), PagesRead("ingress", "/", 80, host="a.${ns}.example"))
    exercise = Exercise("door", Path(), "00", "Door", 5, "Open.", (), (), reads)
    sources = sources_of(reader, controller)
    Settling(exercise, PLACE, sources, {"ns": NS}).wait(moving(DOOR), 10)
    return reader.clock.seconds


def test_a_name_is_asked_for_until_the_controller_knows_it() -> None:
    controller = Controller(3)
    assert 0 < wait_for_front(controller, front("198.18.0.9")) < 1
    assert controller.hosts == {"a.me-door.example"}


def test_a_name_that_stays_unknown_is_given_up_at_the_limit() -> None:
    assert wait_for_front(Controller(10**6), front("198.18.0.9")) >= 10


def test_where_no_ingress_is_nobody_waits() -> None:
    assert wait_for_front(Controller(10**6)) == 0


class Upscaling:
    """A cloud whose pool is READY at the third look."""

    def __init__(self) -> None:
        self.looks = 0

    def read(self, _: str, __: str) -> list[dict[str, str]]:
        self.looks += 1
        return [{"name": "night", "status": "READY" if self.looks > 2 else "UPSCALING"}]

    def calls(self, _: str) -> list[dict[str, Any]]:
        return []

    def cluster(self, _: str, __: str) -> None:
        return None

    def secrets(self) -> set[str]:
        return set()


def test_what_the_cloud_is_working_on_is_waited_for() -> None:
    cloud, reader = Upscaling(), HeldReader()
    sources = replace(sources_of(reader), cloud=cloud)
    reads = (CloudRead("/kube/@night/nodepool"),)
    exercise = Exercise("door", Path(), "00", "Door", 5, "Open.", (), (), reads)
    Settling(exercise, PLACE, sources, {"project": "p"}).wait(moving(), 30)
    assert cloud.looks == 3
    assert reader.clock.monotonic() < 5
