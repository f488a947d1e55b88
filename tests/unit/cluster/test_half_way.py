"""What is interrupted, or finds something of another's, leaves nothing half done."""

from dataclasses import replace
from pathlib import Path

import pytest

from labkit.cluster.administrator import administrator_path
from labkit.cluster.engine import NodeShape
from labkit.cluster.local.engine import LocalEngine
from labkit.cluster.local.paths import MachinePaths
from labkit.cluster.simulated import nodes
from labkit.cluster.simulated.paths import SimulatedPaths
from labkit.cluster.simulated.ports import Ports
from labkit.cluster.simulated.record import SimulatedRecord, read_record, write_record
from labkit.cluster.simulated.site import Site
from labkit.foundation.files import write_atomically
from labkit.foundation.progress import Quiet
from labkit.foundation.settings import read_settings
from labkit.kube.kubeconfig import Access, kubeconfig_text
from tests.support.clock import HeldClock
from tests.support.processes import RecordedProcesses


class Interrupted(Quiet):
    def started(self, step: str) -> None:
        raise KeyboardInterrupt


def test_simulated_node_whose_adding_is_interrupted_is_not_recorded(tmp_path: Path) -> None:
    site = Site(SimulatedPaths("sim", tmp_path), HeldClock(), Interrupted())
    record = SimulatedRecord("sim", Ports(21001, 21002, 21003, 21004, 21005))
    write_record(site.paths.record, record)
    with pytest.raises(KeyboardInterrupt):
        nodes.add(site, NodeShape())
    assert read_record(site.paths.record) == record


def test_deletion_leaves_what_somebody_else_put_beside_the_kubeconfig(tmp_path: Path) -> None:
    settings = replace(read_settings({"HOME": str(tmp_path)}), home=tmp_path)
    machine = MachinePaths(tmp_path / "data", tmp_path / "run")
    engine = LocalEngine("lab", settings, RecordedProcesses(), HeldClock(), machine=machine)
    kubeconfig = administrator_path(tmp_path, "lab")
    write_atomically(kubeconfig, kubeconfig_text(Access("https://198.18.3.1:6443")))
    kubeconfig.with_name("notes").touch()
    engine.delete(Quiet())
    assert [path.name for path in kubeconfig.parent.iterdir()] == ["notes"]
