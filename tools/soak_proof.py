"""Prove all exercises again and again on the lab's cluster, each time in another order.

`python -m tools.soak_proof [RUNS] [SEED] [--load N] [--jobs N]`. The seed is printed and repeats
the orders. `--load` keeps so many processes counting meanwhile. Ends with 1 if a state missed in
any run: nothing but the order differs between them, so a miss in some runs only is a flake.
"""

import argparse
import json
import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from labkit.foundation.process import SystemRunner, beside
from labkit.foundation.waiting import SystemClock

LONGEST_PROOF_SECONDS = 3600
COUNTING = "while True: sum(range(10_000))"
Case = tuple[str, str]


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="soak_proof", description="Prove again and again.")
    parser.add_argument("runs", nargs="?", type=int, default=5)
    parser.add_argument("seed", nargs="?", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--load", type=int, default=0, help="processes that count meanwhile")
    parser.add_argument("--jobs", type=int, default=4, help="attempts at once")
    asked = parser.parse_args(arguments)
    tell(f"{asked.runs} proofs, seed {asked.seed}, load {asked.load}")
    chance = random.Random(asked.seed)  # noqa: S311  no secret
    with load(asked.load):
        runs = [proof(n, chance.randrange(10**6), asked.jobs) for n in range(1, asked.runs + 1)]
    return told(runs)


@contextmanager
def load(processes: int) -> Iterator[None]:
    """Whatever counts ends with us."""
    with ExitStack() as stack, TemporaryDirectory(prefix="labkit-load-") as logs:
        for number in range(processes):
            command = [sys.executable, "-c", COUNTING]
            stack.enter_context(beside(command, Path(logs) / f"{number}.log"))
        yield


def proof(number: int, seed: int, jobs: int) -> dict[str, Any]:
    """What `labkit prove --json` said, and the seconds that it took."""
    clock = SystemClock()
    began = clock.monotonic()
    command = ["labkit", "prove", "--json", "--seed", str(seed), "--jobs", str(jobs)]
    command[0] = str(Path(sys.executable).with_name("labkit"))
    said = SystemRunner()(command, timeout_seconds=LONGEST_PROOF_SECONDS, may_fail=True)
    ran: dict[str, Any] = json.loads(said.output) if said.output.strip() else {"cases": []}
    ran["seconds"] = clock.monotonic() - began
    ran["trouble"] = "" if "held" in ran else said.errors.strip() or f"status {said.status}"
    misses = [case for case in ran["cases"] if case["outcome"] == "missed"]
    tell(f"{number:>3}  {len(ran['cases'])} states in {ran['seconds']:.0f} s, seed {seed}")
    for case in misses:
        tell(f"     ✘ {case['exercise']}: {case['case']}\n       {case['seen']}")
    if ran["trouble"]:
        tell(f"     ✘ {ran['trouble']}")
    return ran


def told(runs: Sequence[dict[str, Any]]) -> int:
    """The last lines, and the exit code that follows from them."""
    misses: Counter[Case] = Counter(
        (case["exercise"], case["case"])
        for run in runs
        for case in run["cases"]
        if case["outcome"] == "missed"
    )
    broken = sum(bool(run["trouble"]) for run in runs)
    for (exercise, case), count in misses.most_common():
        kind = "always" if count == len(runs) else "flake"
        tell(f"{kind}: {exercise}: {case}, {count} of {len(runs)}")
    states = sum(len(run["cases"]) for run in runs)
    tell(f"{len(runs)} proofs, {states} states, {sum(misses.values())} missed, {broken} broke off.")
    return 1 if misses or broken else 0


def tell(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
