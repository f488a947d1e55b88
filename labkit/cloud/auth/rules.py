"""Which calls an access rule grants. Pure.

A path is exact, or holds stars; a star stands for any run of characters, slashes included. So
`/x/*` does not cover `/x`, which is why the clients' "recursive" helpers ask for two rules.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Literal

from labkit.cloud.values import Value

Method = Literal["DELETE", "GET", "PATCH", "POST", "PUT"]


class AccessRule(Value):
    method: Method
    path: str


def grants(rules: Iterable[AccessRule], method: str, path: str) -> bool:
    return any(rule.method == method and _pattern(rule.path).fullmatch(path) for rule in rules)


@lru_cache(maxsize=4096)
def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in path.split("*")), re.DOTALL)
