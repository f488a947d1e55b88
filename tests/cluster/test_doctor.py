"""Faults planted for real, each where it harms nobody: a namespace, a mount or a folder of its own.

Needs root and the packages of a node, but no running cluster.
"""

import json
import os
import resource
import signal
import socket
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from labkit.cluster.local.network import Network as LabNetwork
from labkit.cluster.local.paths import MachinePaths
from labkit.foundation.process import Completed, SystemRunner, start_detached
from labkit.foundation.settings import read_settings
from labkit.foundation.waiting import SystemClock, wait_until
from labkit.preflight.finding import Finding, Level
from labkit.preflight.look_files import remnants
from labkit.preflight.look_network import network
from labkit.preflight.machine import collect
from labkit.preflight.report import judge_machine
from labkit.preflight.surroundings import Places, Surroundings
from tests.cluster.planted_faults import PLANTED
from tests.support.rights import needs_root

pytestmark = [pytest.mark.cluster, needs_root]
REPOSITORY = Path(__file__).parents[2]
RUN = SystemRunner()
MOST_SECONDS = 1.5
OWN_MOUNTS = ("unshare", "--mount", "--")
GHOST = LabNetwork("ghost", 250)
DOCTOR = 'exec "$0" -m labkit.cli.main doctor --machine --json'


class Told(NamedTuple):
    id: str
    level: str
    seen: str
    fix: str


def doctor(
    home: Path,
    *inside: str,
    plant: str = "true",
    environment: Mapping[str, str] | None = None,
) -> list[Told]:
    """What the command says, in what `inside` starts and after the shell line `plant`."""
    given = {"LABKIT_HOME": str(home), "LABKIT_CACHE": str(home / "cache"), **(environment or {})}
    command = [*inside, "sh", "-c", f"{plant} && {DOCTOR}", sys.executable]
    done = RUN(command, environment=given, folder=REPOSITORY, may_fail=True)
    assert done.output, done.errors
    told = [Told(**each) for each in json.loads(done.output)["machine"]]
    assert done.status == (1 if any(each.level == "blocking" for each in told) else 0)
    return told


def the(topic: str, told: Sequence[Told]) -> Told:
    """Of several with one id, the one that the test planted."""
    mine = [each for each in told if each.id == topic]
    return next((each for each in mine if "ghost" in each.seen), mine[0])


def test_healthy_machine_is_not_accused_and_the_look_takes_little_of_it(tmp_path: Path) -> None:
    before = children_seconds()
    told = doctor(tmp_path)
    assert children_seconds() - before < MOST_SECONDS
    assert [each.seen for each in told if each.level == "blocking"] == []


def children_seconds() -> float:
    """Of processor time, which a busy machine does not stretch as it does the clock's."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@pytest.mark.parametrize(("topic", "level", "plant"), PLANTED.values(), ids=PLANTED.keys())
def test_fault_planted_in_own_mounts_is_found(
    tmp_path: Path, topic: str, level: str, plant: str
) -> None:
    told = the(topic, doctor(tmp_path, *OWN_MOUNTS, plant=plant.replace("{tmp}", str(tmp_path))))
    assert told.level == level
    assert told.fix
    assert "\n" not in told.fix


def test_cgroup_controller_that_was_unmounted_is_missed_with_its_mount(tmp_path: Path) -> None:
    if not Path("/sys/fs/cgroup/memory").is_mount():
        pytest.skip("this machine has cgroup v2, whose controllers cannot be unmounted")
    told = doctor(tmp_path, *OWN_MOUNTS, plant="umount /sys/fs/cgroup/memory")
    assert the("cgroup-memory", told).level == "blocking"
    assert "mount -t cgroup -o memory" in the("cgroup-memory", told).fix


def test_look_at_a_data_folder_leaves_nothing_in_it(tmp_path: Path) -> None:
    plant = f"mount --bind {tmp_path} /var/lib"
    doctor(tmp_path, *OWN_MOUNTS, plant=plant)
    assert list(tmp_path.iterdir()) == []


def test_container_without_cap_sys_admin_is_told_apart(tmp_path: Path) -> None:
    less = ("setpriv", "--bounding-set", "-sys_admin", "--inh-caps", "-sys_admin", "--")
    told = doctor(tmp_path, *less)
    assert the("capabilities", told).level == "blocking"
    assert "CAP_SYS_ADMIN" in the("capabilities", told).seen
    assert the("namespaces", told).level == "blocking"


def test_low_limit_of_open_files_is_found(tmp_path: Path) -> None:
    told = the("open-files", doctor(tmp_path, "prlimit", "--nofile=1024:1024", "--"))
    assert told.level == "warning"
    assert "1024" in told.seen


def test_old_kubectl_first_on_path_is_found(tmp_path: Path) -> None:
    fake = tmp_path / "bin" / "kubectl"
    fake.parent.mkdir()
    fake.write_text("""#!/bin/sh\necho '{"clientVersion": {"gitVersion": "v1.21.3"}}'\n""")
    fake.chmod(0o755)
    path = f"{fake.parent}:/usr/sbin:/usr/bin:/sbin:/bin"
    told = the("kubectl", doctor(tmp_path, environment={"PATH": path}))
    assert told.level == "warning"
    assert f"{fake} is version 1.21.3" in told.seen
    assert told.fix.startswith("labkit up")  # the cache of this test lacks ours


def test_proxy_without_exception_is_found(tmp_path: Path) -> None:
    proxy = {"HTTPS_PROXY": "http://127.0.0.1:9", "NO_PROXY": "localhost"}
    told = the("proxy", doctor(tmp_path, environment=proxy))
    assert told.level == "warning"
    assert "198.18.0.0/15" in told.fix


def test_unreachable_registry_is_found_when_programs_are_missing(tmp_path: Path) -> None:
    given = {"GOPROXY": "http://127.0.0.1:9", "LABKIT_DOWNLOADS": "no"}
    told = the("registry", doctor(tmp_path, environment=given))
    assert told.level == "warning"
    assert "http://127.0.0.1:9" in told.seen
    assert "kubelet" in told.seen


@dataclass(frozen=True)
class InNamespace:
    """A runner whose programs see one network namespace."""

    name: str
    inner: SystemRunner = field(default_factory=SystemRunner)

    def __call__(self, command: Sequence[str], **more: Any) -> Completed:
        return self.inner(["nsenter", f"--net=/run/netns/{self.name}", "--", *command], **more)


@contextmanager
def own_network() -> Iterator[InNamespace]:
    name = f"t-doctor-{os.getpid()}"
    RUN(["ip", "netns", "add", name])
    try:
        yield InNamespace(name)
    finally:
        RUN(["ip", "netns", "del", name])


LINK = (
    "ip link add {name} type veth peer name peer && ip addr add {address} dev {name}"
    " && ip link set peer up && ip link set {name} up"
)
GHOSTS_LINK = LINK.format(name=GHOST.host_link, address="192.0.2.1/24")
NETWORK_FAULTS = {
    "stale-route": f"{GHOSTS_LINK} && ip route add {GHOST.range} dev {GHOST.host_link}",
    "stale-link": f"ip link add {GHOST.host_link} type veth peer name peer",
    "stale-rule": f"iptables -t nat -A POSTROUTING -s {GHOST.range} "
    "-m comment --comment 'labkit ghost' -j MASQUERADE",
    "address-range": LINK.format(name="tun0", address="198.18.0.1/16"),
    "forward-policy": "iptables -P FORWARD DROP",
}


@pytest.mark.parametrize(("topic", "plant"), NETWORK_FAULTS.items(), ids=NETWORK_FAULTS.keys())
def test_fault_in_the_network_is_found_and_the_fix_of_a_remnant_removes_it(
    topic: str, plant: str
) -> None:
    with own_network() as run:
        assert topic not in {each.id for each in network_findings(run)}
        run(["sh", "-c", plant])
        finding = next(each for each in network_findings(run) if each.id == topic)
        assert finding.level is Level.WARNING
        if topic.startswith("stale"):
            run(["sh", "-c", finding.fix.replace("sudo ", "")])
            assert topic not in {each.id for each in network_findings(run)}


def network_findings(run: InNamespace) -> list[Finding]:
    machine = collect(read_settings(), Surroundings(run=run), thorough=False)
    return list(judge_machine(replace(machine, clusters={})))


def test_taken_port_is_found_with_its_process() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        listeners = network(Surroundings(), [port]).listeners
    assert [(each.port, each.pid) for each in listeners] == [(port, os.getpid())]


def test_process_of_a_cluster_that_is_not_listed_is_found(tmp_path: Path) -> None:
    paths = MachinePaths(tmp_path / "data", tmp_path / "run")
    program = tmp_path / "etcd"
    program.symlink_to(Path(sys.executable).resolve())
    waits = "import signal; signal.pause()"
    folder = str(paths.cluster("ghost").data / "etcd")
    around = Surroundings(places=Places(paths=paths))
    pid = start_detached([str(program), "-c", waits, folder], tmp_path / "log")
    try:
        found = wait_until(
            lambda: [each for each in remnants(around, []) if each.cluster == "ghost"] or None,
            "the process to be seen",
            limit_seconds=5,
            clock=SystemClock(),
        )
    finally:
        os.kill(pid, signal.SIGKILL)
    assert [each.what for each in found] == [f"{pid} etcd"]
