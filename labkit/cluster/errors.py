"""What can go wrong with a cluster.

ClusterError
├── EngineUnknown
├── ClusterUnknown             there is no cluster of that name
├── CapabilityMissing
├── NeedsRoot                  what exactly needs root
├── AgentUnreachable           the root agent does not answer on its socket
├── AgentRefuses               it is there, and does not serve this user
└── NodeNotReady
"""

from labkit.foundation.errors import LabError
from labkit.foundation.text import say


class ClusterError(LabError):
    """Something about making, changing or ending a cluster."""


class EngineUnknown(ClusterError):
    is_wrong_input = True

    def __init__(self, engine: str, known: tuple[str, ...]) -> None:
        super().__init__(
            say("There is no engine called {engine!r}.", engine=engine),
            say("Choose one of: {known}.", known=", ".join(known)),
        )


class ClusterUnknown(ClusterError):
    def __init__(self, name: str) -> None:
        super().__init__(
            say("There is no cluster called {name!r}.", name=name),
            say("Run `labkit up --name {name}` to make one.", name=name),
        )


class CapabilityMissing(ClusterError):
    def __init__(self, capability: str, engine: str) -> None:
        super().__init__(
            say(
                "The {engine} engine cannot offer {capability}.",
                engine=engine,
                capability=capability,
            ),
            say("Use the local engine for this: `labkit up --engine local`."),
        )


class NeedsRoot(ClusterError):
    def __init__(self, what: str) -> None:
        super().__init__(
            say("Root is needed to {what}, and neither root nor sudo is here.", what=what),
            say("Ask for sudo, or run `labkit up --engine simulated`, which needs no rights."),
        )


class AgentUnreachable(ClusterError):
    def __init__(self, reason: str) -> None:
        super().__init__(
            say("The root agent does not answer: {reason}.", reason=reason),
            say("Run `labkit up`; it starts the agent again."),
        )


class AgentRefuses(ClusterError):
    def __init__(self, user: int) -> None:
        super().__init__(
            say("The root agent serves who came through sudo; user {user} did not.", user=user),
            say("Run `labkit up`; it asks for sudo once."),
        )


class NodeNotReady(ClusterError):
    """A node did not become Ready in time; evidence is the kubelet's last lines."""
