"""`labkit cloud rent`, `bill` and `reap`: clusters of a cloud that sends a bill."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from labkit.cli.options import AsJson
from labkit.cli.output import print_json
from labkit.foundation.settings import read_settings
from labkit.foundation.text import say
from labkit.foundation.waiting import SystemClock

if TYPE_CHECKING:
    from labkit.remote.ovhcloud import Cloud
    from labkit.workshop.cloud_spending.billing import BillLine
    from labkit.workshop.cloud_spending.ordering import Offer, Placed
    from labkit.workshop.cloud_spending.reaping import Reaped

app = typer.Typer()
NOT_ALL_REMOVED = 3
RealProject = Annotated[
    str,
    typer.Option(
        "--real-project",
        help="OVHcloud itself, with the keys of ovh.conf or OVH_*: which project. "
        "Unless given: the lab's own cloud.",
    ),
]


@app.command("rent")
def rent(
    name: Annotated[str, typer.Argument(help="What to call it; its end is added.")],
    budget: Annotated[float, typer.Option(help="EUR that it may cost in all.")],
    hours: Annotated[int, typer.Option(help="After which it may be removed, 1 to 24.")],
    region: Annotated[str, typer.Option(help="Such as GRA7.")] = "GRA7",
    flavor: Annotated[str, typer.Option(help="Of its nodes, such as b2-7.")] = "b2-7",
    nodes: Annotated[int, typer.Option(help="How many, 1 to 10.")] = 1,
    confirm: Annotated[str, typer.Option(help="Its name once more: order it.")] = "",
    real_project: RealProject = "",
    json: AsJson = False,
) -> None:
    """Show what a cluster would be and cost. Order it only with --confirm NAME."""
    from labkit.workshop.cloud_spending.ordering import Order, offer, place

    cloud, project = _cloud(real_project)
    order = Order(name, region, flavor, nodes, hours, budget)
    made = offer(order, project, SystemClock().now())
    if not json:
        _show_offer(made)  # before the order, which may take a while
    placed = place(cloud, made, confirm) if confirm else None
    if json:
        print_json(_offer_as_json(made, placed))
    elif placed is None:
        print(say("Nothing was ordered. To order it: --confirm {name}", name=name))
    elif placed.is_new:
        print(say("Ordered: {id}. `labkit cloud bill` lists it.", id=placed.id))
    else:
        print(say("Nothing was ordered: {id} has this name already.", id=placed.id))


@app.command("bill")
def bill(real_project: RealProject = "", json: AsJson = False) -> None:
    """List clusters with what they cost an hour and have cost so far, as an estimate."""
    from labkit.workshop.cloud_spending.billing import bill as billed

    cloud, project = _cloud(real_project)
    lines = billed(cloud, project, SystemClock().now())
    if json:
        print_json({"clusters": [_as_json(line) for line in lines]})
        return
    _show_bill(lines)


@app.command("reap")
def reap(real_project: RealProject = "", json: AsJson = False) -> None:
    """Remove clusters that labkit ordered and whose time is over. Safe to run again, or by cron."""
    from labkit.workshop.cloud_spending.reaping import reap as reaped

    cloud, project = _cloud(real_project)
    show_reaped(reaped(cloud, project, SystemClock().now()), json=json)


def show_reaped(done: "Reaped", *, json: bool) -> None:
    """Exit code 3 where something that may cost could not be removed."""
    if json:
        print_json(asdict(done))
    else:
        for one in done.removed:
            print(say("Removing {name}.", name=one))
        for one in done.going:
            print(say("{name} is still going, and may still cost.", name=one))
        for each in done.failed:
            print(
                say(
                    "{name} was not removed, and may still cost: {why}",
                    name=each.name,
                    why=each.why,
                )
            )
        if not (done.removed or done.going or done.failed):
            print(say("Nothing of ours is past its time."))
    if done.failed:
        raise typer.Exit(NOT_ALL_REMOVED)


def _cloud(real_project: str) -> "tuple[Cloud, str]":
    if real_project:
        from labkit.remote.ovhcloud import open_real

        return open_real(), real_project
    from labkit.remote.cloud_keys import FILE_NAME, read_keys
    from labkit.remote.ovhcloud import open_cloud

    keys = read_keys(read_settings().home / "cloud" / FILE_NAME)
    return open_cloud(keys), keys.project


def _show_offer(made: "Offer") -> None:
    from labkit.workshop.cloud_spending.prices import SOURCE

    pool = made.body["nodepool"]
    print(
        say(
            "POST {path}: cluster {name} in {region}, {nodes} of {flavor}, to be removed after "
            "{until:%Y-%m-%d %H:%M} UTC.",
            path=made.path,
            name=made.body["name"],
            region=made.body["region"],
            nodes=pool["desiredNodes"],
            flavor=pool["flavorName"],
            until=made.tag.until,
        )
    )
    print(
        say(
            "About {hour:.3f} EUR an hour, {all:.2f} EUR in all if `labkit cloud reap` runs in "
            "time. An estimate, {source}, without tax, load balancers and volumes.",
            hour=made.eur_per_hour,
            all=made.eur_in_all,
            source=SOURCE,
        )
    )


def _show_bill(lines: "tuple[BillLine, ...]") -> None:
    from labkit.workshop.cloud_spending.prices import SOURCE

    now = SystemClock().now()
    for line in lines:
        end = f"{line.tag.until:%Y-%m-%d %H:%M} UTC" if line.tag else say("no end: not ours")
        if line.is_overdue(now):
            end = say("{end}, overdue: `labkit cloud reap`", end=end)
        print(
            f"{line.name:<44} {line.status:<10} {line.nodes:>3}  "
            f"{line.eur_per_hour:>7.3f} EUR/h {line.eur_so_far:>8.2f} EUR  {end}"
        )
    hour, so_far = sum(x.eur_per_hour for x in lines), sum(x.eur_so_far for x in lines)
    print(
        say(
            "{count} clusters, about {hour:.3f} EUR an hour, {so_far:.2f} EUR so far. An estimate "
            "({source}); of the lab's own cloud, what the real one would cost.",
            count=len(lines),
            hour=hour,
            so_far=so_far,
            source=SOURCE,
        )
    )


def _offer_as_json(made: "Offer", placed: "Placed | None") -> dict[str, object]:
    pool = made.body["nodepool"]
    return {
        "ordered": placed is not None and placed.is_new,
        "id": placed.id if placed else None,
        "name": made.body["name"],
        "region": made.body["region"],
        "flavor": pool["flavorName"],
        "nodes": pool["desiredNodes"],
        "until": made.tag.until.isoformat(),
        "eur_per_hour": round(made.eur_per_hour, 4),
        "eur_in_all": round(made.eur_in_all, 4),
    }


def _as_json(line: "BillLine") -> dict[str, object]:
    return {
        "id": line.id,
        "name": line.name,
        "status": line.status,
        "until": line.tag.until.isoformat() if line.tag else None,
        "nodes": line.nodes,
        "eur_per_hour": round(line.eur_per_hour, 4),
        "eur_so_far": round(line.eur_so_far, 4),
    }
