"""Values of Secrets that are elsewhere too: hidden in all that a snapshot keeps.

A copy in a Pod's environment, its arguments, an annotation, a ConfigMap or a page is replaced by
the hash that the Secret itself is known by, so that a criterion can still tell that it is there.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from functools import partial
from hashlib import sha256
from typing import Any, TypeVar

from labkit.grading.seed import SeedRecord
from labkit.grading.snapshot import Failed, Line, Object, Reply, Snapshot
from labkit.remote.registry import TaggedImage

One = TypeVar("One")

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
    seed = snapshot.seed
    if isinstance(seed, SeedRecord):
        seed = replace(seed, notes=without_values(seed.notes, values))
    return replace(
        snapshot,
        lists=without_values(snapshot.lists, values),
        answers=without_values(snapshot.answers, values),
        pages=_each(snapshot.pages, partial(_reply, values)),
        logs=_each(snapshot.logs, partial(_line, values)),
        images=_each(snapshot.images, partial(_image, values)),
        api=_each(snapshot.api, partial(_found, values)),
        seed=seed,
    )


def _each(
    lists: Mapping[str, tuple[One, ...] | Failed], change: Callable[[One], One]
) -> dict[str, tuple[One, ...] | Failed]:
    return {
        key: found if isinstance(found, Failed) else tuple(map(change, found))
        for key, found in lists.items()
    }


def _reply(values: Collection[str], reply: Reply) -> Reply:
    text, facts = without_values(reply.text, values), without_values(reply.facts, values)
    return replace(reply, text=text, facts=facts)


def _line(values: Collection[str], line: Line) -> Line:
    return replace(line, facts=without_values(line.facts, values))


def _found(values: Collection[str], found: Any) -> Any:
    return without_values(found, values)


def _image(values: Collection[str], image: TaggedImage) -> TaggedImage:
    return replace(image, config=without_values(image.config, values))


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
