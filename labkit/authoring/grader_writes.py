"""Shows that a grader wrote nothing: its rights allow no write, and the audit log has none."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from labkit.authoring.judging import Judgement, judge
from labkit.foundation.text import say
from labkit.kube.exchange import Request
from labkit.kube.reader import Reader
from labkit.workshop.names import SYSTEM_NAMESPACE

Event = dict[str, Any]
READING = frozenset({"get", "list", "watch"})
RECEIVED = "requestReceivedTimestamp"  # RFC 3339 in UTC with microseconds, so that text sorts
NEEDED = frozenset({"user", "verb", "requestURI", RECEIVED})
ABOUT_ONESELF = frozenset({"authorization.k8s.io", "authentication.k8s.io"})
"""Everybody may ask what they may do; nothing is stored."""


def rights_to_write(reader: Reader, namespaces: Iterable[str]) -> tuple[str, ...]:
    """Verbs beyond reading that the reader's own identity holds, asked of the API server."""
    path = reader.kinds.find("SelfSubjectRulesReview").path()
    found = []
    for namespace in namespaces:
        review = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectRulesReview",
            "spec": {"namespace": namespace},
        }
        body = json.dumps(review).encode()
        status = reader.connection.ask(Request(path, "POST", body=body)).json()["status"]
        found += [f"{right} in {namespace}" for right in _beyond_reading(status)]
    return tuple(found)


def events_of(log: str, graders: Collection[str], since: str) -> list[Event]:
    """What these ServiceAccounts asked; lines before `since` are of an earlier proof."""
    users = {f"system:serviceaccount:{SYSTEM_NAMESPACE}:{name}" for name in graders}
    return [
        event
        for event in map(_event, log.splitlines())
        if event.keys() >= NEEDED
        and event["user"]["username"] in users
        and event[RECEIVED] >= since
    ]


def judge_audit(events: Iterable[Event], graders: Mapping[str, str]) -> Judgement:
    """`graders` are ServiceAccounts and which attempt each looked at."""
    reads, writes = 0, []
    for event in events:
        attempt = graders.get(event["user"]["username"].rpartition(":")[2])
        if attempt and event["verb"] in READING:
            reads += 1
        elif attempt and (event.get("objectRef") or {}).get("apiGroup") not in ABOUT_ONESELF:
            writes.append(f"{attempt}: {event['verb']} {event['requestURI']}")
    seen = "; ".join(writes) or say("{n} reads, no write", n=reads)
    expected = say("reads of graders in the audit log, and no write")
    # A log that shows none of the reads would show no write either.
    return judge(expected, seen, held=bool(reads) and not writes)


def _beyond_reading(status: dict[str, Any]) -> Iterator[str]:
    for rule in status["resourceRules"]:
        if set(rule.get("apiGroups") or ()) <= ABOUT_ONESELF:
            continue
        for verb in sorted(set(rule["verbs"]) - READING):
            yield f"{verb} {', '.join(rule.get('resources') or ())}"


def _event(line: str) -> Event:
    """{} where there is none: the first line of a tail may be cut."""
    try:
        event = json.loads(line)
    except ValueError:
        return {}
    return event if isinstance(event, dict) else {}
