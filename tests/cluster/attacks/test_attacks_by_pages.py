"""Pages that are somebody else's, or nobody's."""

import pytest

from labkit.foundation.waiting import SystemClock
from labkit.grading.verdict import State
from labkit.kube.writer import Writer
from labkit.workshop.lab import Lab
from labkit.workshop.leaving import leave
from tests.cluster.attacks.attacking import (
    DESK,
    Attacker,
    attacker,
    deployment,
    our_address,
    pod,
    service,
)
from tests.support.hostile import hostile

pytestmark = pytest.mark.cluster
SETTLED_SECONDS = 60.0  # two snapshots, and between them what an exercise lets settle


def test_page_of_somebody_elses_pods_is_no_pass(desk: Attacker, lab: Lab) -> None:
    """Two Pods of ours forward every visitor to a neighbour who did the work."""
    city = desk.drawn()["city"]
    other = attacker(lab, f"{desk.lab.attendee}-x", desk.home / "other", DESK)
    theirs = f"{other.attendee}-{DESK}"
    with Writer(lab.administrator()) as writer:
        writer.create(deployment("desk", {"VERSION": city}), namespace=theirs)
        made = writer.create(service("desk"), namespace=theirs)
    target = f"http://{made['spec']['clusterIP']}"
    with desk.writer() as writer:
        switches = {"MODE": "proxy", "TARGET": target, "VERSION": city}
        writer.create(deployment("desk", switches, 15001), namespace=desk.namespace)
        writer.create(service("desk", target=15001), namespace=desk.namespace)
    verdict = desk.mark().verdict
    leave(other)
    assert verdict.state is not State.PASSED
    assert "passed" not in verdict.results[2].finding.message


def test_hostile_page_is_no_pass_and_ends_in_time(desk: Attacker) -> None:
    """Pods of ours forward visitors to a server of ours, which is not the cluster's at all."""
    with hostile(our_address(desk.lab)) as (address, server):
        server.page = "redirect"
        with desk.writer() as writer:
            switches = {"MODE": "proxy", "TARGET": address}
            writer.create(deployment("desk", switches, 15001), namespace=desk.namespace)
            writer.create(service("desk", target=15001), namespace=desk.namespace)
        seen = {}
        for page in ("redirect", "brackets", "half_a_character", "bomb", "endless"):
            server.page = page
            clock = SystemClock()
            began = clock.monotonic()
            mark = desk.mark()
            assert clock.monotonic() - began < SETTLED_SECONDS
            assert mark.snapshot
            seen[page] = mark.verdict.results[2].finding
        assert not server.followed.is_set()
    assert {page: found.message for page, found in seen.items()} == {
        "redirect": "page.status",
        "brackets": "page.other_version",
        "half_a_character": "page.other_version",
        "bomb": "page.other_version",
        "endless": "page.other_version",
    }
    assert all(found.seen.isprintable() for found in seen.values())


def test_pods_and_names_without_the_work_behind_are_no_pass(desk: Attacker) -> None:
    """Pods named like a Deployment's, and a Service that is another name of somebody's."""
    with desk.writer() as writer:
        for name in ("desk-5d4f8c7b9-abcde", "desk-5d4f8c7b9-fghij"):
            writer.create(pod(name), namespace=desk.namespace)
        outside = service("desk") | {
            "spec": {
                "type": "ExternalName",
                "externalName": "kubernetes.default.svc",
                "ports": [{"port": 80}],
            }
        }
        writer.create(outside, namespace=desk.namespace)
    verdict = desk.mark().verdict
    assert verdict.points == 0
    assert verdict.final
