"""What a report says as a whole: readiness, JSON, the lines a reader sees, the error of `up`."""

import io
import json
from dataclasses import replace

import pytest
from rich.console import Console

from labkit.cli.doctor import show
from labkit.cluster.local.network import Network as LabNetwork
from labkit.preflight.errors import MachineNotReady
from labkit.preflight.facts import Kind, Link, Memory, Proxies, Remnant, Route
from labkit.preflight.finding import Level, Report, at_level, blocking, fine, note, warning
from labkit.preflight.report import judge_machine
from tests.unit.preflight.healthy import INSTALLED, MACHINE

FULL = blocking("disk-data", "/var has 0.1 GiB free of 9.0 GiB.", "sudo apt-get clean")
OLD = warning("kubectl", "kubectl is 1.28.", "alias kubectl=/x")
PORT = note("port-8888", "Port 8888 is in use.", "kill 4121")
WELL = fine("cores", "2 cores.")
MANY = Report((WELL, PORT, FULL), (OLD,), seconds=0.31)


def lines(report: Report, *, terminal: bool = False) -> list[str]:
    out = io.StringIO()
    show(report, Console(file=out, width=60, force_terminal=terminal, color_system=None))
    return out.getvalue().splitlines()


def test_report_with_warnings_and_notes_is_ready() -> None:
    assert Report((WELL, PORT), (OLD,)).is_ready()


def test_report_with_a_blocker_of_either_group_is_not_ready() -> None:
    assert not Report((FULL,)).is_ready()
    assert not Report((WELL,), (FULL,)).is_ready()


def test_elsewhere_than_on_a_terminal_each_finding_is_one_line_with_its_fix() -> None:
    assert lines(MANY) == [
        "Machine",
        "  ✓ ok   2 cores.",
        "  · note Port 8888 is in use. → kill 4121",
        "  ✗ fix  /var has 0.1 GiB free of 9.0 GiB. → sudo apt-get clean",
        "Cluster",
        "  ! warn kubectl is 1.28. → alias kubectl=/x",
        "Not ready; to fix first: 1 (0.3 s).",
    ]


def test_long_finding_is_one_line_where_nobody_sees_a_width() -> None:
    long = warning("x", "word " * 30 + "end.", "command " * 10 + "end")
    assert len(lines(Report((long,)))) == 3


def test_long_finding_hangs_below_its_first_word_on_a_terminal() -> None:
    shown = lines(Report((warning("x", "word " * 30 + "end.", "fix"),)), terminal=True)
    assert shown[1].startswith("  ! warn word")
    assert shown[2].startswith("         word")


@pytest.mark.parametrize(
    ("report", "last"),
    [
        (Report((WELL, PORT), seconds=0.2), "Ready (0.2 s)."),
        (Report((WELL, OLD), seconds=0.2), "Ready; warnings: 1 (0.2 s)."),
    ],
    ids=["ready", "warned"],
)
def test_last_line_says_whether_it_is_ready(report: Report, last: str) -> None:
    assert lines(report)[-1] == last


def test_json_has_the_findings_as_they_are() -> None:
    told = json.loads(json.dumps(MANY.as_json()))
    assert told["ready"] is False
    assert told["cluster"] == [
        {"id": "kubectl", "level": "warning", "seen": OLD.seen, "fix": OLD.fix}
    ]
    assert [each["level"] for each in told["machine"]] == ["ok", "note", "blocking"]
    assert "offers" not in told


def test_error_says_the_first_blocker_and_keeps_all() -> None:
    problem = MachineNotReady([FULL, blocking("memory", "No memory.", "Buy some.")])
    assert problem.what_happened == f"{FULL.seen} (1 more below.)"
    assert problem.next_step == FULL.fix
    assert "No memory. → Buy some." in problem.evidence
    assert MachineNotReady([FULL]).what_happened == FULL.seen


def test_simulated_engine_needs_no_packages_and_no_rights() -> None:
    bare = replace(
        MACHINE,
        installed=replace(INSTALLED, programs={}, files={}),
        rights=replace(MACHINE.rights, capabilities=0, sudo=""),
    )
    assert Level.BLOCKING in {finding.level for finding in judge_machine(bare)}
    assert {finding.level for finding in judge_machine(bare, "simulated")} == {Level.OK}


def test_memory_that_a_running_cluster_takes_is_no_blocker() -> None:
    little = replace(MACHINE, memory=Memory(2**30, 2**28), clusters={"lab": 1})
    assert Level.BLOCKING not in {finding.level for finding in judge_machine(little)}


def test_what_a_listed_cluster_owns_is_no_fault() -> None:
    lab = LabNetwork("lab", 3)
    rule = f'-A POSTROUTING -s {lab.range} -m comment --comment "labkit lab" -j MASQUERADE'
    network = replace(
        MACHINE.network,
        routes=(Route(lab.range, lab.host_link), Route(f"{lab.base}.252/30", lab.host_link)),
        links=(Link("lo", ("127.0.0.1",)), Link(lab.host_link, (lab.host_address,))),
        namespaces=(lab.namespace, lab.node_namespace("node1"), "somebody-elses"),
        nat_rules=("-P POSTROUTING ACCEPT", rule),
    )
    remnants = tuple(Remnant(kind, "lab", "1 etcd") for kind in Kind)
    running = replace(MACHINE, network=network, clusters={"lab": 3}, remnants=remnants)
    assert {finding.level for finding in judge_machine(running)} == {Level.OK}


def test_cluster_of_a_container_on_this_machine_is_not_accused() -> None:
    lab = LabNetwork("lab", 3)
    rule = f'-A POSTROUTING -s {lab.range} -m comment --comment "labkit lab" -j MASQUERADE'
    network = replace(
        MACHINE.network,
        routes=(Route(lab.range, lab.host_link),),
        links=(Link(lab.host_link, (lab.host_address,)),),
        namespaces=(lab.namespace, lab.node_namespace("node1")),
        nat_rules=(rule,),
    )
    remnants = (Remnant(Kind.GUEST, "lab", "41 etcd"), Remnant(Kind.CGROUP, "lab", "/x"))
    beside = replace(MACHINE, network=network, remnants=remnants)
    assert {finding.level for finding in judge_machine(beside)} == {Level.OK}
    alone = replace(beside, remnants=())
    assert len(at_level(Level.WARNING, judge_machine(alone))) == 5


@pytest.mark.parametrize(
    "part", ["*", "198.18.0.0/15", "198.16.0.0/12"], ids=["all", "range", "wider"]
)
def test_proxy_with_the_clusters_addresses_left_out_is_no_fault(part: str) -> None:
    proxies = Proxies({"https": "http://proxy:3128"}, ("localhost", part))
    findings = judge_machine(replace(MACHINE, proxies=proxies))
    assert {finding.level for finding in findings} == {Level.OK}


def test_proxys_password_is_not_shown() -> None:
    proxies = Proxies({"https": "http://ada:secret@proxy:3128"}, ())
    told = " ".join(finding.seen for finding in judge_machine(replace(MACHINE, proxies=proxies)))
    assert "http://proxy:3128" in told
    assert "secret" not in told
