"""A life of an emulator, drawn at random, beside a model of what it must remember."""

from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.contract.cloud.hostile import NOWHERE, attempts, send
from tests.contract.cloud.place import KUBE
from tests.support.cloud import Machine
from tests.support.served_cloud import Front, served

FEW_NODES = st.integers(0, 3)
CHANCE = st.integers(0, 10**6)
BLOCKS = st.lists(st.sampled_from(["10.0.0.0/8", "192.0.2.0/24", "2001:db8::/32"]), unique=True)


@dataclass(slots=True)
class Known:
    """A cluster as it must be."""

    name: str
    blocks: list[str] = field(default_factory=list)
    pools: dict[str, int] = field(default_factory=dict)
    """Pool to the number of nodes that it wants."""


class Remembering(RuleBasedStateMachine):
    def __init__(self, folder: Path, front: Front) -> None:
        super().__init__()
        self.folder, self.front, self.machine = folder, front, Machine(folder)
        self.known: dict[str, Known] = {}
        self.leaving: set[str] = set()
        self._opened = ExitStack()
        self._starts = 0
        self._open()

    def _open(self) -> None:
        """With chances of its own: the first ones again would give out the same ids again."""
        self._starts += 1
        there = served(self.folder, self.front, self.machine, seed=self._starts)
        self.stage = self._opened.enter_context(there)

    def teardown(self) -> None:
        self._opened.close()

    def _any(self, chance: int) -> tuple[str, Known]:
        id_ = Random(chance).choice(sorted(self.known))
        return id_, self.known[id_]

    def _pool(self, chance: int) -> tuple[str, str]:
        pairs = [(id_, pool) for id_, one in sorted(self.known.items()) for pool in one.pools]
        return Random(chance).choice(sorted(pairs))

    def _has_pools(self) -> bool:
        return any(one.pools for one in self.known.values())

    @precondition(lambda self: len(self.known) + len(self.leaving) < 4)
    @rule(name=st.sampled_from(["demo", "my_kube_cluster", "é"]), nodes=FEW_NODES)
    def create(self, name: str, nodes: int) -> None:
        pool = {"flavorName": "b3-8", "name": "first", "desiredNodes": nodes}
        body = {"region": "GRA7", "name": name, "version": "1.33", "nodepools": [pool]}
        made = self.stage.asked("POST", KUBE, body)["id"]
        listed = self.stage.asked("GET", f"{KUBE}/{made}/nodepool")
        self.known[made] = Known(name, pools={one["id"]: nodes for one in listed})

    @precondition(lambda self: self.known)
    @rule(chance=CHANCE)
    def delete(self, chance: int) -> None:
        id_, _ = self._any(chance)
        self.stage.asked("DELETE", f"{KUBE}/{id_}")
        del self.known[id_]
        self.leaving.add(id_)

    @precondition(lambda self: self.known)
    @rule(chance=CHANCE, name=st.text(min_size=1, max_size=30))
    def rename(self, chance: int, name: str) -> None:
        id_, known = self._any(chance)
        self.stage.asked("PUT", f"{KUBE}/{id_}", {"name": name})
        known.name = name

    @precondition(lambda self: self.known)
    @rule(chance=CHANCE, blocks=BLOCKS)
    def restrict(self, chance: int, blocks: list[str]) -> None:
        id_, known = self._any(chance)
        self.stage.asked("PUT", f"{KUBE}/{id_}/ipRestrictions", {"ips": blocks})
        known.blocks = blocks

    @precondition(lambda self: self.known)
    @rule(chance=CHANCE, nodes=FEW_NODES)
    def add_pool(self, chance: int, nodes: int) -> None:
        id_, known = self._any(chance)
        body = {"flavorName": "b3-8", "desiredNodes": nodes}
        known.pools[self.stage.asked("POST", f"{KUBE}/{id_}/nodepool", body)["id"]] = nodes

    @precondition(lambda self: self._has_pools())
    @rule(chance=CHANCE, nodes=FEW_NODES)
    def resize(self, chance: int, nodes: int) -> None:
        id_, pool = self._pool(chance)
        self.stage.asked("PUT", f"{KUBE}/{id_}/nodepool/{pool}", {"desiredNodes": nodes})
        self.known[id_].pools[pool] = nodes

    @precondition(lambda self: self._has_pools())
    @rule(chance=CHANCE)
    def delete_pool(self, chance: int) -> None:
        id_, pool = self._pool(chance)
        self.stage.asked("DELETE", f"{KUBE}/{id_}/nodepool/{pool}")
        del self.known[id_].pools[pool]

    @precondition(lambda self: self._has_pools())
    @rule(chance=CHANCE)
    def delete_node(self, chance: int) -> None:
        id_, pool = self._pool(chance)
        nodes = self.stage.asked("GET", f"{KUBE}/{id_}/nodepool/{pool}/nodes")
        wanted = [node["id"] for node in nodes if node["status"] != "DELETING"]
        if wanted:
            self.stage.asked("DELETE", f"{KUBE}/{id_}/node/{Random(chance).choice(wanted)}")
            self.known[id_].pools[pool] -= 1

    @precondition(lambda self: self.known)
    @rule(
        chance=CHANCE,
        word=st.sampled_from(["update", "restart", "kubeconfig/reset", "reset"]),
    )
    def disturb(self, chance: int, word: str) -> None:
        id_, _ = self._any(chance)
        body = {"strategy": "NEXT_MINOR"} if word == "update" else {}
        if word == "reset":
            body = {"workerNodesPolicy": "reinstall"}
        answer = self.stage.call("POST", f"{KUBE}/{id_}/{word}", body)
        assert answer.status_code in (204, 400), answer.text  # there is no version after the last

    @rule(data=st.data())
    def ask_nonsense(self, data: st.DataObject) -> None:
        """Of what is not there, so that the model needs to know nothing of it."""
        attempt = data.draw(attempts(NOWHERE, real=False))
        if not attempt.operation.path.endswith(("/kube", "/auth/logout")):
            assert send(self.stage, attempt).status < 500

    @rule()
    def stop_and_start_again(self) -> None:
        self._opened.close()
        self._open()

    @rule()
    def settle(self) -> None:
        self.stage.settle()
        self.leaving.clear()
        for id_, known in self.known.items():
            shown = self.stage.asked("GET", f"{KUBE}/{id_}")
            assert (shown["status"], shown["isUpToDate"]) == ("READY", True)
            nodes = self.stage.asked("GET", f"{KUBE}/{id_}/node")
            assert {node["status"] for node in nodes} <= {"READY"}
            assert len(nodes) == sum(known.pools.values())
        self._engines_agree()

    def _engines_agree(self) -> None:
        nodes = {name for cluster in self.machine.clusters.values() for name in cluster}
        listed = {
            node["name"]
            for id_ in self.known
            for node in self.stage.asked("GET", f"{KUBE}/{id_}/node")
        }
        assert nodes == listed
        assert len(self.machine.clusters) == len(self.known)

    @invariant()
    def everything_is_remembered(self) -> None:
        listed = self.stage.asked("GET", KUBE)
        assert set(self.known) <= set(listed) <= set(self.known) | self.leaving
        for id_, known in self.known.items():
            assert self.stage.asked("GET", f"{KUBE}/{id_}")["name"] == known.name
            assert self.stage.asked("GET", f"{KUBE}/{id_}/ipRestrictions") == known.blocks
            pools = self.stage.asked("GET", f"{KUBE}/{id_}/nodepool")
            there = {one["id"]: one["desiredNodes"] for one in pools if one["status"] != "DELETING"}
            assert there == known.pools
