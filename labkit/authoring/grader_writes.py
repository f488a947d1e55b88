"""Shows that a grader wrote nothing: its rights allow no write, and the audit log has none."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from labkit.kube.exchange import Request
from labkit.kube.reader import Reader

READING = frozenset({"get", "list", "watch"})
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


def writes_in(audit_log: str, users: frozenset[str]) -> tuple[str, ...]:
    """Requests of these users that were more than reading; each line of the log is one event."""
    return tuple(
        f"{event['user']['username']}: {event['verb']} {event['requestURI']}"
        for event in _events(audit_log, users)
        if event["verb"] not in READING
        and (event.get("objectRef") or {}).get("apiGroup") not in ABOUT_ONESELF
    )


def reads_in(audit_log: str, users: frozenset[str]) -> int:
    """How often they read; a log that shows none of it shows nothing else either."""
    return sum(event["verb"] in READING for event in _events(audit_log, users))


def _beyond_reading(status: dict[str, Any]) -> Iterator[str]:
    for rule in status["resourceRules"]:
        if set(rule.get("apiGroups") or ()) <= ABOUT_ONESELF:
            continue
        for verb in sorted(set(rule["verbs"]) - READING):
            yield f"{verb} {', '.join(rule.get('resources') or ())}"


def _events(audit_log: str, users: frozenset[str]) -> Iterator[dict[str, Any]]:
    for line in audit_log.splitlines():
        try:
            event = json.loads(line)
        except ValueError:  # the first line of a tail may be cut
            continue
        is_whole = isinstance(event, dict) and {"user", "verb", "requestURI"} <= set(event)
        if is_whole and event["user"]["username"] in users:
            yield event
