"""Which names clusters and nodes may have."""

from labkit.foundation.errors import SettingInvalid

NAME_LENGTH = 20
RESERVED = ("agent", "controllers", "registry", "private-registry")  # labkit's own processes
LETTERS = set("abcdefghijklmnopqrstuvwxyz0123456789-")


def checked_name(name: str, what: str) -> str:
    """A cluster's or node's name: 1 to 20 of a-z, 0-9 and -, beginning with a letter."""
    fits = 0 < len(name) <= NAME_LENGTH and set(name) <= LETTERS
    if not (fits and name[0].isalpha() and name[-1] != "-"):
        raise SettingInvalid(
            what, name, f"1 to {NAME_LENGTH} of a-z, 0-9 and -, beginning with a letter"
        )
    if name in RESERVED:
        raise SettingInvalid(what, name, f"a name other than {' and '.join(RESERVED)}")
    return name
