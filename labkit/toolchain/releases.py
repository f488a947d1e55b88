"""Official release downloads, kept only if their SHA-256 is the published one.

A host that does not answer is asked once in a run, so that without a network the build begins
after seconds.
"""

import contextlib
import hashlib
import re
import tarfile
import threading
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from shutil import copyfileobj
from socket import getaddrinfo
from typing import NoReturn

import httpx

from labkit.foundation.text import say
from labkit.toolchain.errors import ChecksumMismatch, DownloadFailed, ToolchainError
from labkit.toolchain.means import Means
from labkit.toolchain.programs import Release, Tool, machine_architecture

ARCHIVES = (".tar.gz", ".tgz")


@dataclass(frozen=True, slots=True)
class Limits:
    connect_seconds: float = 3
    silence_seconds: float = 15
    patience_seconds: float = 30
    """After which the average must be better than `slowest_bytes_per_second`."""
    slowest_bytes_per_second: float = 50_000


@dataclass(slots=True)
class Releases:
    """Fetches releases during one run and remembers which hosts are out of reach."""

    means: Means
    limits: Limits = Limits()
    _silent: dict[str, str] = field(default_factory=dict)
    _client: httpx.Client | None = None

    def fetch(self, tool: Tool, release: Release, name: str, work: Path) -> Path:
        """The verified program in `work`. Raises DownloadFailed or ChecksumMismatch."""
        addresses = _Addresses.of(tool, release, name)
        step = say("Download {name} {version}", name=name, version=tool.version())
        file = work / addresses.file
        try:
            with self.means.timed(step):
                expected = self._published(addresses)
                self._get(addresses.program, file, expected, step)
                return _unpacked(file, addresses, work / name)
        except ToolchainError:
            file.unlink(missing_ok=True)
            raise
        except OSError as problem:
            file.unlink(missing_ok=True)
            raise DownloadFailed(addresses.program, problem.strerror or str(problem)) from problem

    def close(self) -> None:
        if self._client:
            self._client.close()

    def _published(self, addresses: "_Addresses") -> str:
        text = self._text(addresses.checksum)
        expected = published_checksum(text, addresses.file)
        if not expected:
            raise DownloadFailed(
                addresses.checksum, say("it has no SHA-256 for {file}", file=addresses.file)
            )
        return expected

    def _text(self, address: str) -> str:
        try:
            with self._reachable(address).stream("GET", address) as answer:
                answer.raise_for_status()
                # a checksum file is a few lines; a captive portal's page may be endless
                body = next(answer.iter_bytes(100_000), b"")
                return body.decode(errors="replace")
        except httpx.HTTPError as problem:
            self._give_up(address, problem)

    def _get(self, address: str, file: Path, expected: str, step: str) -> None:
        digest = hashlib.sha256()
        began = self.means.clock.monotonic()
        try:
            with self._reachable(address).stream("GET", address) as answer, file.open("wb") as out:
                answer.raise_for_status()
                total = int(answer.headers.get("content-length", 0))
                done = 0
                for piece in answer.iter_bytes(1 << 18):
                    out.write(piece)
                    digest.update(piece)
                    done += len(piece)
                    self.means.progress.advanced(step, done, total)
                    self._demand_speed(address, done, self.means.clock.monotonic() - began)
        except httpx.HTTPError as problem:
            self._give_up(address, problem)
        if digest.hexdigest() != expected:
            raise ChecksumMismatch(address, expected, digest.hexdigest())

    def _demand_speed(self, address: str, done: int, seconds: float) -> None:
        slow = done < seconds * self.limits.slowest_bytes_per_second
        if slow and seconds > self.limits.patience_seconds:
            reason = say("only {n} bytes came in {s:.0f} s", n=done, s=seconds)
            self._silent[httpx.URL(address).host] = reason
            raise DownloadFailed(address, reason)

    def _reachable(self, address: str) -> httpx.Client:
        host = httpx.URL(address).host
        if host in self._silent:
            raise DownloadFailed(address, self._silent[host])
        if not urllib.request.getproxies() and not _resolves(host, self.limits.connect_seconds):
            self._silent[host] = say("the name {host} cannot be resolved", host=host)
            raise DownloadFailed(address, self._silent[host])
        if self._client is None:
            timeout = httpx.Timeout(
                self.limits.silence_seconds, connect=self.limits.connect_seconds
            )
            self._client = httpx.Client(timeout=timeout, follow_redirects=True)
        return self._client

    def _give_up(self, address: str, problem: httpx.HTTPError) -> NoReturn:
        reason = _reason(problem)
        if not isinstance(problem, httpx.HTTPStatusError):
            self._silent[httpx.URL(address).host] = reason
        raise DownloadFailed(address, reason) from problem


@dataclass(frozen=True, slots=True)
class _Addresses:
    program: str
    checksum: str
    file: str
    member: str

    @classmethod
    def of(cls, tool: Tool, release: Release, name: str) -> "_Addresses":
        version = tool.version()
        values = {
            "version": version,
            "number": version.lstrip("v"),
            "program": name,
            "architecture": machine_architecture(),
        }
        base, file, checksum, member = (
            part.format(**values)
            for part in (release.base, release.file, release.checksum, release.member)
        )
        return cls(base + file, base + checksum, file, member)


def published_checksum(text: str, file: str) -> str:
    """The SHA-256 for `file` in a checksum file, empty if there is none.

    Either lines as sha256sum writes them, or nothing but the sum.
    """
    for line in text.splitlines():
        found = re.fullmatch(r"\s*([0-9a-fA-F]{64})(?:\s+\*?(\S+))?\s*", line)
        if found and found[2] in (None, file):
            return found[1].lower()
    return ""


def _unpacked(file: Path, addresses: _Addresses, program: Path) -> Path:
    if not file.name.endswith(ARCHIVES):
        return file
    try:
        with tarfile.open(file) as archive:
            member = archive.extractfile(addresses.member)
            if member is None:
                raise KeyError(addresses.member)
            with program.open("wb") as out:
                copyfileobj(member, out, 1 << 20)
    except (tarfile.TarError, KeyError, EOFError) as problem:
        reason = say("the archive has no {member}", member=addresses.member)
        raise DownloadFailed(addresses.program, reason) from problem
    file.unlink()
    return program


def _reason(problem: httpx.HTTPError) -> str:
    if isinstance(problem, httpx.HTTPStatusError):
        return say("the server answered {status}", status=problem.response.status_code)
    if isinstance(problem, httpx.ConnectTimeout | httpx.ConnectError):
        return say("the server cannot be reached")
    if isinstance(problem, httpx.TimeoutException):
        return say("the server stopped sending")
    return say("the transfer broke off ({problem})", problem=problem)


def _resolves(host: str, limit_seconds: float) -> bool:
    """Whether a name has an address. The resolver's own patience is far longer than ours."""
    found, ended = threading.Event(), threading.Event()

    def look() -> None:
        with contextlib.suppress(OSError):
            getaddrinfo(host, None)
            found.set()
        ended.set()

    threading.Thread(target=look, daemon=True).start()
    ended.wait(limit_seconds)
    return found.is_set()
