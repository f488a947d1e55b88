"""What the rules of a consumer key grant, evaluated as the API does.

A path is exact or holds stars; a star stands for any run of characters, slashes included.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH")
Rule = Mapping[str, Any]


def grants(rules: Iterable[Rule], method: str, path: str) -> bool:
    return any(
        rule.get("method") == method and covers(str(rule.get("path", "")), path) for rule in rules
    )


def covers(pattern: str, path: str) -> bool:
    """Whether a rule's path fits a call's; /x/* does not cover /x."""
    return bool(re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), path, re.DOTALL))


def not_granted(rules: Iterable[Rule], calls: Iterable[str]) -> list[str]:
    """Of calls such as "GET /cloud/project/x/kube" those that the key may not make."""
    known = list(rules)
    return [call for call in calls if not grants(known, *_parts(call))]


def granted(rules: Iterable[Rule], calls: Iterable[str]) -> list[str]:
    """Of calls that must not be possible those that are."""
    known = list(rules)
    return [call for call in calls if grants(known, *_parts(call))]


def _parts(call: str) -> tuple[str, str]:
    method, _, path = call.partition(" ")
    return method, path
