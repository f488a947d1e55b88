"""Ask pages as a visitor would: at an outer address, or through the Service proxy."""

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from string import Template

from labkit.foundation.text import say
from labkit.grading.criteria.objects import name_of
from labkit.grading.criteria.services import given_addresses, outside_addresses, port_of
from labkit.grading.exercise import PagesRead
from labkit.grading.snapshot import Failed, Object, Reply, list_key
from labkit.grading.sources import Place, Sources, attempted
from labkit.kube.errors import NotAnswering
from labkit.remote.web import Page

MOST_VISITED = 5  # Services or Ingresses a read
LONGEST_FACTS = 10_000  # characters of a page that are read as JSON
LONGEST_TEXT = 2000  # characters of a page that a snapshot keeps
AT_ONCE = 16


Lists = Mapping[str, tuple[Object, ...] | Failed]
Pages = dict[str, tuple[Reply, ...] | Failed]


def visit_all(
    reads: Sequence[PagesRead],
    lists: Lists,
    place: Place,
    sources: Sources,
    *,
    values: Mapping[str, str] | Failed,
) -> Pages:
    """Replies by door. `values` are what a host's name is made of."""
    pages: Pages = {}
    for read in reads:
        before = pages.get(read.through, ())
        if isinstance(before, Failed):
            continue
        if isinstance(values, Failed):
            found: tuple[Reply, ...] | Failed = (
                values if read.host else visit(read, lists, place, sources)
            )
        else:
            host = Template(read.host).substitute(values)
            found = visit(replace(read, host=host), lists, place, sources)
        pages[read.through] = found if isinstance(found, Failed) else (*before, *found)
    return pages


def visit(
    read: PagesRead, lists: Lists, place: Place, sources: Sources
) -> tuple[Reply, ...] | Failed:
    """GET the page of every Service or Ingress found in the lists, `times` times each."""
    replies: list[Reply] = []
    ask = {"web": _from_outside, "ingress": _by_name, "service": _through_proxy}[read.through]
    for suffix in read.suffixes:
        visited = lists[list_key(read.kind, suffix)]
        if isinstance(visited, Failed):
            return visited
        namespace = place.namespaces[suffix]
        found = attempted(
            say("the pages in {namespace}", namespace=namespace),
            partial(ask, read, visited[:MOST_VISITED], namespace, sources),
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


def _by_name(read: PagesRead, ingresses: Sequence[Object], _: str, sources: Sources) -> list[Reply]:
    """At the Ingress's address under the declared host; the reply's url is what a visitor types."""
    targets = [
        (name_of(ingress), f"http://{_host(address)}:{read.port}{read.path}")
        for ingress in ingresses
        for address in given_addresses(ingress)
        for _ in range(read.times)
    ]
    pages = sources.get_pages([url for _, url in targets], sources.clock, host=read.host)
    shown = f"http://{read.host}{read.path}"
    return [
        _reply(name, replace(page, url=shown))
        for (name, _), page in zip(targets, pages, strict=True)
    ]


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
