"""`make soak`: break a cluster at random for as long as asked, and see it work again each time.

`python -m tools.soak [MINUTES] [SEED]`. The seed is printed, and repeats the same misfortunes. Ends
with 1 at the first thing that `labkit up` did not mend within its limit, and leaves the cluster.
"""

import json
import random
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from labkit.foundation.errors import LabError
from labkit.foundation.process import SystemRunner
from labkit.foundation.waiting import SystemClock, wait_until
from labkit.kube.kubeconfig import read_access
from labkit.kube.reader import Reader
from labkit.kube.writer import Writer
from tools.bench_measure import Bench, apply_hello, page_answers

USUAL_MINUTES = 60.0
MENDED_SECONDS = 90
MOST_NODES = 3

Misfortune = Callable[[Bench, random.Random], str]


def main(arguments: Sequence[str]) -> int:
    minutes = float(arguments[0]) if arguments else USUAL_MINUTES
    seed = int(arguments[1]) if len(arguments) > 1 else random.SystemRandom().randrange(10**6)
    bench = Bench(Path(mkdtemp(prefix="labkit-soak-")), "soak")
    tell(f"{minutes:g} minutes, seed {seed}, home {bench.home}")
    try:
        rounds = soak(bench, random.Random(seed), minutes * 60)  # noqa: S311  no secret
    except LabError as problem:
        tell(f"{problem}\n{problem.evidence}")
        tell(f"The cluster is left as it is: LABKIT_HOME={bench.home} LABKIT_CLUSTER=soak")
        return 1
    bench.labkit("down")
    tell(f"{rounds} misfortunes, each mended.")
    return 0


def soak(bench: Bench, chance: random.Random, seconds: float) -> int:
    clock = SystemClock()
    end, rounds = clock.monotonic() + seconds, 0
    bench.labkit("up")
    with Writer(read_access(bench.kubeconfig)) as writer:
        apply_hello(writer)
    while clock.monotonic() < end:
        misfortune = chance.choice(MISFORTUNES)
        began = clock.monotonic()
        what = misfortune(bench, chance)
        bench.labkit("up")
        expect_page(bench)
        rounds += 1
        tell(f"{rounds:>4}  {what:<40} mended in {clock.monotonic() - began:.1f} s")
    return rounds


def expect_page(bench: Bench) -> None:
    with Reader(read_access(bench.kubeconfig)) as reader:
        wait_until(
            lambda: page_answers(reader),
            "the hello page",
            limit_seconds=MENDED_SECONDS,
            clock=SystemClock(),
            last_seen=lambda: json.dumps(status(bench)["components"]),
        )


def kill_one(bench: Bench, chance: random.Random) -> str:
    component = chance.choice(running(bench))
    kill([component["pid"]])
    return f"killed {component['name']}"


def kill_all(bench: Bench, chance: random.Random) -> str:
    components = running(bench)
    kill([component["pid"] for component in components])
    return f"killed all {len(components)} components"


def stop(bench: Bench, chance: random.Random) -> str:
    bench.labkit("stop")
    return "stopped"


def change_nodes(bench: Bench, chance: random.Random) -> str:
    nodes = [node["name"] for node in status(bench)["nodes"]]
    if len(nodes) > 1 and (len(nodes) >= MOST_NODES or chance.random() < 0.5):
        bench.labkit("node", "remove", nodes[-1])
        return f"removed {nodes[-1]}"
    added = json.loads(bench.labkit("node", "add", "--json"))["name"]
    return f"added {added}"


MISFORTUNES: tuple[Misfortune, ...] = (kill_one, kill_one, kill_one, kill_all, stop, change_nodes)
"""Single deaths are what happens most."""


def status(bench: Bench) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(bench.labkit("status", "--json"))
    return found


def running(bench: Bench) -> list[dict[str, Any]]:
    return [component for component in status(bench)["components"] if component["pid"]]


def kill(pids: Sequence[int]) -> None:
    rights = [] if SystemRunner()(["id", "-u"]).output.strip() == "0" else ["sudo"]
    SystemRunner()([*rights, "kill", "-KILL", *map(str, pids)], may_fail=True)


def tell(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
