"""The levers of the lab's own cloud, `/_emulator/…`: what a lesson needs and no cloud offers."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from labkit.remote.cloud_keys import CloudKeys
from labkit.remote.errors import CloudRefused, CloudUnreachable

if TYPE_CHECKING:
    import httpx

TIMEOUT_SECONDS = 10
HEADER = "X-Labkit-Control"


class Levers:
    """Every method raises CloudRefused or CloudUnreachable."""

    def __init__(self, keys: CloudKeys, *, transport: "httpx.BaseTransport | None" = None) -> None:
        self._keys = keys
        self._transport = transport

    def state(self) -> dict[str, Any]:
        """Projects, clusters, and which agent called what with which status."""
        found: dict[str, Any] = self._call("GET", "state")
        return found

    def pull(self, name: str, body: Mapping[str, Any] | None = None) -> Any:
        return self._call("POST", name, dict(body or {}))

    def grant(self, validation_url: str) -> None:
        """Be the person at the page where a consumer key is validated."""
        form = {"decision": "grant", "validity": "86400"}
        self._ask("POST", validation_url, data=form)

    def _call(self, method: str, name: str, body: Any = None) -> Any:
        url = f"{self._keys.endpoint.rpartition('/')[0]}/_emulator/{name}"
        return self._ask(method, url, json=body, headers={HEADER: self._keys.control}).json()

    def _ask(self, method: str, url: str, **more: Any) -> "httpx.Response":
        import httpx  # noqa: PLC0415  0.1 s to import

        transport = self._transport or httpx.HTTPTransport(trust_env=False)
        with httpx.Client(transport=transport, timeout=TIMEOUT_SECONDS) as client:
            try:
                answer = client.request(method, url, **more)
            except httpx.HTTPError as problem:
                raise CloudUnreachable(self._keys.endpoint, type(problem).__name__) from None
        if answer.is_error:
            raise _refused(f"{method} {httpx.URL(url).path}", answer)
        return answer


def _refused(call: str, answer: "httpx.Response") -> CloudRefused:
    try:
        said = answer.json()
    except ValueError:
        said = {}
    words = (str(said.get("class", "")), str(said.get("message", "")))
    return CloudRefused(call, answer.status_code, words)
