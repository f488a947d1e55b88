"""What a cluster that we did not make offers to lessons, as findings of `doctor --probe`."""

from labkit.cluster.engine import Capability
from labkit.cluster.kubeconfig_probe import probe as try_out
from labkit.foundation.text import say
from labkit.kube.kubeconfig import Access
from labkit.kube.reader import Reader
from labkit.kube.writer import Writer
from labkit.preflight.finding import Finding, fine, note
from labkit.preflight.surroundings import Surroundings

PROBED = (
    Capability.REAL_PODS,
    Capability.DNS,
    Capability.MULTI_NODE,
    Capability.LOAD_BALANCER,
    Capability.INGRESS,
    Capability.NETWORK_POLICY,
    Capability.STORAGE,
    Capability.METRICS,
    Capability.CLUSTER_SCOPE,
)
"""Not the audit log and not the control plane's machine: a kubeconfig leads to neither."""


def probe(access: Access, around: Surroundings, image: str) -> frozenset[Capability]:
    """Tried in a namespace of its own, which is removed again; costs nothing on a cloud."""
    with (
        Reader(access, run=around.run, clock=around.clock) as reader,
        Writer(access, run=around.run, clock=around.clock) as writer,
    ):
        return try_out(reader, writer, around.clock, image=image)


def findings(capabilities: frozenset[Capability]) -> list[Finding]:
    return [_finding(capability, capabilities) for capability in PROBED]


def _finding(capability: Capability, capabilities: frozenset[Capability]) -> Finding:
    topic = f"offers-{capability}"
    if capability in capabilities:
        return fine(topic, say("The cluster offers {name}.", name=capability))
    seen = say("The cluster shows no sign of {name}.", name=capability)
    return note(topic, seen, say("Exercises that need it are skipped, never failed."))
