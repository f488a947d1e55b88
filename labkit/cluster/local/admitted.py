"""Whom the agent serves: users who have come through sudo, noted in a file of root's.

It is no group: whoever the agent serves can become root, and others may share a user's group.
"""

import json

from labkit.cluster.local.paths import MachinePaths
from labkit.foundation.files import write_atomically


def admit(machine: MachinePaths, user: int) -> None:
    """From now on, until the machine's last cluster goes; the caller holds the machine's lock."""
    if not is_admitted(machine, user):
        users = sorted({*_admitted(machine), user})
        write_atomically(machine.users, json.dumps(users) + "\n")  # for all to read: see root_side


def is_admitted(machine: MachinePaths, user: int) -> bool:
    return user == 0 or user in _admitted(machine)


def _admitted(machine: MachinePaths) -> list[int]:
    try:
        return [int(user) for user in json.loads(machine.users.read_text())]
    except FileNotFoundError:
        return []
