"""The emulator on a port of 127.0.0.1, and the clients that real users have."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Thread

import httpx
import ovh
import ovh.client
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from labkit.cloud.app import application
from tests.support.cloud import Machine, Stage, staged

PATIENCE_SECONDS = 30


@contextmanager
def serving(app: ASGIApp) -> Iterator[str]:
    """Scheme, host and port. The socket listens before the server runs: nobody has to wait."""
    # The protocol is named because asyncio sends small answers at once only where it knows of TCP.
    with socket.socket(proto=socket.IPPROTO_TCP) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        config = uvicorn.Config(app, lifespan="off", ws="none", log_level="error", log_config=None)
        server = uvicorn.Server(config)
        thread = Thread(target=server.run, args=([listening],), name="emulator")
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(PATIENCE_SECONDS)


@dataclass(slots=True)
class Front:
    """One server and one client for many emulators, one after the other: both start slowly."""

    app: ASGIApp | None = None
    address: str = ""
    http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=PATIENCE_SECONDS))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.app is not None:
            await self.app(scope, receive, send)


@contextmanager
def opened_front() -> Iterator[Front]:
    front = Front()
    with serving(front) as front.address, front.http:
        yield front


@contextmanager
def served(
    folder: Path, front: Front, machine: Machine | None = None, *, seed: int = 1
) -> Iterator[Stage]:
    """A stage whose clients come through a socket."""
    with staged(folder, machine, seed=seed) as stage:
        front.app = application(stage.cloud)
        stage.cloud.address = front.address
        keys = replace(stage.keys, endpoint=f"{front.address}/1.0")
        yield replace(stage, http=front.http, keys=keys)


def official_client(stage: Stage, *, version: str = "1.0", consumer_key: str = "") -> ovh.Client:
    """python-ovh as it is, which only has to be told of one more endpoint."""
    name = f"lab {stage.cloud.address} {version}"
    ovh.client.ENDPOINTS[name] = f"{stage.cloud.address}/{version}"
    keys = stage.keys
    return ovh.Client(
        name, keys.application_key, keys.application_secret, consumer_key or keys.consumer_key
    )
