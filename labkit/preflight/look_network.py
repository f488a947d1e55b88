"""Routes, links, namespaces, rules and listeners of the host; where programs come from."""

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from labkit.preflight.facts import Link, Listener, Network, Proxies, Route, Sources
from labkit.preflight.surroundings import Surroundings

LISTENING = "0A"  # state of a socket in /proc/net/tcp
GO_PROXY = "https://proxy.golang.org"
RELEASES = "https://dl.k8s.io"


def network(around: Surroundings, ports: Iterable[int]) -> Network:
    settings = around.places.proc / "sys/net/ipv4"
    strict = (
        around.number(settings / "conf/all/rp_filter"),
        around.number(settings / "conf/default/rp_filter"),
    )
    return Network(
        routes=tuple(_routes(around)),
        links=tuple(_links(around)),
        namespaces=_namespaces(around.places.namespaces),
        listeners=tuple(_listeners(around, frozenset(ports))),
        nat_rules=tuple(_rules(around, "-t", "nat", "-S", "POSTROUTING")),
        forward_policy=_forward_policy(around),
        forwards=around.number(settings / "ip_forward") == 1,
        return_path_filter=max(strict),
    )


def _routes(around: Surroundings) -> Iterable[Route]:
    for entry in _answer(around, "ip", "-j", "-4", "route", "show", "table", "all"):
        destination = entry.get("dst", "")
        if entry.get("type", "unicast") == "unicast" and destination not in {"", "default"}:
            length = "" if "/" in destination else "/32"
            yield Route(destination + length, entry.get("dev", ""))


def _links(around: Surroundings) -> Iterable[Link]:
    # With -4 it would leave out links that have no address.
    for entry in _answer(around, "ip", "-j", "address"):
        ours = (each for each in entry.get("addr_info", []) if each.get("family") == "inet")
        addresses = tuple(str(each["local"]) for each in ours if each.get("local"))
        yield Link(str(entry.get("ifname", "")), addresses)


def _answer(around: Surroundings, *command: str) -> list[dict[str, Any]]:
    _, said = around.say_of(*command)
    try:
        entries = json.loads(said or "[]")
    except ValueError:  # an `ip` from before 2018 knows no -j
        return []
    return [entry for entry in entries if isinstance(entry, dict)]


def _namespaces(folder: Path) -> tuple[str, ...]:
    try:
        return tuple(sorted(path.name for path in folder.iterdir()))
    except OSError:
        return ()


def _rules(around: Surroundings, *arguments: str) -> list[str]:
    if not around.is_root:
        return []
    well, said = around.say_of("iptables", "-w", "1", *arguments)
    return said.splitlines() if well else []


def _forward_policy(around: Surroundings) -> str:
    policy = next(iter(_rules(around, "-S", "FORWARD")), "")
    return policy.split()[-1] if policy.startswith("-P FORWARD") else ""


def _listeners(around: Surroundings, ports: frozenset[int]) -> Iterable[Listener]:
    found: dict[int, str] = {}
    for table in ("net/tcp", "net/tcp6"):
        for line in around.read(around.places.proc / table).splitlines()[1:]:
            words = line.split()
            port = int(words[1].rpartition(":")[2], 16)
            if words[3] == LISTENING and port in ports:
                found.setdefault(port, words[9])
    owners = _owners(around, frozenset(found.values())) if found else {}
    for port, inode in sorted(found.items()):
        pid = owners.get(inode)
        name = around.read(around.places.proc / f"{pid}/comm").strip() if pid else ""
        yield Listener(port, pid, name)


def _owners(around: Surroundings, inodes: frozenset[str]) -> Mapping[str, int]:
    """Which process holds each socket, of those whose files we may see."""
    owners: dict[str, int] = {}
    for folder in around.places.proc.iterdir():
        if folder.name.isdecimal():
            for inode in _sockets(folder / "fd") & inodes:
                owners.setdefault(inode, int(folder.name))
    return owners


def _sockets(folder: Path) -> frozenset[str]:
    try:
        targets = [_target(link) for link in folder.iterdir()]
    except OSError:
        return frozenset()
    return frozenset(re.findall(r"socket:\[(\d+)\]", " ".join(targets)))


def _target(link: Path) -> str:
    try:
        return str(link.readlink())
    except OSError:  # closed while we looked
        return ""


def proxies(environment: Mapping[str, str]) -> Proxies:
    """Both spellings; the small one wins, as for curl and Go."""

    def value(name: str) -> str:
        return environment.get(name.lower()) or environment.get(name, "")

    used = {
        scheme: address
        for scheme in ("http", "https")
        if (address := value(f"{scheme.upper()}_PROXY"))
    }
    parts = (part.strip() for part in value("NO_PROXY").split(","))
    return Proxies(used, tuple(part for part in parts if part))


def sources(around: Surroundings, missing: tuple[str, ...], *, downloads: bool) -> Sources:
    """Where missing programs would come from; nobody is asked when none is missing."""
    if not missing:
        return Sources()
    first_go_proxy = re.split(r"[,|]", around.environment.get("GOPROXY", ""))[0]
    wanted = [first_go_proxy if "://" in first_go_proxy else GO_PROXY]
    wanted += [RELEASES] if downloads else []
    way = proxies(around.environment).used.get("https", "")
    answers = {url: around.connects(*_host_and_port(way or url)) for url in wanted}
    return Sources(
        missing,
        tuple(url for url, well in answers.items() if well),
        tuple(url for url, well in answers.items() if not well),
    )


def _host_and_port(url: str) -> tuple[str, int]:
    parts = urlsplit(url if "://" in url else f"http://{url}")
    return parts.hostname or "", parts.port or (80 if parts.scheme == "http" else 443)
