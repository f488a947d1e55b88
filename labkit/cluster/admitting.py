"""From when on a new cluster takes Pods: its nodes may be Ready sooner."""

from pathlib import Path

from labkit.foundation.files import last_line
from labkit.foundation.text import say
from labkit.foundation.waiting import Clock, wait_until
from labkit.kube.errors import ObjectNotFound
from labkit.kube.reader import Reader

ACCOUNT_LIMIT_SECONDS = 90


def wait_until_pods_are_admitted(reader: Reader, logs: Path, clock: Clock) -> None:
    """Until namespace default has its ServiceAccount, which the controller manager makes.

    The API server refuses a Pod whose ServiceAccount is not there (403), and one that names none
    is given "default": https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/
    Raises TimedOut with the controller manager's last line; `logs` is the folder of its log.
    """
    wait_until(
        lambda: _has_account(reader),
        say("the controller manager"),
        limit_seconds=ACCOUNT_LIMIT_SECONDS,
        clock=clock,
        pause_seconds=0.05,
        last_seen=lambda: last_line(logs / "kube-controller-manager.log"),
        next_step=say("Run `labkit logs kube-controller-manager`."),
    )


def _has_account(reader: Reader) -> bool:
    try:
        reader.get("ServiceAccount", "default", namespace="default")
    except ObjectNotFound:
        return False
    return True
