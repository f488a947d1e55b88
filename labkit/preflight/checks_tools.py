"""The clock, kubectl on PATH, proxies, and where missing programs would come from."""

from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Network

from labkit.cluster.lab_range import LAB_RANGE
from labkit.foundation.text import say
from labkit.preflight.facts import Machine
from labkit.preflight.finding import Finding, blocking, fine, warning

RELEASED = datetime(2026, 2, 1, tzinfo=UTC)  # Kubernetes 1.34.4 is of that month
CLOCK_MAY_DIFFER = timedelta(hours=1)
SET_CLOCK = "sudo timedatectl set-ntp true   # or: sudo date -u -s 'YYYY-MM-DD hh:mm'"


def clock(machine: Machine) -> list[Finding]:
    times = machine.times
    now = f"{times.now:%Y-%m-%d %H:%M} UTC"
    if times.now < RELEASED:
        seen = say(
            "The clock says {now}; the lab's programs were published after {date:%Y-%m}.",
            now=now,
            date=RELEASED,
        )
        return [blocking("clock", seen, SET_CLOCK)]
    newest = times.newest_file_time
    if newest and newest > times.now + CLOCK_MAY_DIFFER:
        seen = say(
            "The clock says {now}, but {file} was written at {then:%Y-%m-%d %H:%M}.",
            now=now,
            file=times.newest_file,
            then=newest,
        )
        return [warning("clock", seen, SET_CLOCK)]
    return [fine("clock", say("The clock says {now}.", now=now))]


def kubectl(machine: Machine) -> list[Finding]:
    """A kubectl supports one minor version to either side of the server's."""
    found, ours = machine.kubectl, machine.kubernetes_version
    fix = f"alias kubectl={machine.our_kubectl}"
    if "kubectl" in machine.sources.missing:
        fix = "labkit up   # brings its own kubectl"
    if found is None:
        return []  # the lab brings its own
    if not found.version:
        seen = say("{path} does not tell its version.", path=found.path)
        return [warning("kubectl", seen, fix)]
    written = ".".join(str(part) for part in found.version)
    if is_skewed(found.version, ours):
        seen = say(
            "{path} is version {version}; the lab's Kubernetes is {major}.{minor}.",
            path=found.path,
            version=written,
            major=ours[0],
            minor=ours[1],
        )
        return [warning("kubectl", seen, fix)]
    return [fine("kubectl", say("kubectl {version} at {path}.", version=written, path=found.path))]


def is_skewed(client: tuple[int, ...], server: tuple[int, ...]) -> bool:
    return client[0] != server[0] or abs(client[1] - server[1]) > 1


def proxies(machine: Machine) -> list[Finding]:
    used, exceptions = machine.proxies.used, machine.proxies.exceptions
    if not used or any(_covers(part) for part in exceptions):
        return []
    scheme, address = next(iter(used.items()))
    seen = say(
        "{scheme}_PROXY is {address}, and NO_PROXY leaves the cluster's addresses to it.",
        scheme=scheme.upper(),
        address=_without_password(address),
    )
    fix = f"export NO_PROXY=${{NO_PROXY:+$NO_PROXY,}}localhost,127.0.0.1,{LAB_RANGE}"
    return [warning("proxy", seen, fix)]


def _covers(part: str) -> bool:
    """Whether one part of NO_PROXY covers all of the lab's addresses, as Go reads it."""
    if part == "*":
        return True
    try:
        return LAB_RANGE.subnet_of(IPv4Network(part, strict=False))
    except ValueError:
        return False


def _without_password(address: str) -> str:
    before, separator, place = address.rpartition("@")
    scheme = before.partition("://")[0] + "://" if "://" in before else ""
    return scheme + place if separator else address


def registry(machine: Machine) -> list[Finding]:
    """Only what the cache lacks has to come from somewhere."""
    sources = machine.sources
    if not sources.missing:
        return [fine("programs", say("All programs of the lab are in the cache."))]
    names = ", ".join(sources.missing)
    if not sources.reachable:
        seen = say(
            "{places} cannot be reached, and the cache lacks {names}.",
            places=", ".join(sources.unreachable),
            names=names,
        )
        fix = say(
            "Connect to the internet, set HTTPS_PROXY or GOPROXY, or copy a filled cache here."
        )
        return [warning("registry", seen, fix)]
    seen = say(
        "The cache lacks {names}; the first `labkit up` fetches or builds them.", names=names
    )
    return [fine("programs", seen)]
