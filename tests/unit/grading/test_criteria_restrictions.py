"""What criteria say of a cluster's ipRestrictions while it takes them over."""

from labkit.grading.criteria.cloud_restrictions import Door, all_in, answers_us, world_is_out
from labkit.grading.snapshot import Snapshot
from labkit.grading.verdict import State

DOOR = Door("knock", office="203.0.113.80/28", partner="198.51.100.7", server="198.18.5.1")
RIGHT = ("203.0.113.80/28", "198.51.100.7/32", "198.18.5.254/32")


def snapshot(*ips: str, status: str = "READY") -> Snapshot:
    return Snapshot(
        "who-may-knock",
        "2026-01-01T00:00:00Z",
        {"": "me"},
        lists={"Namespace in all of knock": ({"metadata": {"name": "default"}},)},
        api={
            "/kube/@knock": ({"name": "knock", "status": status},),
            "/kube/@knock/ipRestrictions": ips,
        },
    )


def test_office_partner_and_caller_are_all_that_is_wanted() -> None:
    seen = snapshot(*RIGHT)
    findings = [judge(seen, DOOR) for judge in (all_in, world_is_out, answers_us)]
    assert {one.state for one in findings} == {State.PASSED}


def test_a_cluster_that_takes_the_list_over_is_still_settling() -> None:
    finding = answers_us(snapshot(*RIGHT, status="REDEPLOYING"), DOOR)
    assert finding.message == "cloud.cluster_not_ready"
    assert finding.settling


def test_the_list_that_setup_left_is_not_started_and_any_other_not_yet() -> None:
    judges = (all_in, world_is_out, answers_us)
    untouched = snapshot("0.0.0.0/0", "198.51.100.7/32")
    assert {judge(untouched, DOOR).state for judge in judges} == {State.NOT_STARTED}
    begun = snapshot("0.0.0.0/0", "198.51.100.7/32", "203.0.113.80/28")
    assert {judge(begun, DOOR).state for judge in judges} == {State.NOT_YET}


def test_an_empty_list_is_told_apart_from_a_wrong_one() -> None:
    assert all_in(snapshot(), DOOR).message == "restrictions.empty"
    assert all_in(snapshot(*RIGHT[:2]), DOOR).message == "restrictions.no_caller"
    assert all_in(snapshot(*RIGHT, "0.0.0.0/0"), DOOR).message == "restrictions.strangers"
