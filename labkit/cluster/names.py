"""Which names clusters and nodes may have."""

from labkit.foundation.errors import SettingInvalid
from labkit.foundation.text import say

NAME_LENGTH = 20
NODE_NAME_LENGTH = 63  # a DNS label, which the label kubernetes.io/hostname has to hold too
RESERVED = ("agent", "controllers", "registry", "private-registry")  # labkit's own processes
LETTERS = set("abcdefghijklmnopqrstuvwxyz0123456789-")


def checked_name(name: str, what: str) -> str:
    """A cluster's name: 1 to 20 of a-z, 0-9 and -, beginning with a letter."""
    if not (_fits(name, NAME_LENGTH) and name[0].isalpha()):
        form = say("1 to {most} of a-z, 0-9 and -, beginning with a letter", most=NAME_LENGTH)
        raise SettingInvalid(what, name, form)
    return _unreserved(name, what)


def checked_node_name(name: str, what: str = "--node-name") -> str:
    """A node's name: a DNS label, long enough for a pool's name and what tells its nodes apart."""
    if not _fits(name, NODE_NAME_LENGTH):
        form = say("1 to {most} of a-z, 0-9 and -, not beginning with -", most=NODE_NAME_LENGTH)
        raise SettingInvalid(what, name, form)
    return _unreserved(name, what)


def _fits(name: str, most: int) -> bool:
    return 0 < len(name) <= most and set(name) <= LETTERS and "-" not in (name[0], name[-1])


def _unreserved(name: str, what: str) -> str:
    if name in RESERVED:
        reserved = ", ".join(RESERVED)
        raise SettingInvalid(what, name, say("a name other than {reserved}", reserved=reserved))
    return name
