"""What an attendee read in an audit log: who did it, by which program; and the damage mended."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from labkit.foundation.text import say
from labkit.grading.criteria.answers import plain
from labkit.grading.criteria.noted import noted_right, noted_wrong, nothing_noted
from labkit.grading.criteria.objects import evidence, name_of
from labkit.grading.snapshot import Snapshot
from labkit.grading.verdict import Finding, not_started, not_yet, passed

ACCOUNT = re.compile(r"^(?:system:serviceaccount:[^:]*:|serviceaccounts?/|sa/|default/)")


@dataclass(frozen=True, slots=True)
class Others:
    """Accounts that the log shows, too, and that did not do it."""

    elsewhere: str
    """Removed another object, with a name that is alike."""
    refused: str
    """Tried, and was not allowed to."""
    readers: tuple[str, ...] = ()


def told_account(snapshot: Snapshot, key: str, wanted: str, others: Others) -> Finding:
    """A service account by its whole user name or its short one."""
    said = snapshot.answer(key)
    if said is None:
        return _nothing(snapshot, key)
    short = ACCOUNT.sub("", plain(said))
    if short == wanted:
        return noted_right(said)
    slips = (
        ("audit.refused", short == others.refused, say("They tried, and were refused.")),
        ("audit.other_object", short == others.elsewhere, say("They removed another object.")),
        ("audit.reader", short in others.readers, say("They only looked.")),
        ("audit.other_user", True, say("That is none of the service accounts who removed it.")),
    )
    return noted_wrong(
        said,
        slips,
        expected=say("The account of the delete that succeeded, on exactly this object."),
        next_step=say("Filter by verb and objectRef.name, then read responseStatus.code."),
    )


def told_tool(snapshot: Snapshot, key: str, wanted: str, accounts: Sequence[str]) -> Finding:
    """A program by its name alone, or by the whole user agent."""
    said = snapshot.answer(key)
    if said is None:
        return _nothing(snapshot, key)
    name = plain(said).partition("/")[0]
    if name == wanted:
        return noted_right(said)
    slips = (
        (
            "audit.tool_is_account",
            ACCOUNT.sub("", plain(said)) in accounts,
            say("That is an account: who called, not by what."),
        ),
        ("audit.other_tool", True, say("The call that removed it was not made by that program.")),
    )
    return noted_wrong(
        said,
        slips,
        expected=say("The name before the first slash of that call's userAgent."),
        next_step=say("Look at userAgent in the same line of the log."),
    )


def content_back(snapshot: Snapshot, cluster: str, name: str, wanted: Mapping[str, str]) -> Finding:
    """A ConfigMap of this name in a cluster of the cloud holds exactly the data."""
    found = [
        one
        for one in snapshot.objects("ConfigMap", namespace="default", cluster=cluster)
        if name_of(one) == name
    ]
    if not found:
        return not_started(
            "audit.not_back",
            seen=say("There is no ConfigMap {name} in {cluster}.", name=name, cluster=cluster),
            next_step=say("Apply the team's file there, with that cluster's kubeconfig."),
        )
    data = found[0].get("data") or {}
    if data == wanted:
        return passed(say("{name} is back, as it was.", name=name), evidence=evidence(*found))
    return not_yet(
        "audit.other_content",
        seen=say("{name} holds {data}.", name=name, data=_told(data)),
        expected=_told(wanted),
        why=say("Whoever reads it now works with other figures than before."),
        next_step=say("Compare it with the file of this year, and apply that one."),
        evidence=evidence(*found),
    )


def _told(data: Mapping[str, str]) -> str:
    return ", ".join(f"{key} {value}" for key, value in sorted(data.items())) or say("nothing")


def _nothing(snapshot: Snapshot, key: str) -> Finding:
    example = f'answer("{snapshot.exercise}", {key}="…")'
    look = say("When the log has told you, note it: `{example}`.", example=example)
    return nothing_noted("answer.none", key, look)
