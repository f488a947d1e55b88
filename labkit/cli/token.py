"""`labkit token`: the learner's credential of the moment, as kubectl asks for it.

kubectl runs this with every command, so the usual way through imports next to nothing.
"""

import json
import sys
from datetime import UTC
from typing import TYPE_CHECKING

from labkit.workshop.token_file import KeptToken, read_token, token_path

if TYPE_CHECKING:
    from labkit.foundation.settings import Settings

API_VERSION = "client.authentication.k8s.io/v1"


def token() -> None:
    """Print the learner's short-lived token as an ExecCredential, renewed when it ends soon.

    kubectl calls this by itself: the kubeconfig that `labkit start` writes names it.
    """
    from labkit.foundation.settings import read_settings

    sys.stdout.write(credential(read_settings()) + "\n")


def credential(settings: "Settings") -> str:
    """The ExecCredential of the learner."""
    kept = _current(settings)
    ends = kept.expires.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    status = {"expirationTimestamp": ends, "token": kept.token}
    return json.dumps({"apiVersion": API_VERSION, "kind": "ExecCredential", "status": status})


def _current(settings: "Settings") -> KeptToken:
    from labkit.foundation.waiting import SystemClock

    kept = read_token(token_path(settings.home, f"{settings.attendee}-learner"))
    if kept and kept.serves(SystemClock().now()):
        return kept
    from labkit.workshop.identities import kept_token
    from labkit.workshop.lab import open_lab
    from labkit.workshop.rights import Role

    return kept_token(open_lab(settings), Role.LEARNER)


def _main() -> int:
    from labkit.foundation.errors import LabError

    try:
        token()
    except LabError as problem:
        sys.stderr.write(f"{problem}\n")
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(_main())
