"""Ask pages as a visitor would: at a Service's outer address, or through the Service proxy."""

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from labkit.foundation.text import say
from labkit.grading.criteria.objects import name_of
from labkit.grading.criteria.services import outside_addresses, port_of
from labkit.grading.exercise import PagesRead
from labkit.grading.snapshot import Failed, Object, Reply, list_key
from labkit.grading.sources import Place, Sources, attempted
from labkit.kube.errors import NotAnswering
from labkit.remote.web import Page

MOST_SERVICES = 5  # visited a read
LONGEST_FACTS = 10_000  # characters of a page that are read as JSON
LONGEST_TEXT = 2000  # characters of a page that a snapshot keeps
AT_ONCE = 16


def visit(
    read: PagesRead,
    lists: Mapping[str, tuple[Object, ...] | Failed],
    place: Place,
    sources: Sources,
) -> tuple[Reply, ...] | Failed:
    """GET the page of every Service found in the lists, `times` times each."""
    replies: list[Reply] = []
    for suffix in read.suffixes:
        services = lists[list_key("Service", suffix)]
        if isinstance(services, Failed):
            return services
        namespace = place.namespaces[suffix]
        ask = _from_outside if read.through == "web" else _through_proxy
        found = attempted(
            say("the pages in {namespace}", namespace=namespace),
            partial(ask, read, services[:MOST_SERVICES], namespace, sources),
        )
        if isinstance(found, Failed):
            return found
        replies += found
    return tuple(replies)


def _from_outside(
    read: PagesRead, services: Sequence[Object], _: str, sources: Sources
) -> list[Reply]:
    targets = [
        (name_of(service), f"http://{_host(address)}:{read.port}{read.path}")
        for service in services
        if port_of(service, read.port)
        for address in outside_addresses(service)
        for _ in range(read.times)
    ]
    pages = sources.get_pages([url for _, url in targets], sources.clock)
    return [_reply(name, page) for (name, _), page in zip(targets, pages, strict=True)]


def _through_proxy(
    read: PagesRead, services: Sequence[Object], namespace: str, sources: Sources
) -> list[Reply]:
    names = [name_of(s) for s in services if port_of(s, read.port) for _ in range(read.times)]

    def ask(name: str) -> Reply:
        url = f"{name}:{read.port}{read.path}"
        try:
            said = sources.reader.through_service(namespace, name, read.port, read.path)
        except NotAnswering as problem:
            return Reply(name, url, problem=problem.reason)
        return _reply(name, Page(url, said.status, said.body))

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(ask, names))


def _reply(service: str, page: Page) -> Reply:
    try:
        facts = json.loads(page.text[:LONGEST_FACTS])
    except (ValueError, RecursionError):  # a page may be anything, such as 100,000 brackets
        facts = {}
    return Reply(
        service,
        page.url,
        page.status,
        page.text[:LONGEST_TEXT],
        facts if isinstance(facts, dict) else {},
        page.problem,
    )


def _host(address: str) -> str:
    return f"[{address}]" if ":" in address else address
