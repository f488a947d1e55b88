"""Read what Pods print, a JSON object a line, and keep of it only what criteria need."""

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from operator import attrgetter
from typing import Any

from labkit.grading.criteria.objects import name_of
from labkit.grading.exercise import LogRead
from labkit.grading.snapshot import Line
from labkit.grading.sources import ClusterReader

MOST_PODS = 10  # of one read


def read_log(read: LogRead, namespace: str, reader: ClusterReader) -> tuple[Line, ...]:
    """Of every Pod with these labels, in the order of time. None printed anything: no lines."""
    pods = reader.list("Pod", namespace=namespace, labels=read.labels, at_most=MOST_PODS)
    found = [
        line
        for name in sorted(map(name_of, pods))
        for line in parsed(reader.log(name, namespace, tail=read.lines), read.keep)
    ]
    return tuple(sorted(found, key=attrgetter("time")))


def parsed(text: str, keep: Iterable[str] = ()) -> Iterator[Line]:
    """Lines that are no JSON object are passed over. Equal ones in a row become one."""
    said = [(_moment(facts), _kept(facts, tuple(keep))) for facts in _objects(text)]
    for facts, group in groupby(said, key=lambda line: line[1]):
        times = [time for time, _ in group]
        yield Line(times[0], times[-1], facts, len(times))


def _objects(text: str) -> Iterator[Mapping[str, Any]]:
    for line in text.splitlines():
        try:
            facts = json.loads(line)
        except (ValueError, RecursionError):
            continue  # the first line of a tail may be cut, and programs print other things, too
        if isinstance(facts, dict):
            yield facts


def _moment(facts: Mapping[str, Any]) -> str:
    return str(facts.get("time", ""))


def _kept(facts: Mapping[str, Any], keep: tuple[str, ...]) -> dict[str, Any]:
    return {
        key: value for key, value in facts.items() if key != "time" and (not keep or key in keep)
    }
