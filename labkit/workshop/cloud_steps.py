"""The steps that call the cloud's API, or pull a lever of the lab's own cloud."""

import re
from collections.abc import Mapping
from typing import Any

from labkit.foundation.text import say
from labkit.foundation.waiting import wait_until
from labkit.grading.steps import CloudCall, Lever
from labkit.remote.cloud_paths import resolved
from labkit.remote.errors import CloudNameUnknown, CloudRefused
from labkit.remote.ovhcloud import is_missing
from labkit.workshop.acting import Actor
from labkit.workshop.cloud_account import account, lab_levers
from labkit.workshop.errors import StepGaveNothing, StepNotRefused

POLL_SECONDS = 0.5
SAVED = re.compile(r"\{([a-z][a-z0-9_]*)\}")
LONGEST_SEEN = 300  # characters of an answer that a time-out quotes


def call_cloud(actor: Actor, action: CloudCall) -> None:
    """Raises RemoteError, TimedOut with what was seen last, or StepNotRefused."""
    told = f"{action.method} {action.path}"
    path = with_saved(action.path, actor.saved)
    only_waits = action.method == "GET" and bool(action.until or action.gone)
    answer: Any = None
    if action.grant:
        answer = _granted(actor, _filled(action.body, actor.saved))
    elif action.fails:
        _refused(actor, action, path)
    elif not only_waits:
        answer = _called(actor, action, path)
    if action.until or action.gone:
        answer = _awaited(actor, action, path)
    actor.saved.update({name: _saved(told, where, answer) for name, where in action.save.items()})


def _called(actor: Actor, action: CloudCall, path: str) -> Any:
    cloud, project = account(actor.lab)
    body = _filled(action.body, actor.saved)
    return cloud.call(action.method, resolved(cloud, project, path), body)


def _refused(actor: Actor, action: CloudCall, path: str) -> None:
    try:
        _called(actor, action, path)
    except CloudRefused as problem:
        if problem.status != action.fails:
            raise
        return
    raise StepNotRefused(f"{action.method} {action.path}", action.fails)


def _granted(actor: Actor, body: Any) -> Any:
    """The credential behind a new key, which itself goes no further than this."""
    cloud, _ = account(actor.lab)
    ours = cloud.get("/auth/currentCredential")["applicationId"]
    listed = f"/me/api/credential?applicationId={ours}"
    before = set(cloud.get(listed))
    requested = cloud.post("/auth/credential", body, signed=False)
    lab_levers(actor.lab).grant(str(requested["validationUrl"]))
    (new,) = set(cloud.get(listed)) - before
    return cloud.get(f"/me/api/credential/{new}")


def cloud_title(action: CloudCall | Lever) -> str:
    match action:
        case CloudCall(method, path):
            return say("call {method} {path}", method=method, path=path)
        case Lever(name):
            return say("set {name} of the lab's cloud", name=name)


def pull_lever(actor: Actor, action: Lever) -> None:
    lab_levers(actor.lab).pull(action.name, _filled(action.body, actor.saved))


def with_saved(text: str, saved: Mapping[str, str]) -> str:
    """`{name}` becomes what was saved as such; other braces stay, as in a JSON path."""
    return SAVED.sub(lambda place: saved.get(place[1], place[0]), text)


def at_path(found: Any, path: str) -> Any:
    """What is at a dotted path, numbers for places in lists; None where there is nothing.

    "." is the whole, for an answer that is no object.
    """
    for part in path.split(".") if path != "." else ():
        if isinstance(found, list):
            found = found[int(part)] if part.isdecimal() and int(part) < len(found) else None
        elif isinstance(found, Mapping):
            found = found.get(part)
        else:
            return None
    return found


def _awaited(actor: Actor, action: CloudCall, path: str) -> Any:
    cloud, project = account(actor.lab)
    seen: list[Any] = []

    def look() -> Any:
        try:
            found = cloud.get(resolved(cloud, project, path))
        except CloudNameUnknown:
            found = None
        except CloudRefused as problem:
            if not is_missing(problem):
                raise
            found = None
        seen[:] = [found]
        if action.gone:
            return found is None
        fits = all(at_path(found, where) == value for where, value in action.until.items())
        return (found or True) if found is not None and fits else None

    wanted = say("to be gone") if action.gone else str(dict(action.until))
    return wait_until(
        look,
        f"{path}: {wanted}",
        limit_seconds=action.limit_seconds,
        clock=actor.lab.clock,
        pause_seconds=POLL_SECONDS,
        last_seen=lambda: _shown(seen, action),
        next_step=say("Look at `labkit cloud status`; a cluster's trouble is written there."),
    )


def _shown(seen: list[Any], action: CloudCall) -> str:
    if not seen or seen[0] is None:
        return say("nothing there")
    told = {where: at_path(seen[0], where) for where in action.until} or say("still there")
    return str(told)[:LONGEST_SEEN]


def _saved(call: str, where: str, answer: Any) -> str:
    found = at_path(answer, where)
    if found is None or isinstance(found, dict | list):
        raise StepGaveNothing(call, where, "")
    return str(found)


def _filled(body: Any, saved: Mapping[str, str]) -> Any:
    if isinstance(body, str):
        return with_saved(body, saved)
    if isinstance(body, list):
        return [_filled(one, saved) for one in body]
    if isinstance(body, Mapping):
        return {key: _filled(one, saved) for key, one in body.items()}
    return body
