"""Which calls an access rule grants. Pure.

A path is exact, or holds stars; a star stands for any run of characters, slashes included. So
`/x/*` does not cover `/x`, which is why the clients' "recursive" helpers ask for two rules.
"""

from collections.abc import Iterable
from typing import Literal

from labkit.cloud.values import Value

Method = Literal["DELETE", "GET", "PATCH", "POST", "PUT"]


class AccessRule(Value):
    method: Method
    path: str


def grants(rules: Iterable[AccessRule], method: str, path: str) -> bool:
    return any(rule.method == method and _covers(rule.path, path) for rule in rules)


def may_everything(rules: Iterable[AccessRule]) -> bool:
    return {rule.method for rule in rules if rule.path == "/*"} >= {"DELETE", "GET", "POST", "PUT"}


def _covers(rule: str, path: str) -> bool:
    """Without a regular expression: many stars in one would take it for ever."""
    first, *others = rule.split("*")
    if not others:
        return rule == path
    *inner, last = others
    position = len(first)
    for part in inner:
        found = path.find(part, position)
        if found < 0:
            return False
        position = found + len(part)
    return path.startswith(first) and path.endswith(last) and position + len(last) <= len(path)
