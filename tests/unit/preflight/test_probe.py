"""What the doctor makes of a cluster's offers."""

from labkit.cluster.engine import Capability
from labkit.preflight.finding import Level
from labkit.preflight.probe import PROBED, findings


def test_each_probed_capability_gets_a_finding_that_blocks_nothing() -> None:
    told = findings(frozenset({Capability.DNS}))
    levels = {finding.id: finding.level for finding in told}
    assert levels.pop("offers-dns") is Level.OK
    assert set(levels.values()) == {Level.NOTE}
    assert len(levels) == len(PROBED) - 1
