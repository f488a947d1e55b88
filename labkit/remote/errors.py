"""What can go wrong with an address.

RemoteError                    what_happened · next_step · evidence
├── RegistryFailed             the registry, what was asked of it, and why there is no answer
│   └── LoginWanted            it answers, but not to strangers
├── CloudKeysUnusable          where the cloud's keys were looked for, and what is wrong with them
├── CloudUnreachable           the endpoint, and why it gave no answer
├── CloudNameUnknown           the list, the name looked for, and those that are in it
├── CloudListTooLong           the list, how many it has, and how many are asked for at most
└── CloudRefused               status, class, message and query id, as OVHcloud's API wrote them
"""

from collections.abc import Sequence
from pathlib import Path

from labkit.foundation.errors import LabError
from labkit.foundation.text import say


class RemoteError(LabError):
    """An address did not give what was asked for."""


class RegistryFailed(RemoteError):
    """The registry of images did not answer, or not as the distribution specification says."""

    def __init__(self, url: str, asked: str, reason: str) -> None:
        super().__init__(
            say(
                "The registry at {url} gave no {asked}: {reason}.",
                url=url,
                asked=asked,
                reason=reason,
            ),
            say("Start it with `labkit registry up`, then try again."),
        )


class CloudKeysUnusable(RemoteError):
    def __init__(self, place: Path | str, problem: str, next_step: str = "") -> None:
        super().__init__(
            say(
                "There are no usable keys of a cloud in {place}: {problem}.",
                place=place,
                problem=problem,
            ),
            next_step
            or say("Start the lab's own cloud, which writes its keys: `labkit cloud up`."),
        )


class CloudUnreachable(RemoteError):
    def __init__(self, endpoint: str, reason: str) -> None:
        super().__init__(
            say(
                "The cloud's API at {endpoint} does not answer: {reason}.",
                endpoint=endpoint,
                reason=reason,
            ),
            say("Look at `labkit cloud status`; `labkit cloud up` starts it."),
        )


class CloudRefused(RemoteError):
    """An answer that is no success. For a lesson it is data, so its parts are kept apart."""

    def __init__(self, call: str, status: int, said: tuple[str, str], query_id: str = "") -> None:
        class_, message = said
        super().__init__(
            say(
                "`{call}` was refused with {status} {class_}: {message}",
                call=call,
                status=status,
                class_=class_,
                message=message,
            ),
            say("The message names what the API did not like; correct that, and call again."),
            say("query id {query_id}", query_id=query_id) if query_id else "",
        )
        self.status = status
        self.class_ = class_
        self.message = message
        self.query_id = query_id


class CloudNameUnknown(RemoteError):
    def __init__(self, path: str, name: str, known: Sequence[str]) -> None:
        there = ", ".join(known) or say("nothing")
        super().__init__(
            say(
                "{path} lists nothing called {name!r}; it has: {there}.",
                path=path,
                name=name,
                there=there,
            ),
            say("Names of the cloud are written exactly as they were given."),
        )


class CloudListTooLong(RemoteError):
    def __init__(self, path: str, count: int, most: int) -> None:
        super().__init__(
            say(
                "{path} lists {count}; labkit asks for {most} at most one by one.",
                path=path,
                count=count,
                most=most,
            ),
            say("Remove what nobody needs there, then try again."),
        )


class LoginWanted(RegistryFailed):
    """The registry is there and knows neither user nor password, or was given none."""
