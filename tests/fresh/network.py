"""A network of its own for the fresh machine, with a way out through this machine."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from labkit.foundation.process import Runner

LINK = "fresh0"
OUTER, INNER, LENGTH = "198.51.100.1", "198.51.100.2", 30  # documentation addresses: nobody's
OUT = ["POSTROUTING", "--source", INNER, "--jump", "MASQUERADE"]


@contextmanager
def connected(first: int, run: Runner) -> Iterator[None]:
    """`first` is a process in the machine's network namespace; all is taken back afterwards."""
    way_out = run(["ip", "-o", "route", "show", "default"]).output.split()
    forwarding = forwarding_of(way_out[way_out.index("dev") + 1])
    before = forwarding.read_text()
    inside = ["nsenter", "--target", str(first), "--net", "ip"]
    try:
        run(["ip", "link", "add", LINK, "type", "veth", "peer", "eth0", "netns", str(first)])
        run(["ip", "address", "add", f"{OUTER}/{LENGTH}", "dev", LINK])
        run(["ip", "link", "set", LINK, "up"])
        run([*inside, "address", "add", f"{INNER}/{LENGTH}", "dev", "eth0"])
        for name in ("lo", "eth0"):
            run([*inside, "link", "set", name, "up"])
        run([*inside, "route", "add", "default", "via", OUTER])
        run(["iptables", "--wait", "--table", "nat", "--append", *OUT])
        for path in (forwarding_of(LINK), forwarding):
            path.write_text("1")
        yield
    finally:
        forwarding.write_text(before)
        run(["iptables", "--wait", "--table", "nat", "--delete", *OUT], may_fail=True)
        run(["ip", "link", "delete", LINK], may_fail=True)


def forwarding_of(link: str) -> Path:
    return Path("/proc/sys/net/ipv4/conf") / link / "forwarding"
