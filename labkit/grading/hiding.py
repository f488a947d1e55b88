"""Values of Secrets that are elsewhere too: hidden in all that a snapshot keeps.

A copy in a Pod's environment, its arguments, an annotation, a ConfigMap or a page is replaced by
the hash that the Secret itself is known by, so that a criterion can still tell that it is there.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Collection, Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any

from labkit.grading.seed import SeedRecord
from labkit.grading.snapshot import Failed, Line, Object, Reply, Snapshot

SHORTEST = 8  # characters; a shorter value may be any word, and is hidden in environments only
TELLING_NAME = re.compile(
    r"PASS(?:WORD|WD|PHRASE)?$|SECRET|TOKEN|API_?KEY|PRIVATE_?KEY|CREDENTIAL", re.IGNORECASE
)
NAMING = frozenset({"name", "namespace", "uid", "labels", "matchLabels", "selector"})
"""What objects are found by is left as it is."""


def fingerprint(value: bytes | str) -> str:
    content = value.encode() if isinstance(value, str) else value
    return f"sha256:{sha256(content).hexdigest()}"


def values_of(secret: Object) -> set[str]:
    """In plain text, and as base64."""
    encoded = [str(value) for value in (secret.get("data") or {}).values()]
    plain = [str(value) for value in (secret.get("stringData") or {}).values()]
    told = {text for value in encoded for text in (value, _decoded(value))}
    told |= {text for value in plain for text in (value, b64encode(value.encode()).decode())}
    return {text for text in told if text}


def without_secrets(snapshot: Snapshot, values: Collection[str]) -> Snapshot:
    """Drawn values stay: they are what criteria compare with."""
    if not values:
        return snapshot
    pages = {
        key: found if isinstance(found, Failed) else tuple(_reply(one, values) for one in found)
        for key, found in snapshot.pages.items()
    }
    logs = {
        key: found if isinstance(found, Failed) else tuple(_line(one, values) for one in found)
        for key, found in snapshot.logs.items()
    }
    seed = snapshot.seed
    if isinstance(seed, SeedRecord):
        seed = replace(seed, notes=without_values(seed.notes, values))
    return replace(
        snapshot,
        lists=without_values(snapshot.lists, values),
        answers=without_values(snapshot.answers, values),
        pages=pages,
        logs=logs,
        seed=seed,
    )


def _reply(reply: Reply, values: Collection[str]) -> Reply:
    text, facts = without_values(reply.text, values), without_values(reply.facts, values)
    return replace(reply, text=text, facts=facts)


def _line(line: Line, values: Collection[str]) -> Line:
    return replace(line, facts=without_values(line.facts, values))


def without_values(found: Any, values: Collection[str]) -> Any:
    """The same with each value hidden; longer ones first, because one may contain another."""
    long = sorted((v for v in values if len(v) >= SHORTEST), key=len, reverse=True)
    return _hidden(found, re.compile("|".join(map(re.escape, long))), set(values))


def without_telling_literals(variable: Mapping[str, Any]) -> dict[str, Any]:
    """One entry of `env`: what is called PASSWORD is hidden whether or not a Secret holds it."""
    is_telling = TELLING_NAME.search(str(variable.get("name", ""))) and variable.get("value")
    return {**variable, "value": fingerprint(variable["value"])} if is_telling else dict(variable)


def _hidden(found: Any, long: re.Pattern[str], all_: set[str]) -> Any:
    if isinstance(found, Mapping):
        if "value" in found and found["value"] in all_ and "name" in found:
            return {**found, "value": fingerprint(found["value"])}
        return {
            key: item if key in NAMING else _hidden(item, long, all_) for key, item in found.items()
        }
    if isinstance(found, list | tuple):
        return type(found)(_hidden(item, long, all_) for item in found)
    if isinstance(found, str) and long.pattern:
        return long.sub(lambda match: fingerprint(match[0]), found)
    return found


def _decoded(value: str) -> str:
    try:
        return b64decode(value).decode()
    except ValueError:
        return ""
