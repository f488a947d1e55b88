"""How fast the emulator of the cloud answers, on one core and over loopback.

`python -m tools.bench_cloud` prints a table; `python -m tools.bench cloud` keeps it as well. The
server is a process of its own on the last core, without clusters behind it.
"""

import asyncio
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import uvicorn

from labkit.cloud.app import application
from labkit.cloud.auth.signature import signature
from labkit.cloud.cloud import nobody
from labkit.cloud.emulator import open_emulator
from labkit.cloud.seed import Seed, keys
from labkit.cloud.server import HOST, server_config
from labkit.cluster.engine import Engine
from labkit.foundation.waiting import SystemClock, wait_until
from labkit.remote.cloud_keys import CloudKeys
from tools.bench_measure import pss_bytes

RATE, RATE_OF_CORE = "signed GETs a second", "signed GETs a second of the server's own time"
LATENCY = "p99 latency of 50 clients at 10 a second, ms"
AT_REST, AFTER = "memory (PSS) at rest, MB", "memory (PSS) after 20,000 requests, MB"
TARGETS = {RATE: "≥ 1,000", RATE_OF_CORE: "", LATENCY: "≤ 20", AT_REST: "≤ 120", AFTER: "≤ 120"}
REQUESTS, CONNECTIONS = 20_000, 8
CLIENTS, PER_SECOND, SECONDS = 50, 10, 10
PROJECT = "b" * 32
NODES = 10


@dataclass(frozen=True, slots=True)
class Target:
    keys: CloudKeys
    paths: tuple[str, ...]
    process: int

    @property
    def port(self) -> int:
        return int(self.keys.endpoint.rsplit(":", 1)[1].split("/")[0])

    def request(self, path: str, unix: int, method: str = "GET", body: bytes = b"") -> bytes:
        """Signed, as bytes for the wire."""
        mine, url = self.keys, f"http://{HOST}:{self.port}/1.0{path}"
        sign = signature(
            mine.application_secret,
            mine.consumer_key,
            method=method,
            url=url,
            body=body,
            timestamp=str(unix),
        )
        return (
            f"{method} /1.0{path} HTTP/1.1\r\nHost: {HOST}:{self.port}\r\n"
            f"User-Agent: bench\r\nAccept: application/json\r\nContent-Length: {len(body)}\r\n"
            f"X-Ovh-Application: {mine.application_key}\r\nX-Ovh-Consumer: {mine.consumer_key}\r\n"
            f"X-Ovh-Timestamp: {unix}\r\nX-Ovh-Signature: {sign}\r\n\r\n"
        ).encode() + body


def measure() -> Mapping[str, list[float]]:
    with TemporaryDirectory(prefix="labkit-bench-cloud-") as folder, _served(Path(folder)) as one:
        rest = _megabytes(one)
        busy = _core_seconds(one)
        rate = asyncio.run(_rate(one))
        busy = _core_seconds(one) - busy
        after = _megabytes(one)
        late = asyncio.run(_latency(one))
    rates = {RATE: [rate], RATE_OF_CORE: [REQUESTS / busy]}
    return rates | {LATENCY: [late], AT_REST: [rest], AFTER: [after]}


def table(measured: Mapping[str, Sequence[float]]) -> str:
    lines = ["| the emulated cloud | measured | target |", "| --- | --- | --- |"]
    lines += [f"| {what} | {found[0]:,.0f} | {TARGETS[what]} |" for what, found in measured.items()]
    return "\n".join(lines)


async def _rate(target: Target) -> float:
    """Answers a second while a few connections ask as fast as they are answered."""
    clock = SystemClock()
    began = clock.monotonic()
    share = REQUESTS // CONNECTIONS
    await asyncio.gather(*(_ask_often(target, share, number) for number in range(CONNECTIONS)))
    return REQUESTS / (clock.monotonic() - began)


async def _ask_often(target: Target, count: int, start: int) -> None:
    reader, writer = await asyncio.open_connection(HOST, target.port)
    clock = SystemClock()
    for number in range(start, start + count):
        path = target.paths[number % len(target.paths)]
        writer.write(target.request(path, int(clock.now().timestamp())))
        await _answer(reader)
    writer.close()


async def _latency(target: Target) -> float:
    """p99 in ms, from when a request was due: one that had to wait for its turn counts whole."""
    chance = Random(1)  # noqa: S311 - a measurement
    starts = [chance.random() / PER_SECOND for _ in range(CLIENTS)]
    found = await asyncio.gather(*(_ask_steadily(target, start) for start in starts))
    late = sorted(one for each in found for one in each)
    return late[int(len(late) * 0.99)] * 1000


async def _ask_steadily(target: Target, start: float) -> list[float]:
    reader, writer = await asyncio.open_connection(HOST, target.port)
    clock, late = SystemClock(), []
    due = clock.monotonic() + 0.5 + start
    for number in range(PER_SECOND * SECONDS):
        await asyncio.sleep(max(0.0, due - clock.monotonic()))
        path = target.paths[number % len(target.paths)]
        writer.write(target.request(path, int(clock.now().timestamp())))
        await _answer(reader)
        late.append(clock.monotonic() - due)
        due += 1 / PER_SECOND
    writer.close()
    return late


async def _answer(reader: asyncio.StreamReader) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise AssertionError(head.decode())
    length = head.lower().split(b"content-length: ")[1].split(b"\r\n")[0]
    await reader.readexactly(int(length))


@contextmanager
def _served(folder: Path) -> Iterator[Target]:
    """With a cluster of two pools and ten nodes to ask for."""
    program = [sys.executable, "-m", "tools.bench_cloud", "serve", str(folder)]
    process = subprocess.Popen(program, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None  # noqa: S101 - it was asked for
        known = CloudKeys(**json.loads(process.stdout.readline()))
        target = Target(known, (), process.pid)
        wait_until(lambda: _is_up(target), "the emulator", limit_seconds=20, clock=SystemClock())
        yield Target(known, _paths(target), process.pid)
    finally:
        process.terminate()
        process.wait(20)


def _is_up(target: Target) -> bool:
    try:
        return httpx.get(f"{target.keys.endpoint}/auth/time").is_success
    except httpx.TransportError:
        return False


def _paths(target: Target) -> tuple[str, ...]:
    kube = f"/cloud/project/{PROJECT}/kube"
    pools = [{"flavorName": "b3-8", "name": name, "desiredNodes": NODES // 2} for name in "ab"]
    id_ = _post(target, kube, {"region": "GRA7", "nodepools": pools})["id"]
    return (f"{kube}/{id_}", f"{kube}/{id_}/nodepool", f"{kube}/{id_}", f"{kube}/{id_}/node")


def _post(target: Target, path: str, content: object) -> Any:
    body, unix = json.dumps(content).encode(), int(SystemClock().now().timestamp())
    _, *lines = target.request(path, unix, "POST", body).split(b"\r\n\r\n")[0].split(b"\r\n")
    headers = dict(line.decode().split(": ") for line in lines)
    answer = httpx.post(f"{target.keys.endpoint}{path}", content=body, headers=headers)
    return answer.raise_for_status().json()


def _megabytes(target: Target) -> float:
    return pss_bytes(Path(f"/proc/{target.process}")) / 1e6


def _core_seconds(target: Target) -> float:
    """That the server has worked: on a machine that others use, the fairer measure."""
    words = Path(f"/proc/{target.process}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def _no_engine(name: str) -> Engine:
    raise NotImplementedError(name)


def serve(folder: Path) -> None:
    """Say the keys on a line of JSON, then answer."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    emulator = open_emulator(
        folder,
        _no_engine,
        clock=SystemClock(),
        chance=Random(1),  # noqa: S311 - a measurement
        address=f"http://{HOST}:0",
        most_vcpus=64,
        seed=Seed(project=PROJECT),
    )
    emulator.cloud.wake = nobody
    config = server_config(application(emulator.cloud), _free_port())
    emulator.cloud.address = f"http://{HOST}:{config.port}"
    known = keys(emulator.cloud)
    sys.stdout.write(json.dumps(asdict(known)) + "\n")
    sys.stdout.flush()
    uvicorn.Server(config).run()


def _free_port() -> int:
    with socket.create_server((HOST, 0)) as listening:
        return int(listening.getsockname()[1])


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        serve(Path(sys.argv[2]))
    else:
        sys.stdout.write(table(measure()) + "\n")
