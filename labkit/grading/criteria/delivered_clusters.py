"""A cluster of the cloud as it was ordered, its pool, and what answers in it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from labkit.foundation.text import say
from labkit.grading.criteria.cloud_clusters import (
    Found,
    called,
    differing,
    not_as_ordered,
    not_ready,
)
from labkit.grading.criteria.managed import inside
from labkit.grading.criteria.objects import name_of
from labkit.grading.criteria.page_texts import page_says
from labkit.grading.criteria.workloads import deployment_called, settled
from labkit.grading.snapshot import Snapshot, list_key
from labkit.grading.verdict import Finding, not_started, not_yet, passed


def delivered(found: tuple[Found, ...], name: str, *, region: str) -> Finding:
    """Exactly one of the name, READY, in the region, and there is no later version to go to."""
    ours = called(found, name)
    if len(ours) == 1:
        others = differing(ours[0], {"region": region})
        later = ours[0].get("nextUpgradeVersions") or ()
        if later:
            version = ours[0].get("version")
            others.append(say("version {version} has successors", version=version))
        if others:
            return not_yet(
                "cloud.other_order",
                seen=say("Cluster {name}: {what}.", name=name, what=", ".join(others)),
                expected=say("region {region}, newest version", region=region),
                why=say("A region cannot be changed, and an upgrade goes one version a time."),
                next_step=say("Delete it and order anew, or upgrade it if only that is missing."),
            )
    return not_ready(found, name, "cluster") or passed(say("Cluster {name} is READY.", name=name))


def pool_delivered(found: tuple[Found, ...], name: str, wanted: Mapping[str, Any]) -> Finding:
    """READY with these fields; a pool is READY only when its nodes are there."""
    return not_as_ordered(found, name, wanted) or passed(say("Pool {name} is READY.", name=name))


def greets(snapshot: Snapshot, cluster: str, name: str, words: str) -> Finding:
    """In the cluster's namespace default: Deployment, and Service of the same name, say them."""
    view = inside(snapshot, cluster)
    found = deployment_called(view, name)
    if found is None:
        return not_started(
            "delivered.nothing_there",
            seen=say("In {cluster} there is no Deployment {name}.", cluster=cluster, name=name),
            next_step=say("Apply it with the kubeconfig of {cluster}.", cluster=cluster),
        )
    running = settled(view, found)
    if not running.holds:
        return running
    services = tuple(one for one in view.objects("Service") if name_of(one) == name)
    pages = {"service": snapshot.replies("service", cluster=cluster)}
    lists = {**view.lists, list_key("Service"): services}
    labels = found["spec"]["template"]["metadata"]["labels"]
    return page_says(replace(view, lists=lists, pages=pages), labels, words)
