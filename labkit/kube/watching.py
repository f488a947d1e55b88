"""A watch that lasts: it resumes after a closed connection and lists again after lost history."""

import json
import math
from collections.abc import Generator
from dataclasses import replace

from labkit.kube.errors import (
    AnswerNotUnderstood,
    Busy,
    CertificateRejected,
    ClusterUnreachable,
    HistoryExpired,
    KubeError,
    ServerFailed,
)
from labkit.kube.exchange import JSON, LONGEST_QUOTE, Reply, Request, object_in, refused
from labkit.kube.listing import Lists, complete
from labkit.kube.resources import Object, Selection

SYNCED = "SYNCED"
"""Everything listed has been yielded; not an event of the API."""

PULSE = "PULSE"
"""Time has passed, so that the taker can stop; not an event of the API either."""

SHORTEST_STREAM_SECONDS = 0.05  # below it, opening another stream takes longer than it lasts
LONGEST_PAUSE_SECONDS = 1.0
TRUSTWORTHY_SECONDS = 1.0  # failing to connect in less time than this says nothing


def watched(
    lists: Lists, selection: Selection, *, seconds: float, pulse_seconds: float = 0
) -> Generator[tuple[str, Object], None, None]:
    """(ADDED | MODIFIED | DELETED | SYNCED, object), first what is there, until `seconds` are over.

    With `pulse_seconds`, (PULSE, {}) too, at least that often, also when nothing else happens.
    Raises ClusterUnreachable when the API server is away at the start or still away at the end.
    """
    return _Watch(lists, selection, seconds, pulse_seconds or seconds).events()


class _Watch:
    def __init__(
        self, lists: Lists, selection: Selection, seconds: float, pulse_seconds: float
    ) -> None:
        self._lists = lists
        self._selection = selection
        self._clock = lists.connection.clock
        self._end = self._clock.monotonic() + seconds
        self._has_pulse = pulse_seconds < seconds
        self._longest_stream_seconds = pulse_seconds
        self._stream_end = self._end
        self._known: dict[tuple[str, str], Object] = {}
        self._version = ""
        self._opened = False
        self._pause_seconds = 0.0
        self._trouble: KubeError | None = None

    def events(self) -> Generator[tuple[str, Object], None, None]:
        yield from self._listed()
        while (left := self._end - self._clock.monotonic()) > SHORTEST_STREAM_SECONDS:
            self._opened = False
            try:
                if not self._version:
                    yield from self._listed()
                yield from self._streamed(left)
            except HistoryExpired:
                self._version = ""
            except CertificateRejected:
                raise
            except (ClusterUnreachable, ServerFailed, Busy) as trouble:
                if not self._opened and left >= TRUSTWORTHY_SECONDS:
                    self._trouble = self._trouble or trouble
            yield from self._rest()
        if self._trouble:
            raise self._trouble

    def _listed(self) -> Generator[tuple[str, Object], None, None]:
        objects, self._version = self._lists.whole(self._selection)
        before, self._known = self._known, {_key(item): item for item in objects}
        for key, item in before.items():
            if key not in self._known:
                yield "DELETED", item
        for key, item in self._known.items():
            if key not in before:
                yield "ADDED", item
            elif _version(before[key]) != _version(item):
                yield "MODIFIED", item
        yield SYNCED, {}

    def _streamed(self, left: float) -> Generator[tuple[str, Object], None, None]:
        lasting = min(left, self._longest_stream_seconds)
        self._stream_end = self._clock.monotonic() + lasting
        request = self._lists.request(
            self._selection,
            watch="true",
            allowWatchBookmarks="true",
            resourceVersion=self._version,
            timeoutSeconds=str(math.ceil(lasting)),
        )
        request = replace(request, timeout_seconds=lasting)
        with self._lists.connection.streamed(request) as lines:
            self._opened = True
            self._trouble = None
            for line in lines:
                yield from self._taken(request, line)
                if self._clock.monotonic() >= self._stream_end:
                    return

    def _taken(self, request: Request, line: bytes) -> Generator[tuple[str, Object], None, None]:
        event = object_in(request, line)
        kind, item = event.get("type"), event.get("object")
        if not isinstance(item, dict) or not isinstance(kind, str):
            raise AnswerNotUnderstood(request.what, line[:LONGEST_QUOTE].decode(errors="replace"))
        if kind == "ERROR":
            status = int(item.get("code") or 500)
            headers = {"content-type": JSON}
            said = Reply(status, headers, json.dumps(item).encode())
            raise refused(self._lists.connection.access, request, said)
        self._version = _version(item)
        self._pause_seconds = 0.0
        if kind == "BOOKMARK":
            return
        complete(self._lists.resource(self._selection), item)
        if kind == "DELETED":
            self._known.pop(_key(item), None)
        else:
            self._known[_key(item)] = item
        yield kind, item

    def _rest(self) -> Generator[tuple[str, Object], None, None]:
        """Not at once again, lest a server in trouble be asked in a tight loop."""
        if self._clock.monotonic() >= self._stream_end:
            self._pause_seconds = 0.0  # it ended because its time was over
        left = self._end - self._clock.monotonic()
        pause = min(self._pause_seconds, left)
        self._pause_seconds = min(max(self._pause_seconds * 2, 0.05), LONGEST_PAUSE_SECONDS)
        if pause > 0:
            self._clock.pause(pause)
        if self._has_pulse:
            yield PULSE, {}


def _key(item: Object) -> tuple[str, str]:
    metadata = item["metadata"]
    return metadata.get("namespace") or "", metadata["name"]


def _version(item: Object) -> str:
    return str(item["metadata"]["resourceVersion"])
