"""From when on a new cluster takes Pods: its nodes may be Ready sooner."""

import contextlib

from labkit.foundation.text import say
from labkit.foundation.waiting import Clock, wait_until
from labkit.kube.errors import AlreadyExists, ObjectNotFound
from labkit.kube.writer import Writer

NAMESPACE_LIMIT_SECONDS = 30
FIRST_ACCOUNT = {
    "apiVersion": "v1",
    "kind": "ServiceAccount",
    "metadata": {"name": "default", "namespace": "default"},
}


def admit_pods(writer: Writer, clock: Clock) -> None:
    """Give namespace default its ServiceAccount, if the controller manager has not done so yet.

    The API server refuses a Pod whose ServiceAccount is not there (403), and one that names none
    is given "default": https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/
    The controller manager would make the same a second after the nodes are Ready, and keeps it.
    Raises TimedOut when the API server has not made the namespace.
    """
    wait_until(
        lambda: _has_account(writer),
        say("Namespace {name}", name="default"),
        limit_seconds=NAMESPACE_LIMIT_SECONDS,
        clock=clock,
        next_step=say("Run `labkit logs kube-apiserver`."),
    )


def _has_account(writer: Writer) -> bool:
    try:
        with contextlib.suppress(AlreadyExists):
            writer.create(FIRST_ACCOUNT)
    except ObjectNotFound:
        return False
    return True
