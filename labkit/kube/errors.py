"""What an API server, or the way to it, can answer instead of an object.

KubeError
├── KubeconfigInvalid          the file is not a kubeconfig, or lacks what we need
├── ManifestInvalid            a text of ours is not YAML, not an object, or has an unfilled place
├── ClusterUnreachable         no connection, or a time-out on the way
│   ├── AnswerTooSlow          connected, but no answer in time
│   └── CertificateRejected    the server's certificate is not of the kubeconfig's authority
├── CredentialsRefused         401: the API server does not know us (any more)
├── Forbidden                  403: it knows us, and we may not
├── KindUnknown                no such kind is served, here or by any of its add-ons
├── ObjectNotFound             404
├── TooManyObjects             a list went over the caller's own limit
├── ListTooLong                a limited list has fewer objects, but very large ones
├── HistoryExpired             410: a watch or page began too long ago
├── Busy                       429: too many requests, or an eviction would break a budget
├── AnswerNotUnderstood        no JSON, or not an object; something between us and it may speak
├── NotAnswering               the proxied Service or Pod does not answer; the API server does
├── ServerFailed               5xx: the API server's own trouble
└── ObjectRejected             the API server's own reason, with its status code
    ├── AlreadyExists
    └── Conflict               someone changed it in between, or another manager owns a field
"""

from pathlib import Path

from labkit.foundation.errors import LabError
from labkit.foundation.text import say


class KubeError(LabError):
    """Something between us and one API server."""


class KubeconfigInvalid(KubeError):
    """The sentence names the file and what it lacks."""

    is_wrong_input = True

    def __init__(self, path: Path | str, problem: str, next_step: str = "") -> None:
        super().__init__(
            say("The kubeconfig {path} {problem}.", path=path, problem=problem),
            next_step or say("Use the file that `labkit up` wrote, or correct this one."),
        )


class ManifestInvalid(KubeError):
    """`source` is a file's name, or what else the reader knows the text by."""

    def __init__(self, source: str, problem: str, next_step: str) -> None:
        super().__init__(say("{source} {problem}.", source=source, problem=problem), next_step)


class ClusterUnreachable(KubeError):
    def __init__(self, server: str, reason: str, next_step: str = "") -> None:
        super().__init__(
            say("The API server {server} does not answer: {reason}.", server=server, reason=reason),
            next_step
            or say("Run `labkit status`; if the cluster is stopped, `labkit up` resumes it."),
        )
        self.reason = reason


class AnswerTooSlow(ClusterUnreachable):
    """The connection stood; the answer, or the thing asked about, took too long."""


class CertificateRejected(ClusterUnreachable):
    def __init__(self, server: str, reason: str) -> None:
        super().__init__(
            server,
            say("its certificate does not fit the kubeconfig ({reason})", reason=reason),
            say("Use the kubeconfig that `labkit up` wrote last for this cluster."),
        )


class CredentialsRefused(KubeError):
    def __init__(self, server: str, user: str) -> None:
        super().__init__(
            say(
                "The API server {server} refused the credentials of user {user}.",
                server=server,
                user=user,
            ),
            say("Run `labkit up` to have them renewed, or choose the right kubeconfig."),
        )


class Forbidden(KubeError):
    """`reason` is the API server's sentence: who may not do what, and where."""

    def __init__(self, what: str, reason: str) -> None:
        super().__init__(
            say("{what} is not allowed: {reason}", what=what, reason=reason),
            say("Ask with `kubectl auth can-i --list` what this user may do."),
        )
        self.reason = reason


class KindUnknown(KubeError):
    def __init__(self, kind: str, server: str) -> None:
        super().__init__(
            say("The API server {server} has no kind {kind}.", server=server, kind=kind),
            say("Look at the spelling, or install what brings it; see `kubectl api-resources`."),
        )
        self.kind = kind


class ObjectNotFound(KubeError):
    def __init__(self, what: str) -> None:
        super().__init__(
            say("{what} does not exist.", what=what),
            say("Look at the name and the namespace."),
        )


class TooManyObjects(KubeError):
    def __init__(self, what: str, at_most: int) -> None:
        super().__init__(
            say("{what}: there are more than {at_most} objects.", what=what, at_most=at_most),
            say("Delete what is not needed, or ask with narrower labels."),
        )
        self.at_most = at_most


class ListTooLong(KubeError):
    def __init__(self, what: str, at_most_bytes: int) -> None:
        megabytes = at_most_bytes // 1_000_000
        super().__init__(
            say("{what}: the objects are larger than {n} MB together.", what=what, n=megabytes),
            say("Delete what is not needed, or ask with narrower labels."),
        )


class HistoryExpired(KubeError):
    def __init__(self, what: str) -> None:
        super().__init__(
            say("{what}: the API server no longer keeps that old a state.", what=what),
            say("List again and go on from there."),
        )


class Busy(KubeError):
    """`retry_after_seconds` is 0 when the API server did not say."""

    def __init__(self, what: str, reason: str, retry_after_seconds: float) -> None:
        super().__init__(
            say("{what} has to wait: {reason}", what=what, reason=reason),
            say("Try again in {s:g} s.", s=retry_after_seconds or 1),
        )
        self.reason = reason
        self.retry_after_seconds = retry_after_seconds


class NotAnswering(KubeError):
    def __init__(self, what: str, reason: str) -> None:
        super().__init__(
            say("{what} does not answer: {reason}", what=what, reason=reason),
            say("Look whether its Pods are ready and listen on that port."),
        )
        self.reason = reason


class AnswerNotUnderstood(KubeError):
    def __init__(self, what: str, said: str) -> None:
        super().__init__(
            say("{what}: the answer is not one of an API server: {said!r}.", what=what, said=said),
            say("Is something else at that address, such as a proxy? Run `labkit status`."),
        )


class ServerFailed(KubeError):
    def __init__(self, what: str, status: int, reason: str) -> None:
        super().__init__(
            say(
                "The API server failed at {what} ({status}): {reason}",
                what=what,
                status=status,
                reason=reason,
            ),
            say("Run `labkit status`; then `labkit logs kube-apiserver`."),
        )
        self.status = status
        self.reason = reason


class ObjectRejected(KubeError):
    """The API server refused; `status` is its HTTP code, `reason` its own sentence."""

    def __init__(self, what: str, status: int, reason: str, evidence: str = "") -> None:
        super().__init__(
            say(
                "The API server refused {what} ({status}): {reason}",
                what=what,
                status=status,
                reason=reason,
            ),
            say("Read the API server's own words; they name the field."),
            evidence,
        )
        self.status = status
        self.reason = reason


class AlreadyExists(ObjectRejected):
    """Something of that kind has the name already."""


class Conflict(ObjectRejected):
    """Somebody changed the object in between, or another manager owns a field."""
