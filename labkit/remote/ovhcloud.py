"""OVHcloud's API by its own client, python-ovh: the emulator, or the real one.

The one importer of `ovh`, and the one place that turns its exceptions into ours: some of theirs
quote a key, so none of them is kept as a cause.
"""

from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import quote

from labkit.foundation.text import say
from labkit.remote.cloud_keys import CloudKeys
from labkit.remote.errors import CloudKeysUnusable, CloudRefused, CloudUnreachable

TIMEOUT_SECONDS = (3.0, 30.0)  # to connect, and of each read; the client's own would be 180
MISSING = 404


class CloudCaller(Protocol):
    """What of python-ovh's client is used; a test has one that needs no socket."""

    def call(self, method: str, path: str, data: Any = None, need_auth: bool = True) -> Any: ...  # noqa: FBT001, FBT002  theirs


class ReadOnlyCloud:
    """What the grader is given: it has no method that changes anything."""

    def __init__(self, caller: CloudCaller, endpoint: str) -> None:
        self._caller = caller
        self.endpoint = endpoint

    def get(self, path: str, *, signed: bool = True) -> Any:
        """What the API answers, as JSON. Raises CloudRefused or CloudUnreachable."""
        return self._call("GET", path, signed=signed)

    def find(self, path: str) -> Any:
        """The same; None where there is nothing (404)."""
        try:
            return self.get(path)
        except CloudRefused as problem:
            if is_missing(problem):
                return None
            raise

    def kubeconfig(self, project: str, cluster_id: str) -> str:
        """An administrator's, as YAML. By POST, which asks for it and changes nothing."""
        path = f"/cloud/project/{quoted(project)}/kube/{quoted(cluster_id)}/kubeconfig"
        return str(self._call("POST", path)["content"])

    def _call(self, method: str, path: str, body: Any = None, *, signed: bool = True) -> Any:
        from ovh import exceptions  # noqa: PLC0415  0.3 s to import

        try:
            return self._caller.call(method, path, body, signed)
        except exceptions.HTTPError as problem:
            raise CloudUnreachable(self.endpoint, _cause(problem)) from None
        except exceptions.InvalidResponse:
            raise CloudUnreachable(self.endpoint, say("no JSON")) from None
        except (exceptions.InvalidKey, exceptions.InvalidCredential) as problem:
            if getattr(problem, "response", None) is None:  # said before any call, with the key
                raise CloudKeysUnusable(self.endpoint, say("a key is missing")) from None
            raise _refused(f"{method} {path}", problem) from None
        except exceptions.APIError as problem:
            raise _refused(f"{method} {path}", problem) from None


class Cloud(ReadOnlyCloud):
    """What setup, solutions and lessons use."""

    def post(self, path: str, body: Mapping[str, Any] | None = None, *, signed: bool = True) -> Any:
        """An absent body stays absent: the API tells it from an empty one."""
        return self._call("POST", path, body, signed=signed)

    def put(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        return self._call("PUT", path, body)

    def delete(self, path: str) -> None:
        """None too where the API answers with something."""
        self._call("DELETE", path)

    def call(self, method: str, path: str, body: Any = None, *, signed: bool = True) -> Any:
        return self._call(method, path, body, signed=signed)


def open_cloud(keys: CloudKeys, adapter: Any = None) -> Cloud:
    """With the application's keys. Raises CloudKeysUnusable; no call is made.

    `adapter` is one of requests', for a test without a socket.
    """
    return Cloud(official_client(keys, adapter), keys.endpoint)


def open_for_reading(keys: CloudKeys, adapter: Any = None) -> ReadOnlyCloud:
    return ReadOnlyCloud(official_client(keys, adapter), keys.endpoint)


def open_real(endpoint: str | None = None) -> Cloud:
    """OVHcloud itself, with keys from its usual places: OVH_* variables, ovh.conf.

    Raises CloudKeysUnusable.
    """
    import ovh  # noqa: PLC0415
    from ovh import exceptions  # noqa: PLC0415

    try:
        client = ovh.Client(endpoint, timeout=TIMEOUT_SECONDS)
    except (exceptions.InvalidRegion, exceptions.InvalidConfiguration) as problem:
        step = say("Write endpoint, application_key, application_secret, consumer_key there.")
        raise CloudKeysUnusable("ovh.conf", _first_words(problem), step) from None
    return Cloud(client, endpoint or "ovh.conf")


def quoted(part: str) -> str:
    """One part of a path: a network's slash is no slash of the path."""
    return quote(part, safe="")


def is_missing(problem: CloudRefused) -> bool:
    return problem.status == MISSING


class Deletes(Protocol):
    def delete(self, path: str) -> None: ...


def delete_if_there(cloud: Deletes, path: str) -> None:
    """What has gone since it was listed is fine. Raises RemoteError."""
    try:
        cloud.delete(path)
    except CloudRefused as problem:
        if not is_missing(problem):
            raise


def official_client(keys: CloudKeys, adapter: Any = None) -> Any:
    """`ovh.Client` itself, as a lesson shows it. Raises CloudKeysUnusable; no call is made."""
    import ovh  # noqa: PLC0415
    from ovh import exceptions  # noqa: PLC0415

    is_ours = "/" in keys.endpoint
    if is_ours:
        # An address is no name that the client knows; it takes what its table says.
        ovh.client.ENDPOINTS[keys.endpoint] = keys.endpoint.rstrip("/")
    try:
        client = ovh.Client(
            endpoint=keys.endpoint,
            application_key=keys.application_key,
            application_secret=keys.application_secret,
            consumer_key=keys.consumer_key,
            timeout=TIMEOUT_SECONDS,
        )
    except (exceptions.InvalidRegion, exceptions.InvalidConfiguration) as problem:
        raise CloudKeysUnusable(keys.endpoint, _first_words(problem)) from None
    if is_ours:  # a proxy of the environment must not come between us and our own machine
        client._session.trust_env = False  # noqa: SLF001
    if adapter:
        client._session.mount(keys.endpoint, adapter)  # noqa: SLF001
    return client


def _refused(call: str, problem: Any) -> CloudRefused:
    response = problem.response
    try:
        body = response.json()
    except (AttributeError, ValueError):
        body = {}
    said = (str(body.get("class") or body.get("errorCode") or ""), str(body.get("message") or ""))
    status = int(getattr(response, "status_code", 0) or 0)
    return CloudRefused(call, status, said, str(getattr(problem, "query_id", "") or ""))


def _cause(problem: Exception) -> str:
    """The system's own words at the bottom of what requests and urllib3 put around them."""
    cause: object = problem.args[-1]
    while isinstance(cause, BaseException):
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror.lower()
        if "timed out" in str(cause):
            return say("no answer in time")
        inner = getattr(cause, "reason", None) or next(iter(cause.args), None) or cause.__context__
        cause = inner if isinstance(inner, BaseException) else cause.__context__
    return type(problem.args[-1]).__name__


def _first_words(problem: Exception) -> str:
    """Their sentence without values: its arguments may hold some."""
    return str(problem.args[0]).partition("%s")[0].strip() if problem.args else say("unusable")
