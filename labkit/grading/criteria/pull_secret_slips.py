"""What is said of slips with the login to the lab's private registry."""

from collections.abc import Iterable
from dataclasses import replace

from labkit.foundation.text import say
from labkit.grading.criteria.answers import quoted
from labkit.grading.criteria.images import image_of
from labkit.grading.criteria.objects import evidence, name_of, names_of
from labkit.grading.hiding import fingerprint
from labkit.grading.registry_logins import FORMS
from labkit.grading.snapshot import Object
from labkit.grading.verdict import Finding, not_started, not_yet

PLACE = "private.lab.example:5001"


def seen_again(text: str) -> str:
    """A Secret that holds the registry's name as a value hides it everywhere; it is no secret."""
    return text.replace(fingerprint(PLACE), PLACE)


def named_by(pod: Object) -> set[str]:
    return {str(one.get("name")) for one in pod["spec"].get("imagePullSecrets") or ()}


def other_image(deployment: Object, path: str) -> Finding | None:
    """None when each container's image is the one on the shelf, by tag or digest."""
    for box in deployment["spec"]["template"]["spec"]["containers"]:
        image = image_of(seen_again(str(box.get("image") or "")))
        if (image.registry, image.repository) != (PLACE, path):
            return not_yet(
                "shelf.other_image",
                seen=say("Its image is {image}.", image=quoted(str(box.get("image")), longest=100)),
                expected=say("It comes from {place}, as the task names it.", place=PLACE),
                why=say("A copy elsewhere is old tomorrow, and open to whoever reads there."),
                next_step=say("Put the task's image back; what is missing is the login to it."),
                evidence=evidence(deployment),
            )
    return None


def made_anew(deployment: Object) -> Finding:
    return not_yet(
        "shelf.made_anew",
        seen=say("Deployment {name} is another than the one you found.", name=name_of(deployment)),
        expected=say("The one that was there, changed."),
        why=say("Deleting what runs takes it away from its visitors, too."),
        next_step=say("Reset the exercise, then change the Deployment that is there."),
        evidence=evidence(deployment),
    )


def wrong_type(secret: Object, kind: str) -> Finding:
    return not_yet(
        "shelf.wrong_type",
        seen=say("Secret {name} has the type {kind}.", name=name_of(secret), kind=kind),
        expected=say("Its type is {kind}.", kind=FORMS[".dockerconfigjson"]),
        why=say("The kubelet passes over every other type, whatever is in it."),
        next_step=say("A type cannot be changed: delete the Secret and create a docker-registry."),
        evidence=evidence(secret),
    )


def other_host(secret: Object, servers: Iterable[str]) -> Finding:
    known = ", ".join(servers)
    return not_yet(
        "shelf.other_host" if known else "shelf.no_login",
        seen=say(
            "The logins of Secret {name} are for {servers}.",
            name=name_of(secret),
            servers=quoted(known, longest=90) or say("nobody"),
        ),
        expected=say("One is for {place}.", place=PLACE),
        why=say("The kubelet compares the name with that in the image, port included."),
        next_step=say("Create it again, with --docker-server={place}.", place=PLACE),
        evidence=evidence(secret),
    )


def other_user(secret: Object, seen: str, expected: str) -> Finding:
    return not_yet(
        "shelf.other_user",
        seen=say("Secret {name} is for user {user}.", name=name_of(secret), user=quoted(seen)),
        expected=say("The registry knows you as {user}.", user=expected),
        next_step=say("Create it again with the user that the task names."),
        evidence=evidence(secret),
    )


def wrong_password(secret: Object) -> Finding:
    return not_yet(
        "shelf.wrong_password",
        seen=say("The password in Secret {name} is another.", name=name_of(secret)),
        expected=say("It is that of the envelope, sign by sign, and no line break after it."),
        why=say("Inside double quotes a shell replaces what follows a dollar sign."),
        next_step=say('Let the shell read the file: --docker-password="$(cat envelope.txt)".'),
        evidence=evidence(secret),
    )


def not_named(pods: list[Object], good: set[str]) -> Finding:
    named = ", ".join(sorted({name for pod in pods for name in named_by(pod)}))
    return not_yet(
        "shelf.not_named",
        seen=say(
            "{pods} names these pull secrets: {named}.",
            pods=some(pods),
            named=quoted(named, longest=60) or say("none"),
        ),
        expected=say("It names {names}.", names=listed(good)),
        why=say(
            "A Secret that is there opens nothing until the Pod or its ServiceAccount names it."
        ),
        next_step=name_it(good),
        evidence=evidence(*pods),
    )


def name_it(good: set[str]) -> str:
    return say(
        "Name {names} in imagePullSecrets. A ServiceAccount's reaches new Pods only.",
        names=listed(good),
    )


def in_the_template(deployment: Object) -> Finding:
    return not_yet(
        "shelf.password_in_template",
        seen=say("The template of {name} holds the password.", name=name_of(deployment)),
        expected=say("It names a Secret and nothing of what is in it."),
        why=say("Whoever may look at Deployments reads it there, and each revision keeps it."),
        next_step=say("Take it out of the template; the kubelet logs in, the container need not."),
        evidence=evidence(deployment),
    )


def hidden_in_template(deployment: Object, field: str) -> Finding:
    """Nobody but its author can say what it is: a login and a word more looks like any other."""
    return not_yet(
        "shelf.hidden_in_template",
        seen=say(
            "{field} of {name} holds what is kept from graders, as secrets are.",
            field=quoted(field, longest=90),
            name=name_of(deployment),
        ),
        expected=say("The template names a Secret, and nothing in it looks like one."),
        why=say("Whoever may look at Deployments reads it there, and each revision keeps it."),
        next_step=say("Take it out of the template; the kubelet logs in, the container need not."),
        evidence=evidence(deployment),
    )


def not_ready(pods: list[Object]) -> Finding:
    return not_yet(
        "shelf.not_ready",
        seen=say("{pods} is not Ready.", pods=some(pods)),
        expected=say("It is Ready, with the image that the login opened."),
        next_step=say("Watch with `kubectl get pods --watch`, then check again."),
        evidence=evidence(*pods),
        settling=True,
    )


def not_begun(running: Finding) -> Finding:
    """What setup left: a Deployment without a login, and no Secret anywhere.

    Who needs no login, because the image is there, may be on the way to running.
    """
    found = not_started(
        "shelf.not_begun",
        seen=running.seen,
        next_step=say("See why: `kubectl describe pods`. What is missing is the login."),
    )
    return replace(found, settling=running.settling, evidence=running.evidence)


def tries_again(stuck: Finding, good: set[str]) -> Finding:
    return not_yet(
        "shelf.tries_again",
        seen=stuck.seen,
        expected=stuck.expected,
        why=say(
            "Secret {names} holds the right login; the kubelet tries again.", names=listed(good)
        ),
        next_step=say("Watch with `kubectl get pods --watch`, then check again."),
        evidence=stuck.evidence,
        settling=True,
    )


def not_before(before: Finding) -> Finding:
    return not_started("shelf.no_login_yet", seen=before.seen, next_step=before.next_step)


def some(pods: Iterable[Object]) -> str:
    return quoted(names_of(pods), longest=80)


def listed(names: Iterable[str]) -> str:
    return quoted(" or ".join(sorted(names)), longest=60)
