"""A keeper goes on, whatever happens in one of its rounds."""

from pathlib import Path
from queue import Queue

from labkit.cloud.lifecycle.converging import Round
from labkit.cloud.lifecycle.keeping import Keepers
from tests.support.cloud import PROJECT, staged

LIMIT_SECONDS = 20


def test_a_bug_in_one_round_does_not_end_the_keeper(tmp_path: Path) -> None:
    rounds: Queue[int] = Queue()

    def tend(round_: Round) -> None:
        rounds.put(1)
        raise ValueError("a bug")

    with staged(tmp_path) as stage:
        clusters = f"/cloud/project/{PROJECT}/kube"
        made = stage.asked("POST", clusters, {"region": "GRA7"})
        keepers = Keepers(stage.cloud, stage.emulator.round, tend)
        try:
            for _ in range(3):
                keepers.wake(made["id"])
                rounds.get(timeout=LIMIT_SECONDS)
        finally:
            keepers.end()
        assert stage.asked("GET", f"{clusters}/{made['id']}")["status"] == "READY"
