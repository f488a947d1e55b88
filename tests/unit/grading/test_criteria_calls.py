from typing import Any

import pytest

from labkit.grading.criteria.calls import Place, followed, host_of, is_number, meant_by
from labkit.grading.snapshot import Snapshot

HOME, NEXT = "me-home", "me-next"
NAMES = {
    "weather": Place("weather", HOME),
    "Weather": Place("weather", HOME),
    "weather.me-next": Place("weather", NEXT),
    "weather.me-next.svc": Place("weather", NEXT),
    "weather.me-next.svc.cluster.local": Place("weather", NEXT),
    "weather.me-next.svc.cluster.local.": Place("weather", NEXT),
    "weather.me-next.svc.fair.example": Place("weather", NEXT),
    "weather.": None,
    "weather.me-next.": None,
    "weather.me-next.svc.": None,
    "10-2-0-7.me-next.pod.cluster.local": None,
    "weather.example.org": None,
    "weather..me-next": None,
    "": None,
}


@pytest.mark.parametrize(("host", "place"), NAMES.items())
def test_name_means_what_the_clusters_dns_makes_of_it(host: str, place: Place | None) -> None:
    assert meant_by(host, HOME) == place


@pytest.mark.parametrize(
    ("address", "host"),
    {
        "http://weather.me-next:8200": "weather.me-next",
        " http://10.3.0.7:80/info": "10.3.0.7",
        "weather:8200": "",
        "http://[bad": "",
    }.items(),
)
def test_host_is_read_out_of_an_address(address: str, host: str) -> None:
    assert host_of(address) == host


def test_numbers_of_both_families_are_numbers() -> None:
    assert [is_number(host) for host in ("10.3.0.7", "fd00::7", "weather")] == [True, True, False]


def alias(name: str, target: str) -> dict[str, Any]:
    spec = {"type": "ExternalName", "externalName": target}
    return {"kind": "Service", "metadata": {"name": name}, "spec": spec}


def seen(*services: dict[str, Any]) -> Snapshot:
    lists = {"Service in ${ns}": services, "Service in ${ns_b}": ()}
    return Snapshot("call-next-door", "", {"": HOME, "b": NEXT}, lists=lists)


def test_alias_is_followed_and_a_circle_of_them_leads_nowhere() -> None:
    there = seen(
        alias("sky", "weather.me-next.svc.cluster.local"),
        alias("short", "weather.me-next"),
        alias("round", "again.me-home.svc.cluster.local"),
        alias("again", "round.me-home.svc.cluster.local"),
    )
    ends = [followed(there, Place(name, HOME)) for name in ("sky", "short", "round", "plain")]
    assert ends == [Place("weather", NEXT), None, None, Place("plain", HOME)]
