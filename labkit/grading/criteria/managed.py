"""A namespace of a cluster of the cloud, looked at as if it were the exercise's own."""

from dataclasses import replace

from labkit.foundation.text import say
from labkit.grading.snapshot import Snapshot, list_key
from labkit.grading.verdict import LONGEST_SENTENCE, Finding

WHERE = " in "


def inside(snapshot: Snapshot, cluster: str, namespace: str = "default") -> Snapshot:
    """With what was declared of that namespace, and what is in no namespace there.

    Criteria that know nothing of clouds then judge what is there.
    """
    places = {f"{namespace} of {cluster}", f"all of {cluster}"}
    lists = {
        list_key(kind): found
        for kind, _, place, found in ((*k.partition(WHERE), f) for k, f in snapshot.lists.items())
        if place in places
    }
    return replace(snapshot, lists=lists)


def by_its_kubeconfig(finding: Finding, cluster: str) -> Finding:
    """A next step that has `kubectl` says with whose kubeconfig: the lab's own finds nothing there.

    Most of the sentences are those of criteria that know nothing of clouds.
    """
    whose = say("Use the kubeconfig of {cluster}.", cluster=cluster)
    step = f"{finding.next_step} {whose}"
    is_told = "kubectl" not in finding.next_step or whose in finding.next_step
    if is_told or len(step) > LONGEST_SENTENCE:
        return finding
    return replace(finding, next_step=step)
