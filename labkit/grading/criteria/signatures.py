"""Signatures of calls to OVHcloud's API: right, or one of the slips that are known.

The recipe is that of OVHcloud's own clients: $1$ and SHA-1 over six pieces joined by a plus.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote, urlsplit

from labkit.foundation.text import say
from labkit.grading.criteria.answers import QUOTES, plain
from labkit.grading.criteria.noted import Slip, noted_right, noted_wrong, nothing_noted
from labkit.grading.snapshot import Snapshot
from labkit.grading.verdict import Finding, not_started, not_yet, passed

PREFIX = "$1$"
UNSIGNED = "/auth/time"
OK = range(200, 300)
REFUSALS = ("invalid signature", "invalid_signature", "badrequest", "badparameters")
"""Message, error code, class, and python-ovh's own class of what a wrong signature gets."""


@dataclass(frozen=True, slots=True)
class SignedCall:
    secret: str
    consumer: str
    method: str
    address: str
    body: str
    time: str


WrongCalls = tuple[str, Sequence[SignedCall], str]
"""Message id, what was signed in place of the call, and why that is a slip."""


def digest_of(call: SignedCall) -> str:
    """Without the prefix."""
    pieces = (call.secret, call.consumer, call.method, call.address, call.body, call.time)
    return hashlib.sha1("+".join(pieces).encode()).hexdigest()  # noqa: S324  the API's recipe


def judged_signature(snapshot: Snapshot, key: str, call: SignedCall) -> Finding:
    said = snapshot.answer(key)
    if said is None:
        look = say("Join the six pieces, digest them, and note it as `{key}`.", key=key)
        return nothing_noted("signature.none", key, look)
    given = said.strip(QUOTES + "\n").casefold()
    if given == PREFIX + digest_of(call):
        return noted_right(said)
    return noted_wrong(
        said,
        _slips(given, call),
        expected=say("{prefix} and 40 hexadecimal digits of this very call", prefix=PREFIX),
        next_step=say("Print the text that you digest, and compare it piece by piece."),
    )


def _slips(given: str, call: SignedCall) -> list[Slip]:
    bare = say("The digest is right; the version of the recipe is missing in front of it.")
    digest = given.removeprefix(PREFIX)
    return [
        ("signature.no_prefix", given == digest_of(call), bare),
        *(_slip(name, digest, calls, why) for name, calls, why in _address_slips(call)),
        *(_slip(name, digest, calls, why) for name, calls, why in _other_slips(call)),
        ("signature.wrong", True, say("A piece differs, or their order, or what joins them.")),
    ]


def _slip(name: str, digest: str, calls: Iterable[SignedCall], why: str) -> Slip:
    return name, digest in map(digest_of, calls), why


def _address_slips(call: SignedCall) -> list[WrongCalls]:
    place = urlsplit(call.address)
    path = call.address.removeprefix(f"{place.scheme}://{place.netloc}")
    decoded = say("The address was decoded before it was signed.")
    path_only = say("Only the path was signed; the whole address counts, from https on.")
    return [
        ("signature.decoded", [replace(call, address=unquote(call.address))], decoded),
        ("signature.path_only", [replace(call, address=path)], path_only),
    ]


def _other_slips(call: SignedCall) -> list[WrongCalls]:
    """The body is JSON; the usual ways to write it anew are known."""
    found = json.loads(call.body)
    bodies = [json.dumps(found, ensure_ascii=flag) for flag in (True, False)]
    bodies.append(json.dumps(found, separators=(",", ":")))
    anew = say("The body was written anew; the bytes that travel are signed.")
    method = say("The method is written in capital letters.")
    return [
        ("signature.method", [replace(call, method=call.method.lower())], method),
        ("signature.body", [replace(call, body=body) for body in bodies], anew),
        (
            "signature.no_body",
            [replace(call, body="")],
            say("The body is missing among the pieces."),
        ),
    ]


def refusal_known(snapshot: Snapshot, key: str) -> Finding:
    """The answer names what the API says to a signature that does not fit."""
    said = snapshot.answer(key)
    if said is None:
        look = say("Sign a call, change a byte of its body, send it; note the answer's message.")
        return nothing_noted("tampered.none", key, look)
    words = plain(said)
    if any(one in words or one in words.replace(" ", "") for one in REFUSALS):
        return noted_right(said)
    why = say("A call that is not granted has a good signature; this one has not.")
    return noted_wrong(
        said,
        [("tampered.other", True, why)],
        expected=say("the class or the message of the error for a signature that does not fit"),
        next_step=say("Read the body of the answer: it has `class` and `message`."),
    )


def accepted_call(calls: Iterable[Mapping[str, Any]], agent: str) -> Finding:
    """At least one signed call of this client was answered with success."""
    signed = [one for one in calls if not str(one["operation"]).endswith(UNSIGNED)]
    good = [one for one in signed if one["status"] in OK]
    if good:
        operation = good[0]["operation"]
        return passed(say("{agent} was answered: {operation}.", agent=agent, operation=operation))
    if not signed:
        return not_started(
            "calls.none",
            seen=say("The API has heard no signed call of {agent}.", agent=agent),
            next_step=say("Send the header `User-Agent: {agent}` with your call.", agent=agent),
        )
    statuses = ", ".join(sorted({str(one["status"]) for one in signed}))
    return not_yet(
        "calls.refused",
        seen=say("Every call of {agent} was refused: {statuses}.", agent=agent, statuses=statuses),
        expected=say("one answer with status 200"),
        next_step=say("Read the body of the answer: its `message` says what does not fit."),
    )
