"""Order a cluster on a cloud that sends a bill: an offer, then somebody's word, then a call."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from labkit.foundation.errors import SettingInvalid
from labkit.foundation.text import say
from labkit.remote.cloud_paths import read_path, whole
from labkit.workshop.cloud_spending.errors import NotConfirmed, OverBudget
from labkit.workshop.cloud_spending.prices import price_of
from labkit.workshop.cloud_spending.tags import Tag, tag_of

LONGEST_HOURS = 24
MOST_NODES = 10
NAME = re.compile(r"[a-z][a-z0-9-]{0,29}")


class Orders(Protocol):
    """What of `labkit.remote.ovhcloud.Cloud` is needed."""

    def get(self, path: str) -> Any: ...

    def post(self, path: str, body: Mapping[str, Any]) -> Any: ...


@dataclass(frozen=True, slots=True)
class Order:
    name: str
    region: str
    flavor: str
    nodes: int
    hours: int
    budget_eur: float


@dataclass(frozen=True, slots=True)
class Offer:
    """What would be done, and what for. Nothing has happened yet."""

    tag: Tag
    path: str
    body: Mapping[str, Any]
    eur_per_hour: float
    eur_in_all: float


@dataclass(frozen=True, slots=True)
class Placed:
    id: str
    is_new: bool
    """Whether it was ordered now, or is an earlier one of this name that was found."""


def offer(order: Order, project: str, now: datetime) -> Offer:
    """Pure. Raises OverBudget, or SettingInvalid for what nobody should order by accident."""
    _check(order)
    per_hour = order.nodes * price_of(order.flavor)
    # The end is written in minutes, and each hour that has begun is paid.
    in_all = per_hour * (order.hours + 1)
    if in_all > order.budget_eur:
        raise OverBudget(in_all, order.budget_eur)
    tag = Tag(order.name, _whole_minute(now + timedelta(hours=order.hours)))
    pool = {
        "name": "default",
        "flavorName": order.flavor,
        "desiredNodes": order.nodes,
        "minNodes": order.nodes,
        "maxNodes": order.nodes,
        "autoscale": False,
        "monthlyBilled": False,
    }
    body = {"name": str(tag), "region": order.region, "plan": "free", "nodepool": pool}
    return Offer(tag, whole(project, "/kube"), body, per_hour, in_all)


def place(cloud: Orders, made: Offer, confirmed: str) -> Placed:
    """Order it, unless there is one of this name: that one is found rather than a second made.

    Raises NotConfirmed before any call, RemoteError.
    """
    if confirmed != made.tag.name:
        raise NotConfirmed(confirmed, made.tag.name)
    for one in read_path(cloud, "", made.path + "/{each}"):
        tag = tag_of(str(one["name"]))
        if tag and tag.name == made.tag.name and one["status"] != "DELETING":
            return Placed(str(one["id"]), is_new=False)
    return Placed(str(cloud.post(made.path, made.body)["id"]), is_new=True)


def _check(order: Order) -> None:
    if not NAME.fullmatch(order.name):
        raise SettingInvalid("name", order.name, say("small letters, digits and hyphens"))
    for key, value, most in (
        ("nodes", order.nodes, MOST_NODES),
        ("hours", order.hours, LONGEST_HOURS),
    ):
        if value not in range(1, most + 1):
            raise SettingInvalid(key, value, say("a number from 1 to {most}", most=most))
    if not (order.budget_eur > 0 and math.isfinite(order.budget_eur)):
        raise SettingInvalid("budget", order.budget_eur, say("an amount of EUR above 0"))


def _whole_minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)
