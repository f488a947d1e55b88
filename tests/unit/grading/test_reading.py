from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from labkit.foundation.waiting import Clock
from labkit.grading.errors import ReadFailed
from labkit.grading.exercise import Exercise, ImageRead, ObjectsRead, PagesRead, VersionRead
from labkit.grading.reading import take_snapshot
from labkit.grading.seed import SeedRecord
from labkit.grading.snapshot import Failed
from labkit.grading.sources import Place
from labkit.kube.errors import ClusterUnreachable, Forbidden, NotAnswering
from labkit.kube.exchange import Answer
from labkit.kube.reader import Reader
from labkit.remote.errors import RegistryFailed
from labkit.remote.registry import TaggedImage
from labkit.remote.web import Page
from tests.support.graded import (
    SEED_NAME,
    SYSTEM,
    HeldImages,
    HeldReader,
    answers_object,
    seed_object,
    sources_of,
)

PLACE = Place({"": "me-door", "b": "me-door-b"}, SYSTEM, SEED_NAME)
READS = (
    ObjectsRead("ConfigMap", ("", "b")),
    ObjectsRead("Service", ("",)),
    ObjectsRead("Service", (), "kube-system", "k8s-app=kube-dns"),
    ObjectsRead("Node"),
    VersionRead(),
)
EXERCISE = Exercise(
    "door", Path(), "00-setup", "Door", 5, "Open.", (), (), READS, answers=("colour",)
)


def thing(kind: str, name: str, namespace: str = "", **more: Any) -> dict[str, Any]:
    where = {"namespace": namespace} if namespace else {}
    return {"kind": kind, "metadata": {"name": name, **where, **more.pop("metadata", {})}, **more}


def service(name: str, *addresses: str, port: int = 80) -> dict[str, Any]:
    given = [{"ip": ip} if "." in ip or ":" in ip else {"hostname": ip} for ip in addresses]
    spec = {"type": "LoadBalancer", "ports": [{"port": port}]}
    return thing("Service", name, "me-door", spec=spec, status={"loadBalancer": {"ingress": given}})


def whole_cluster() -> HeldReader:
    dns = {"metadata": {"labels": {"k8s-app": "kube-dns"}}}
    return HeldReader(
        [
            seed_object({"table": "7"}, {"card": {"metadata.uid": "u1"}}),
            answers_object("me-door", {"co-lour": "red"}),
            thing("ConfigMap", "z", "me-door"),
            thing("ConfigMap", "a", "me-door"),
            thing("ConfigMap", "theirs", "me-door-b"),
            thing("ConfigMap", "elsewhere", "another"),
            thing("Service", "dns", "kube-system", **dns),
            thing("Service", "metrics", "kube-system"),
            thing("Node", "n1"),
            thing("Secret", "s", "me-door"),
        ]
    )


def test_lists_hold_exactly_what_was_declared() -> None:
    snapshot = take_snapshot(EXERCISE, PLACE, sources_of(whole_cluster()))
    names = {
        key: [item["metadata"]["name"] for item in found]
        for key, found in snapshot.lists.items()
        if not isinstance(found, Failed)
    }
    assert names == {
        "ConfigMap in ${ns}": ["a", "lab-answers", "z"],
        "ConfigMap in ${ns_b}": ["theirs"],
        "Service in ${ns}": [],
        "Service in kube-system": ["dns"],
        "Node": ["n1"],
    }


def test_lists_are_found_by_kind_and_place() -> None:
    snapshot = take_snapshot(EXERCISE, PLACE, sources_of(whole_cluster()))
    assert len(snapshot.objects("ConfigMap")) == 3
    assert len(snapshot.objects("ConfigMap", "b")) == 1
    assert len(snapshot.objects("Service", namespace="kube-system")) == 1
    assert len(snapshot.objects("Node")) == 1


def test_snapshot_knows_version_seed_answers_and_moment() -> None:
    snapshot = take_snapshot(EXERCISE, PLACE, sources_of(whole_cluster()))
    assert snapshot.server_version() == "v1.34.4"
    assert snapshot.drawn("table") == "7"
    assert snapshot.noted("card", "metadata.uid") == "u1"
    assert snapshot.answer("co_lour") == "red"
    assert snapshot.answer("taste") is None
    assert snapshot.taken_at == "2026-01-01T09:00:00Z"
    assert snapshot.namespace == "me-door"


def test_what_was_not_declared_is_not_asked_for() -> None:
    reader = HeldReader()
    quiet = replace(EXERCISE, reads=(ObjectsRead("Node"),), answers=())
    snapshot = take_snapshot(quiet, PLACE, sources_of(reader))
    assert reader.calls == ["list Node everywhere"]
    assert snapshot.answer("colour") is None
    with pytest.raises(KeyError, match="version"):
        snapshot.server_version()
    with pytest.raises(KeyError, match="Pod"):
        snapshot.objects("Pod")


def test_read_that_fails_is_kept_with_its_reason_and_others_go_on() -> None:
    reader = HeldReader([thing("Node", "n1")])
    reader.refused["ConfigMap"] = Forbidden("List of ConfigMap", "may not list")
    reader.refused["version"] = ClusterUnreachable("https://a", "no answer within 10 s")
    snapshot = take_snapshot(EXERCISE, PLACE, sources_of(reader))
    assert len(snapshot.objects("Node")) == 1
    for look in (
        lambda: snapshot.objects("ConfigMap"),
        lambda: snapshot.answer("colour"),
        lambda: snapshot.drawn("table"),
    ):
        with pytest.raises(ReadFailed, match="may not list"):
            look()
    with pytest.raises(ReadFailed, match="no answer within 10 s"):
        snapshot.server_version()


def test_exercise_that_was_not_started_says_so() -> None:
    snapshot = take_snapshot(EXERCISE, PLACE, sources_of(HeldReader()))
    with pytest.raises(ReadFailed, match="labkit start door"):
        snapshot.drawn("table")


def test_spoilt_seed_record_is_a_failed_read() -> None:
    spoilt = thing("ConfigMap", SEED_NAME, SYSTEM, data={"seed.json": "{"})
    snapshot = take_snapshot(EXERCISE, PLACE, sources_of(HeldReader([spoilt])))
    with pytest.raises(ReadFailed, match="cannot be read"):
        snapshot.drawn("table")


def test_seed_record_survives_its_config_map() -> None:
    record = SeedRecord({"table": "7"}, {"card": {"data": {"a": "b"}}})
    assert SeedRecord.from_data(record.to_data()) == record


def test_more_than_a_thousand_objects_are_not_read() -> None:
    many = [thing("ConfigMap", f"c{n}", "me-door") for n in range(1001)]
    snapshot = take_snapshot(EXERCISE, PLACE, sources_of(HeldReader(many)))
    with pytest.raises(ReadFailed, match="more than 1000"):
        snapshot.objects("ConfigMap")


def test_every_address_of_every_service_is_visited() -> None:
    asked: list[str] = []

    def get_pages(urls: Sequence[str], _: Clock, *, host: str = "") -> list[Page]:
        asked.extend(urls)
        return [Page(url, 200, '{"pod": "p"}') for url in urls]

    reads = (*READS, PagesRead("web", "/info", 80, 2))
    services = [
        service("a", "198.18.0.9", "fd00::1"),
        service("b", "lb.example"),
        service("no-such-port", "198.18.0.7", port=8080),
        service("no-address"),
    ]
    sources = sources_of(HeldReader(services), get_pages)
    snapshot = take_snapshot(replace(EXERCISE, reads=reads), PLACE, sources)
    assert asked == [
        *["http://198.18.0.9:80/info"] * 2,
        *["http://[fd00::1]:80/info"] * 2,
        *["http://lb.example:80/info"] * 2,
    ]
    assert [reply.service for reply in snapshot.replies()] == ["a", "a", "a", "a", "b", "b"]
    assert snapshot.replies()[0].facts == {"pod": "p"}


def ingress(name: str, *addresses: str) -> dict[str, Any]:
    given = [{"ip": ip} for ip in addresses]
    return thing("Ingress", name, "me-door", status={"loadBalancer": {"ingress": given}})


INGRESS_READS = (
    ObjectsRead("Ingress", ("",)),
    PagesRead("ingress", "/", 80, host="${stand}.fair.example"),
    PagesRead("ingress", "/api", 80, host="${stand}.fair.example"),
)


def test_ingresses_are_asked_for_by_the_drawn_name_and_reads_add_up() -> None:
    asked: list[tuple[str, str]] = []

    def get_pages(urls: Sequence[str], _: Clock, *, host: str = "") -> list[Page]:
        asked.extend((url, host) for url in urls)
        return [Page(url, 200, "here") for url in urls]

    reader = HeldReader([seed_object({"stand": "blue"}), ingress("a", "198.18.0.9"), ingress("b")])
    exercise = replace(EXERCISE, reads=INGRESS_READS)
    snapshot = take_snapshot(exercise, PLACE, sources_of(reader, get_pages))
    assert asked == [
        ("http://198.18.0.9:80/", "blue.fair.example"),
        ("http://198.18.0.9:80/api", "blue.fair.example"),
    ]
    assert [(reply.service, reply.url) for reply in snapshot.replies("ingress")] == [
        ("a", "http://blue.fair.example/"),
        ("a", "http://blue.fair.example/api"),
    ]


def test_without_a_seed_record_neither_hosts_nor_repositories_have_a_name() -> None:
    exercise = replace(EXERCISE, reads=(*INGRESS_READS, ImageRead("${ns}/card")))
    snapshot = take_snapshot(exercise, PLACE, sources_of(HeldReader([])))
    for look in (lambda: snapshot.replies("ingress"), lambda: snapshot.tagged("${ns}/card")):
        with pytest.raises(ReadFailed, match="has not been started"):
            look()


def test_images_of_ones_own_repository_are_read_and_searched_for_drawn_words() -> None:
    card = TaggedImage("1.0", "sha256:a")
    images = HeldImages({"me-door/card": [card, TaggedImage("2.0", "sha256:b")]})
    reads = (ImageRead("${ns}/card", ("1.0", "3.0"), ("${word}", ".env")), ImageRead("theirs"))
    reader = HeldReader([seed_object({"word": "canary"})])
    sources = sources_of(reader, images=images)
    snapshot = take_snapshot(replace(EXERCISE, reads=reads), PLACE, sources)
    assert snapshot.tagged("${ns}/card") == (card,)
    assert snapshot.image("${ns}/card", "3.0") is None
    assert snapshot.tagged("theirs") == ()
    assert set(images.searched) == {("canary", ".env")}


def test_registry_that_fails_is_kept_with_its_reason() -> None:
    class Silent(HeldImages):
        def tags(self, repository: str) -> list[str]:
            raise RegistryFailed("https://r", repository, "connection refused")

    sources = sources_of(HeldReader([seed_object({})]), images=Silent())
    snapshot = take_snapshot(replace(EXERCISE, reads=(ImageRead("card"),)), PLACE, sources)
    with pytest.raises(ReadFailed, match="connection refused"):
        snapshot.tagged("card")


@pytest.mark.parametrize("text", ["[1]" * 1000, "[" * 100_000])
def test_page_that_is_no_json_has_no_facts(text: str) -> None:
    def get_pages(urls: Sequence[str], _: Clock, *, host: str = "") -> list[Page]:
        return [Page(url, 404, text) for url in urls]

    reads = (*READS, PagesRead("web", "/info", 80))
    sources = sources_of(HeldReader([service("a", "198.18.0.9")]), get_pages)
    reply = take_snapshot(replace(EXERCISE, reads=reads), PLACE, sources).replies()[0]
    assert (reply.status, reply.facts, len(reply.text)) == (404, {}, 2000)


def test_pages_through_the_proxy_keep_a_silent_service_as_an_answer() -> None:
    reads = (*READS, PagesRead("service", "/info", 80))
    reader = HeldReader([service("a"), service("b")])
    reader.answers = {"a": Answer(200, '{"pod": "p"}'), "b": NotAnswering("Service b", "refused")}
    snapshot = take_snapshot(replace(EXERCISE, reads=reads), PLACE, sources_of(reader))
    first, second = snapshot.replies("service")
    assert (first.status, first.facts) == (200, {"pod": "p"})
    assert (second.status, second.problem) == (0, "refused")


def test_proxy_that_is_forbidden_is_a_failed_read() -> None:
    reads = (*READS, PagesRead("service", "/info", 80))
    reader = HeldReader([service("a")])
    reader.refused["proxy"] = Forbidden("Service a", "may not")
    snapshot = take_snapshot(replace(EXERCISE, reads=reads), PLACE, sources_of(reader))
    with pytest.raises(ReadFailed, match="may not"):
        snapshot.replies("service")


def test_real_reader_is_what_a_snapshot_needs() -> None:
    # Not called: mypy compares the two.
    def whole(reader: Reader, held: HeldReader) -> None:
        sources_of(held)
        take_snapshot(EXERCISE, PLACE, replace(sources_of(held), reader=reader))

    assert callable(whole)
