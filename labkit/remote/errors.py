"""What can go wrong with an address.

RemoteError                    what_happened · next_step · evidence
└── RegistryFailed             the registry, what was asked of it, and why there is no answer
    └── LoginWanted            it answers, but not to strangers
"""

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


class LoginWanted(RegistryFailed):
    """The registry is there and knows neither user nor password, or was given none."""
