"""Exercises on a real cluster: identities keep to their rights, crashes mend."""

import hashlib
import shutil
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from labkit.cli.env import how_to_know
from labkit.foundation.process import Completed, SystemRunner
from labkit.foundation.waiting import SystemClock
from labkit.grading.exercise import Exercise, find_exercise
from labkit.grading.verdict import State
from labkit.kube.errors import Forbidden, ObjectNotFound
from labkit.kube.reader import Reader
from labkit.kube.writer import Writer
from labkit.workshop.checking import check
from labkit.workshop.identities import access_as
from labkit.workshop.lab import CONTENT, Lab
from labkit.workshop.leaving import leave
from labkit.workshop.names import (
    SYSTEM_NAMESPACE,
    learner_kubeconfig,
    namespaces_of,
    record_name,
)
from labkit.workshop.records import Stage, read_record
from labkit.workshop.rights import Role
from labkit.workshop.starting import reset, start
from labkit.workshop.tools import tool_path
from labkit.workshop.working import solve
from tests.support.killing import ended_at

pytestmark = pytest.mark.cluster
CARD = "leave-a-card"
DESK = "open-the-desk"
SEED = 7
TOKEN_SECONDS = 0.3


@pytest.fixture
def mine(lab: Lab, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Lab]:
    """The shared cluster as an attendee whom only this test knows."""
    mark = hashlib.sha256(request.node.nodeid.encode()).hexdigest()[:10]
    own = lab.for_attendee(f"t-{mark}", tmp_path / "home", SEED)
    (tmp_path / "home").mkdir()
    record = lab.settings.home / "lab.json"
    (tmp_path / "home" / "lab.json").write_text(record.read_text())
    yield own
    leave(own)


WRITES: dict[str, Callable[[Writer, str], object]] = {
    "create": lambda writer, ns: writer.create(config_map("mine", ns)),
    "apply": lambda writer, ns: writer.apply(config_map("card", ns)),
    "patch": lambda writer, ns: writer.patch("ConfigMap", "kube-root-ca.crt", {"data": {}}, ns),
    "delete": lambda writer, ns: writer.delete("ConfigMap", "kube-root-ca.crt", ns),
    "delete all": lambda writer, ns: writer.delete_all("ConfigMap", ns),
    "evict": lambda writer, ns: writer.evict("any", ns),
    "token": lambda writer, ns: writer.token("default", ns),
}


def config_map(name: str, namespace: str) -> dict[str, object]:
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata}


def test_grader_can_write_nothing_anywhere(mine: Lab) -> None:
    namespaces = start(mine, CARD).namespaces.values()
    with Writer(access_as(mine, Role.GRADER)) as writer:
        for namespace in (*namespaces, SYSTEM_NAMESPACE, "kube-system", "default"):
            for write in WRITES.values():
                with pytest.raises(Forbidden):
                    write(writer, namespace)
        with pytest.raises(Forbidden):
            writer.patch("Node", "node1", {"spec": {"unschedulable": True}})


def test_grader_sees_no_more_than_is_declared(mine: Lab) -> None:
    own = start(mine, CARD).namespaces[""]
    with Reader(access_as(mine, Role.GRADER)) as reader:
        assert reader.list("ConfigMap", namespace=own) is not None
        for kind, namespace in (("Pod", own), ("ConfigMap", SYSTEM_NAMESPACE), ("Node", None)):
            with pytest.raises(Forbidden):
                reader.list(kind, namespace=namespace)


def test_learner_reaches_neither_seed_records_nor_others_work(mine: Lab, lab: Lab) -> None:
    start(mine, CARD)
    other = lab.for_attendee(f"{mine.attendee}-x", mine.settings.home / "other", SEED)
    theirs = start(other, CARD).namespaces[""]
    record = record_name(mine.attendee, CARD)
    access = access_as(mine, Role.LEARNER)
    with Reader(access) as reader, Writer(access) as writer:
        for namespace in (SYSTEM_NAMESPACE, theirs):
            with pytest.raises(Forbidden):
                reader.list("ConfigMap", namespace=namespace)
            for write in WRITES.values():
                with pytest.raises(Forbidden):
                    write(writer, namespace)
        with pytest.raises(Forbidden):
            reader.get("ConfigMap", record, namespace=SYSTEM_NAMESPACE)
        with pytest.raises(Forbidden):
            writer.token(f"{mine.attendee}-grader", SYSTEM_NAMESPACE)
    leave(other)


def whose(lab: Lab) -> dict[str, str]:
    """For a labkit in a process of its own."""
    return {"LABKIT_HOME": str(lab.settings.home), "LABKIT_ATTENDEE": lab.attendee}


def kubectl(lab: Lab, *words: str) -> Completed:
    environment = {"KUBECONFIG": str(learner_kubeconfig(lab.settings)), "PATH": tool_path(lab)}
    return SystemRunner()(["kubectl", *words], environment=environment, may_fail=True)


def test_kubectl_works_with_the_learners_kubeconfig_and_renews_its_token(mine: Lab) -> None:
    own = start(mine, CARD).namespaces[""]
    made = kubectl(mine, "create", "configmap", "card", "--from-literal=a=b")
    assert made.status == 0, made.errors
    for token in (mine.settings.home / "tokens").iterdir():
        token.unlink()
    whoami = kubectl(mine, "auth", "whoami", "-o", "jsonpath={.status.userInfo.username}")
    assert whoami.output.endswith(f"{mine.attendee}-learner")
    context = kubectl(mine, "config", "view", "--minify", "-o", "jsonpath={..namespace}")
    assert context.output == own


def test_terminal_that_was_told_has_the_labs_kubectl_and_is_the_learner(mine: Lab) -> None:
    start(mine, CARD)
    environment = {**whose(mine), "PATH": "/usr/bin:/bin", "KUBECONFIG": ""}
    whoami = "kubectl auth whoami -o jsonpath={.status.userInfo.username}"
    line = f"{how_to_know()}; command -v kubectl; command -v labkit; {whoami}"
    told = SystemRunner()(["sh", "-euc", line], environment=environment).output.split()
    assert told[0] == shutil.which("kubectl", path=tool_path(mine))
    assert told[1] == str(Path(sys.executable).with_name("labkit"))
    assert told[2].endswith(f":{mine.attendee}-learner")


def test_token_is_given_before_a_reader_would_notice(mine: Lab) -> None:
    """The best of five: what else the machine does adds to our time, and never takes from it."""
    start(mine, CARD)
    environment = whose(mine)
    clock, times = SystemClock(), []
    for _ in range(5):
        began = clock.monotonic()
        SystemRunner()([sys.executable, "-I", "-m", "labkit.cli.token"], environment=environment)
        times.append(clock.monotonic() - began)
    assert min(times) < TOKEN_SECONDS


def labkit(*words: str) -> list[str]:
    return [sys.executable, "-m", "labkit.cli.main", *words]


def with_seed(lab: Lab) -> dict[str, str]:
    return {**whose(lab), "LABKIT_SEED": str(SEED)}


def command(lab: Lab, *words: str) -> int:
    """The exit status of a labkit command in a process of its own."""
    environment = with_seed(lab)
    run = SystemRunner()
    return run(labkit(*words), environment=environment, may_fail=True, folder=CONTENT).status


def untouched(lab: Lab, exercise_id: str) -> bool:
    verdict = check(lab, exercise_id).verdict
    return verdict.points == 0 and verdict.state is not State.CANNOT_CHECK


@dataclass(frozen=True, slots=True)
class Watched:
    """The card's exercise as the administrator sees it while a command works on it."""

    lab: Lab
    reader: Reader
    neighbour: str = ""
    """The uid of the neighbour's card before."""

    def stage(self) -> Stage | None:
        record = read_record(self.reader, self.lab, self.exercise())
        return record.stage if record else None

    def uid(self, kind: str, name: str, suffix: str = "") -> str:
        """Empty while it is not there."""
        namespace = namespaces_of(self.exercise(), self.lab.attendee)[suffix]
        try:
            found = self.reader.get(kind, name, namespace=namespace)
        except ObjectNotFound:
            return ""
        return str(found["metadata"]["uid"])

    def exercise(self) -> Exercise:
        return find_exercise(self.lab.exercises, CARD)


MOMENTS: dict[str, Callable[[Watched], bool]] = {
    "rights granted": lambda w: bool(w.uid("RoleBinding", "labkit-grader")),
    "reset begun": lambda w: w.stage() is Stage.RESETTING,
    "own card gone": lambda w: not w.uid("ConfigMap", "card"),
    "setup begun": lambda w: w.stage() is Stage.STARTING,
    "neighbour moved in": lambda w: w.uid("ConfigMap", "card", "b") not in ("", w.neighbour),
}


def killed_at(moment: str, word: str, watched: Watched, log: Path) -> bool:
    """Whether it was still at work then; one that had ended shows nothing."""
    code = ended_at(
        lambda: MOMENTS[moment](watched),
        labkit(word, CARD),
        log,
        awaited=moment,
        environment=with_seed(watched.lab),
    )
    return code is None


@pytest.mark.parametrize(
    "moment", ["reset begun", "own card gone", "setup begun", "neighbour moved in"]
)
def test_reset_finishes_what_a_killed_one_began(moment: str, mine: Lab, tmp_path: Path) -> None:
    start(mine, CARD)
    solve(mine, CARD)
    with Reader(mine.administrator()) as reader:
        before = Watched(mine, reader).uid("ConfigMap", "card", "b")
        assert killed_at(moment, "reset", Watched(mine, reader, before), tmp_path / "log")
    assert command(mine, "reset", CARD) == 0
    assert untouched(mine, CARD)


@pytest.mark.parametrize("moment", ["rights granted", "setup begun", "neighbour moved in"])
def test_start_finishes_what_a_killed_first_one_began(
    moment: str, mine: Lab, tmp_path: Path
) -> None:
    with Reader(mine.administrator()) as reader:
        assert killed_at(moment, "start", Watched(mine, reader), tmp_path / "log")
    assert command(mine, "start", CARD) == 0
    assert untouched(mine, CARD)


def test_two_starts_at_once_both_end_well(mine: Lab) -> None:
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(lambda _: command(mine, "start", CARD), range(2))) == [0, 0]
    assert untouched(mine, CARD)


def test_learner_who_takes_the_graders_rights_away_gains_nothing(mine: Lab) -> None:
    own = start(mine, CARD).namespaces[""]
    with Writer(access_as(mine, Role.LEARNER)) as writer:
        writer.delete("RoleBinding", "labkit-grader", own)
    verdict = check(mine, CARD).verdict
    assert (verdict.points, verdict.final) == (0, False)
    start(mine, CARD)
    assert untouched(mine, CARD)


def test_reset_ends_what_would_rather_stay(mine: Lab) -> None:
    """A Pod with a long farewell, and an object with a finalizer that nobody serves."""
    own = start(mine, DESK).namespaces[""]
    slow = {
        "name": "slow",
        "image": "registry.lab.example:5000/hello:1.0",
        "imagePullPolicy": "IfNotPresent",
    }
    spec = {"containers": [slow], "terminationGracePeriodSeconds": 600}
    with Writer(access_as(mine, Role.LEARNER)) as writer:
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "slow"}, "spec": spec}
        writer.apply(pod, namespace=own)
        stuck = config_map("stuck", own)
        stuck["metadata"] = {"name": "stuck", "finalizers": ["nobody.example/serves-this"]}
        writer.apply(stuck, namespace=own)
    solve(mine, DESK)
    reset(mine, DESK)
    with Reader(mine.administrator()) as reader:
        assert reader.list("Pod", namespace=own) == []
        names = [one["metadata"]["name"] for one in reader.list("ConfigMap", namespace=own)]
    assert names == ["kube-root-ca.crt"]
    assert untouched(mine, DESK)


def test_resetting_one_exercise_touches_no_other(mine: Lab) -> None:
    start(mine, CARD)
    solve(mine, CARD)
    start(mine, DESK)
    reset(mine, DESK)
    assert check(mine, CARD).verdict.state is State.PASSED
