"""Take an attendee off a cluster: what carries their label, their containers and cloud account."""

from labkit.kube.reader import Reader
from labkit.kube.writer import Writer
from labkit.workshop.at_once import at_once
from labkit.workshop.cloud_account import leave_cloud
from labkit.workshop.container_room import clear
from labkit.workshop.lab import Lab
from labkit.workshop.names import ATTENDEE_LABEL

CLUSTER_WIDE = ("ClusterRoleBinding", "ClusterRole", "Namespace")
ELSEWHERE = ("RoleBinding", "Role", "ConfigMap", "ServiceAccount")
"""Kinds of ours that stand in namespaces which stay, such as labkit-system."""


def leave(lab: Lab) -> None:
    """Returns before the namespaces are gone; whoever needs their names waits for that."""
    clear(lab.settings, lab.run, lab.clock)
    leave_cloud(lab)
    access = lab.administrator()
    labels = f"{ATTENDEE_LABEL}={lab.attendee}"
    with (
        Reader(access, run=lab.run, clock=lab.clock) as reader,
        Writer(access, run=lab.run, clock=lab.clock) as writer,
    ):
        for node in reader.list("Node", labels=labels):
            lab.engine().remove_node(node["metadata"]["name"], lab.progress)
        ours = {
            (kind, one["metadata"]["name"], one["metadata"].get("namespace"))
            for kind in (*CLUSTER_WIDE, *ELSEWHERE)
            for one in reader.list(kind, labels=labels)
        }
        going = {name for kind, name, _ in ours if kind == "Namespace"}
        wanted = [one for one in ours if one[2] not in going]
        at_once(lambda one: writer.delete(one[0], one[1], one[2]), sorted(wanted, key=str))


def present(reader: Reader) -> set[str]:
    """Names of the attendees of whom something is on the cluster and not already going."""
    return {
        metadata["labels"][ATTENDEE_LABEL]
        for kind in ("Node", *CLUSTER_WIDE, *ELSEWHERE)
        for metadata in (one["metadata"] for one in reader.list(kind, labels=ATTENDEE_LABEL))
        if "deletionTimestamp" not in metadata
    }
