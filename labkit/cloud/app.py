"""The emulator as an application: what it serves, in one constructor call."""

import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import (
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
)
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from labkit.cloud.answers import ApiError, Refused, no_such_url
from labkit.cloud.auth import oauth2, page
from labkit.cloud.auth.checking import check, used
from labkit.cloud.auth.signature import matches
from labkit.cloud.calls import Call, Operation, written
from labkit.cloud.cloud import Cloud
from labkit.cloud.control import LEVERS
from labkit.cloud.logs.routes import read_log
from labkit.cloud.operations import OPERATIONS
from labkit.cloud.request import Received, received
from labkit.cloud.routing import Routes
from labkit.foundation.errors import LabError
from labkit.remote.cloud_levers import HEADER

LOG = logging.getLogger("labkit.cloud")
JSON = "application/json; charset=utf-8"
LONGEST_BODY = 1_000_000  # bytes
LOOPBACK = ("127.0.0.1", "localhost", "testserver")
NO_CONTROL = ApiError(403, "Client::Forbidden", "The levers need the key of keys.json")
TOKEN = "/auth/oauth2/token"  # noqa: S105 - an address
CRASHED = ApiError(500, "Server::InternalServerError", "Internal server error")
TOO_LONG = ApiError(413, "Client::BadRequest", "The body is too long")


def application(cloud: Cloud, hosts: tuple[str, ...] = LOOPBACK) -> ASGIApp:
    """`hosts`: under which names it may be called; a web page elsewhere must not reach it."""
    api, pages = Api(cloud), _pages(cloud)

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        await (pages if _is_page(scope) else api)(scope, receive, send)

    return TrustedHostMiddleware(answer, allowed_hosts=list(hosts))


def _is_page(scope: Scope) -> bool:
    """Everything else is the API's, whatever it says: only that answers as the API does."""
    path = scope.get("path", "")
    is_one = path in ("/auth/", TOKEN) or path.startswith(("/_emulator/", "/logs/"))
    return is_one or scope["type"] == "lifespan"


def _pages(cloud: Cloud) -> Starlette:
    return Starlette(
        routes=[
            Mount("/_emulator", app=Levers(cloud)),
            Route(TOKEN, _token(cloud), methods=["POST"]),
            Route("/auth/", _page(cloud), methods=["GET", "POST"]),
            Route("/logs/{token}", _log(cloud)),
        ]
    )


class Api:
    """Everything below /1.0 and /v1, as an ASGI application of its own."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._routes = Routes(OPERATIONS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return  # a web socket; nothing answers one
        body = await _body(scope, receive)
        request = received(scope, body or b"")
        found = self._routes.find(request.method, request.place)
        operation = found[0] if found else None
        if body is None:
            answer = _error(self._cloud, TOO_LONG)
        else:
            answer = await self._answer(request, operation, dict(found[1]) if found else {})
        name = operation.name if operation else f"{request.method} {request.path[:80]} (unknown)"
        self._cloud.calls.note(request.headers.get("user-agent", ""), name, answer.status_code)
        answer.headers["X-Ovh-QueryID"] = self._query_id()
        await answer(scope, receive, send)

    async def _answer(
        self, request: Received, operation: Operation | None, path: dict[str, str]
    ) -> Response:
        try:
            if operation is None:
                LOG.warning("unknown address: %s %s", request.method, request.place[:200])
                raise no_such_url()
            call = self._call(request, operation, path)
            if operation.waits:
                result = await run_in_threadpool(operation.answer, call)
            else:
                result = self._at_once(operation, call)
            if result is None:
                return Response(status_code=204)
            return Response(written(result), operation.status, media_type=JSON)
        except Exception as problem:  # noqa: BLE001 - the API's last handler
            return _error(self._cloud, _explained(problem))

    def _at_once(self, operation: Operation, call: Call) -> object:
        """A change is one transaction, from what it looks up to what it writes."""
        if call.method == "GET":
            return operation.answer(call)
        with self._cloud.store.changing():
            return operation.answer(call)

    def _call(self, request: Received, operation: Operation, path: dict[str, str]) -> Call:
        cloud = self._cloud
        credential = check(cloud, request) if operation.signed else None
        if credential:
            credential = used(cloud, credential)
        if operation.signed and cloud.fails("server-error"):
            raise Refused(CRASHED)
        return Call(
            cloud,
            request.method,
            path,
            query=request.query,
            headers=request.headers,
            body=request.body,
            credential=credential,
            caller=request.caller,
        )

    def _query_id(self) -> str:
        """As the real one: zone, two numbers, and 32 hexadecimal characters."""
        chance = self._cloud.chance
        head, number, tail = chance.getrandbits(32), chance.getrandbits(20), chance.getrandbits(128)
        return f"EU.ext-1.{head:08x}.{number}.{tail:032x}"


class Levers:
    """`/_emulator`, for the lab's own tools; nothing of it is signed."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        body = await _body(scope, receive)
        request = received(scope, body or b"")
        path = request.path.removeprefix("/_emulator")
        lever = LEVERS.get((request.method, path))
        if not matches(request.headers.get(HEADER.lower(), ""), self._cloud.control):
            answer: Response = _error(self._cloud, NO_CONTROL)
        elif lever is None:
            answer = _error(self._cloud, no_such_url().error)
        else:
            call = Call(self._cloud, request.method, {}, body=request.body)
            try:
                result = await run_in_threadpool(lever, call)
                answer = Response(written(result), media_type=JSON)
            except Exception as problem:  # noqa: BLE001 - the levers' last handler
                answer = _error(self._cloud, _explained(problem))
        await answer(scope, receive, send)


async def _body(scope: Scope, receive: Receive) -> bytes | None:
    """All of it, as sent; None when it is too long."""
    body, more = b"", scope["type"] == "http"
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > LONGEST_BODY:
            return None
    return body


def _explained(problem: Exception) -> ApiError:
    if isinstance(problem, Refused):
        return problem.error
    if isinstance(problem, LabError):  # a cluster behind the API does not do what it should
        LOG.error("%s", problem)
        return replace(CRASHED, message=str(problem.what_happened))
    LOG.error("a bug in the emulator", exc_info=problem)
    return CRASHED


def _error(cloud: Cloud, error: ApiError) -> Response:
    text = json.dumps(error.shown(old_fields=cloud.old_errors))  # no character is too odd for ASCII
    return Response(text, error.status, media_type=JSON)


Handler = Callable[[Request], Awaitable[Response]]


def _token(cloud: Cloud) -> Handler:
    async def token(request: Request) -> Response:
        headers = {key.lower(): value for key, value in request.headers.items()}
        status, content = oauth2.issue(cloud, headers, await request.body())
        return JSONResponse(content, status)

    return token


def _page(cloud: Cloud) -> Handler:
    async def validate(request: Request) -> Response:
        token = request.query_params.get("credentialToken", "")
        credential = page.waiting_credential(cloud, token)
        if credential is None:
            return HTMLResponse(page.gone(), 404)
        if request.method == "GET":
            return HTMLResponse(page.asking(cloud, credential))
        form = _form(await request.body())
        granted = form.get("decision") == "grant"
        validity = form.get("validity", "")
        seconds = int(validity) if validity in page.validities() else page.SHORTEST_SECONDS
        there = page.decide(cloud, credential, granted=granted, seconds=seconds)
        if there:
            return RedirectResponse(there, 303)
        return HTMLResponse(page.decided(granted=granted))

    return validate


def _form(body: bytes) -> dict[str, str]:
    return {key: values[0] for key, values in parse_qs(body.decode("latin-1")).items()}


def _log(cloud: Cloud) -> Handler:
    async def log(request: Request) -> Response:
        try:
            text = await run_in_threadpool(read_log, cloud, request.path_params["token"])
        except Exception as problem:  # noqa: BLE001 - the last handler of this page
            return _error(cloud, _explained(problem))
        return PlainTextResponse(text)

    return log
