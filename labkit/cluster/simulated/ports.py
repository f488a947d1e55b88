"""Free ports on 127.0.0.1 for one control plane, kept for as long as the cluster exists."""

import socket
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass

from labkit.foundation.errors import LabError
from labkit.foundation.text import say

# Below 32768, from where Linux lends ports to outgoing connections: a stopped cluster's stay free.
FIRST, LAST = 21000, 29999


@dataclass(frozen=True, slots=True)
class Ports:
    api: int
    etcd_client: int
    etcd_peer: int
    manager: int
    scheduler: int

    def numbers(self) -> tuple[int, ...]:
        return tuple(asdict(self).values())


def is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def choose_ports(seed: str, taken: Iterable[int], free: Callable[[int], bool] = is_free) -> Ports:
    """Five free ports. `seed` decides where the search begins, so that homes rarely meet."""
    avoided = set(taken)
    count = LAST - FIRST + 1
    begin = int(seed, 16) % count
    candidates = (FIRST + (begin + step) % count for step in range(count))
    found: list[int] = []
    for port in candidates:
        if port not in avoided and free(port):
            found.append(port)
        if len(found) == len(Ports.__dataclass_fields__):
            return Ports(*found)
    raise LabError(
        say("No port from {first} to {last} is free on 127.0.0.1.", first=FIRST, last=LAST),
        say("End programs that listen there; `ss -ltnp` lists them."),
    )


def mended(
    ports: Ports, seed: str, taken: Iterable[int], free: Callable[[int], bool] = is_free
) -> Ports:
    """The same ports where they are still free, others instead of those that somebody took."""
    spare = choose_ports(seed, {*taken, *ports.numbers()}, free)
    pairs = zip(ports.numbers(), spare.numbers(), strict=True)
    return Ports(*(old if free(old) else new for old, new in pairs))
