"""A consumer key with few rights: it is valid, its rules are enough, and not more."""

from labkit.grading.criteria.cloud_credentials import covers_all, covers_none, is_valid, noted
from labkit.grading.snapshot import Snapshot
from labkit.grading.verdict import Finding

CREDENTIALS = "/me/api/credential/{each}"
KEY = "credential"
POOL = "kube/any-cluster/nodepool/any-pool"
NEEDED = (
    "GET kube",
    "GET kube/any-cluster",
    "GET kube/any-cluster/nodepool",
    f"GET {POOL}",
    f"PUT {POOL}",
)
FORBIDDEN = (
    "DELETE kube/any-cluster",
    f"DELETE {POOL}",
    "DELETE kube/any-cluster/node/any-node",
    "DELETE kube/any-cluster/ipRestrictions/10.0.0.0",
    "POST kube",
    "POST kube/any-cluster/kubeconfig",
    "POST kube/any-cluster/kubeconfig/reset",
    "POST kube/any-cluster/nodepool",
    "POST kube/any-cluster/reset",
    "POST kube/any-cluster/update",
    "PUT kube/any-cluster",
    "PUT kube/any-cluster/customization",
    "PUT kube/any-cluster/ipRestrictions",
    "PUT kube/any-cluster/updatePolicy",
)
OTHER_PROJECT = "another-project"


def key_valid(snapshot: Snapshot) -> Finding:
    found = noted(snapshot, CREDENTIALS, KEY)
    if isinstance(found, Finding):
        return found
    return is_valid(found, application=snapshot.drawn("application_id"))


def enough(snapshot: Snapshot) -> Finding:
    found = noted(snapshot, CREDENTIALS, KEY)
    if isinstance(found, Finding):
        return found
    return covers_all(found, _calls(NEEDED, snapshot.drawn("project")))


def not_more(snapshot: Snapshot) -> Finding:
    found = noted(snapshot, CREDENTIALS, KEY)
    first = enough(snapshot)
    if isinstance(found, Finding) or not first.holds:
        return first
    elsewhere = _calls(NEEDED, OTHER_PROJECT)
    return covers_none(found, [*_calls(FORBIDDEN, snapshot.drawn("project")), *elsewhere])


def _calls(calls: tuple[str, ...], project: str) -> list[str]:
    parts = (call.split(" ") for call in calls)
    return [f"{method} /cloud/project/{project}/{path}" for method, path in parts]
