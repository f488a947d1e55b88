"""Who may call a managed cluster's API server: office, partner and whoever works, nobody else."""

from labkit.grading.criteria.cloud_restrictions import Door, all_in, answers_us, world_is_out
from labkit.grading.snapshot import Snapshot
from labkit.grading.verdict import Finding

CLUSTER = "knock"


def _door(snapshot: Snapshot) -> Door:
    (endpoint,) = snapshot.noted("door", "endpoints")
    return Door(
        CLUSTER,
        office=f"203.0.113.{snapshot.drawn('office')}0/28",
        partner=f"198.51.100.{snapshot.drawn('partner')}",
        server=endpoint["addresses"][0],
    )


def list_exact(snapshot: Snapshot) -> Finding:
    return all_in(snapshot, _door(snapshot))


def world_out(snapshot: Snapshot) -> Finding:
    return world_is_out(snapshot, _door(snapshot))


def still_inside(snapshot: Snapshot) -> Finding:
    return answers_us(snapshot, _door(snapshot))
