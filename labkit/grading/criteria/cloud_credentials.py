"""A consumer key that an attendee noted by its credential's number: is it valid, may it enough."""

from collections.abc import Mapping, Sequence
from typing import Any

from labkit.foundation.text import say
from labkit.grading.criteria.answers import number_in, quoted
from labkit.grading.criteria.cloud_rules import granted, not_granted
from labkit.grading.snapshot import Snapshot
from labkit.grading.verdict import Finding, not_started, not_yet, passed

Credential = Mapping[str, Any]

VALIDATED = "validated"
MOST_CALLS = 2  # that a message names; each is about 80 characters


def noted(snapshot: Snapshot, path: str, key: str) -> Credential | Finding:
    """The credential whose number is noted under `key`, of those read at `path`."""
    said = snapshot.answer(key)
    if said is None:
        return not_started(
            "key.none",
            seen=say("No number of a credential is noted."),
            next_step=say(
                "Ask for the key first: POST /auth/credential. Then note `{key}`.", key=key
            ),
        )
    number = number_in(said)
    for one in snapshot.cloud(path):
        if number is not None and str(one.get("credentialId")) == str(number):
            found: Credential = one
            return found
    return not_started(
        "key.unknown",
        seen=say("You noted {said}; the API knows no such credential.", said=quoted(said)),
        next_step=say("Note the number `credentialId`, not the key: GET /me/api/credential."),
    )


def is_valid(credential: Credential, *, application: str) -> Finding:
    """It belongs to the application, and a person has said yes to it."""
    number = credential["credentialId"]
    if str(credential.get("applicationId")) != application:
        return not_yet(
            "key.other_application",
            seen=say("Credential {number} is another application's.", number=number),
            expected=say("application {id}", id=application),
            next_step=say("Ask with the application key of your lab."),
        )
    status = str(credential.get("status"))
    if status != VALIDATED:
        return not_yet(
            "key.not_validated",
            seen=say("Credential {number} is {status}.", number=number, status=status),
            expected=VALIDATED,
            why=say("A new key can do nothing until a person has granted its rules."),
            next_step=say("Open the `validationUrl` of the answer that brought the key."),
        )
    return passed(say("Credential {number} is validated.", number=number))


def covers_all(credential: Credential, calls: Sequence[str]) -> Finding:
    """`calls` are such as "GET /cloud/project/x/kube"."""
    refused = not_granted(credential["rules"], calls)
    if not refused:
        return passed(say("Its rules cover all {count} kinds of calls.", count=len(calls)))
    return not_yet(
        "rules.too_narrow",
        seen=say("Not granted: {calls}", calls=_some(refused)),
        expected=say("{count} kinds of calls are granted.", count=len(calls)),
        why=say("A path with /* at its end does not include the path above it."),
        next_step=say("Ask for another key with the rule that is missing."),
    )


def covers_none(credential: Credential, calls: Sequence[str]) -> Finding:
    """To be asked once it is known to cover what it is for."""
    possible = granted(credential["rules"], calls)
    if not possible:
        return passed(say("It covers none of {count} other calls.", count=len(calls)))
    return not_yet(
        "rules.too_wide",
        seen=say("Also granted: {calls}", calls=_some(possible)),
        expected=say("Nothing is granted that the work does not need."),
        why=say("Whoever finds this key can do all that it can. A star takes slashes, too."),
        next_step=say("Ask for another key, with longer paths; rules cannot be changed."),
    )


def _some(calls: Sequence[str]) -> str:
    more = f" +{len(calls) - MOST_CALLS}" if len(calls) > MOST_CALLS else ""
    return ", ".join(quoted(call, longest=85) for call in calls[:MOST_CALLS]) + more
