"""Pods that the API server refuses to make: quota, limits, Pod security, a missing account.

There is no Pod to look at then: the Deployment's condition ReplicaFailure says why.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from labkit.foundation.text import say
from labkit.grading.criteria.events import events_of, message_of
from labkit.grading.criteria.explanation import Explanation, cut
from labkit.grading.criteria.objects import name_of
from labkit.grading.snapshot import Object
from labkit.kube.conditions import condition

CONDITION_SAYS = ("Deployment", "ReplicaSet")
QUOTA = re.compile(r"exceeded quota: (?P<name>[^,]+)(?:, (?P<amounts>.*))?", re.DOTALL)
NEEDS_AMOUNTS = re.compile(r"failed quota: (?P<name>[^:]+): must specify (?P<what>.*)", re.DOTALL)
SECURITY = re.compile(r'violates PodSecurity "(?P<level>[a-z]+)[^"]*": (?P<rules>.*)', re.DOTALL)
ACCOUNT = re.compile(r'serviceaccount "(?P<name>[^"]+)" not found')
LIMIT = re.compile(
    r"(?:(?:maximum|minimum) .* (?:usage|limit to request ratio) .*|must be .* limit .*)"
)
RULE = re.compile(r"(?:^|, )([A-Za-z][A-Za-z ]*?)(?: != \S+)? \(")


def why_no_pods(workload: Object, events: Sequence[Object] = ()) -> Explanation | None:
    """Of a Deployment, a ReplicaSet, or a kind that says it in events only, such as a Job."""
    failure = condition(workload, "ReplicaFailure")
    if failure.get("status") == "True":
        return refusal(str(failure.get("message") or ""), name_of(workload))
    if workload.get("kind") in CONDITION_SAYS:
        return None
    told = events_of(workload, events, "FailedCreate")
    # An event stays for an hour, whether or not its reason does.
    return replace(refusal(message_of(told[-1]), name_of(workload)), passing=True) if told else None


def refusal(message: str, workload: str) -> Explanation:
    """From the API server's own sentence."""
    for pattern, explain in RULES:
        found = pattern.search(message)
        if found:
            return explain(found, workload)
    return Explanation(
        "refused",
        _seen(workload),
        say("The API server said: {message}", message=cut(message, 140)),
        say("Read its conditions: `kubectl describe deployment {name}`.", name=workload),
    )


def _seen(workload: str) -> str:
    return say("The API server refuses the Pods of {name}.", name=cut(workload))


def _quota(found: re.Match[str], workload: str) -> Explanation:
    return Explanation(
        "quota",
        _seen(workload),
        say(
            "ResourceQuota {name} of this namespace is used up ({amounts}).",
            name=cut(found["name"], 40),
            amounts=cut(found["amounts"] or "?", 100),
        ),
        say("Ask for less, or end what you no longer need; `kubectl describe quota` shows it."),
    )


def _needs_amounts(found: re.Match[str], workload: str) -> Explanation:
    return Explanation(
        "quota-amounts",
        _seen(workload),
        say(
            "ResourceQuota {name} wants every container to say how much it uses: {what}.",
            name=cut(found["name"], 40),
            what=cut(found["what"], 70),
        ),
        say("Set resources.requests and resources.limits of each container."),
    )


def _security(found: re.Match[str], workload: str) -> Explanation:
    rules = ", ".join(dict.fromkeys(RULE.findall(found["rules"]))) or found["rules"]
    return Explanation(
        "pod-security",
        _seen(workload),
        say(
            "This namespace allows Pods of level {level} only; not met: {rules}.",
            level=found["level"],
            rules=cut(rules, 110),
        ),
        say("Set these in the securityContext of the Pod template, as the refusal says."),
    )


def _account(found: re.Match[str], workload: str) -> Explanation:
    return Explanation(
        "account",
        _seen(workload),
        say(
            "They shall run as ServiceAccount {name}, which is not there.", name=cut(found["name"])
        ),
        say("Create it in this namespace, or correct spec.serviceAccountName of the template."),
    )


def _limit(found: re.Match[str], workload: str) -> Explanation:
    return Explanation(
        "limit",
        _seen(workload),
        say(
            "What a container asks for is outside the allowed range: {rule}.",
            rule=cut(found[0], 120),
        ),
        say("Compare resources with `kubectl describe limitrange`, and with its own limits."),
    )


RULES: Sequence[tuple[re.Pattern[str], Callable[[re.Match[str], str], Explanation]]] = (
    (QUOTA, _quota),
    (NEEDS_AMOUNTS, _needs_amounts),
    (SECURITY, _security),
    (ACCOUNT, _account),
    (LIMIT, _limit),
)
