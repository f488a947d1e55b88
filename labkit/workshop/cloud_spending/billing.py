"""What runs in a project, what it costs an hour and has cost so far, and when it ends."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from labkit.remote.cloud_paths import read_path
from labkit.workshop.cloud_spending.prices import EUR_PER_HOUR, UNKNOWN_EUR
from labkit.workshop.cloud_spending.tags import Tag, tag_of

SECONDS_PER_HOUR = 3600


class Reads(Protocol):
    def get(self, path: str) -> Any: ...


@dataclass(frozen=True, slots=True)
class BillLine:
    """One cluster. Figures are estimates in EUR."""

    id: str
    name: str
    status: str
    tag: Tag | None
    """None for what labkit did not order, and does not remove."""
    nodes: int
    eur_per_hour: float
    eur_so_far: float

    def is_overdue(self, now: datetime) -> bool:
        return self.tag is not None and self.tag.until <= now


def bill(cloud: Reads, project: str, now: datetime) -> tuple[BillLine, ...]:
    """Raises RemoteError."""
    return tuple(
        _line(one, read_path(cloud, project, f"/kube/{one['id']}/nodepool"), now)
        for one in read_path(cloud, project, "/kube/{each}")
    )


def _line(
    cluster: Mapping[str, Any], pools: Sequence[Mapping[str, Any]], now: datetime
) -> BillLine:
    prices = [
        (_nodes(pool) * EUR_PER_HOUR.get(str(pool["flavor"]), UNKNOWN_EUR), _hours(pool, now))
        for pool in pools
    ]
    return BillLine(
        id=str(cluster["id"]),
        name=str(cluster["name"]),
        status=str(cluster["status"]),
        tag=tag_of(str(cluster["name"])),
        nodes=sum(map(_nodes, pools)),
        eur_per_hour=sum(price for price, _ in prices),
        eur_so_far=sum(price * hours for price, hours in prices),
    )


def _nodes(pool: Mapping[str, Any]) -> int:
    """Those that are there, or are coming: what was ordered is paid."""
    return max(int(pool["desiredNodes"]), int(pool["currentNodes"]))


def _hours(pool: Mapping[str, Any], now: datetime) -> int:
    """Each hour that has begun."""
    begun = datetime.fromisoformat(str(pool["createdAt"]))
    return max(1, math.ceil((now - begun).total_seconds() / SECONDS_PER_HOUR))
