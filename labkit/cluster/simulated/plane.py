"""The processes of one simulated cluster and the files they read: pure."""

from pathlib import Path

import yaml

from labkit.cluster import control_plane
from labkit.cluster.control_plane import POD_RANGE, ControlPlane
from labkit.cluster.plan import ProcessGroup, ProcessPlan
from labkit.cluster.simulated.paths import SimulatedPaths
from labkit.cluster.simulated.record import SimulatedRecord

CONTROL_PLANE_PROGRAMS = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler")
PROGRAMS = (*CONTROL_PLANE_PROGRAMS, "kwok", "kubectl")
COMPONENTS = (*CONTROL_PLANE_PROGRAMS, "kwok")
STAGES = Path(__file__).parent / "stages"

ADVERTISED = "198.19.0.1"
"""An Endpoints object may name no loopback address; nobody can reach this one, and nobody tries."""

PARALLEL = 32
"""kwok's default of 4 at a time, not a limit of its client, is what makes 100 nodes slow."""


def plane_of(
    record: SimulatedRecord, paths: SimulatedPaths, programs: dict[str, Path]
) -> ControlPlane:
    ports = record.ports
    return ControlPlane(
        programs=programs,
        folder=paths.data,
        address="127.0.0.1",
        port=ports.api,
        etcd_client_port=ports.etcd_client,
        etcd_peer_port=ports.etcd_peer,
        manager_port=ports.manager,
        scheduler_port=ports.scheduler,
        safe_writes=record.safe_writes,
        encrypt_secrets=record.encrypt_secrets,
        advertised=ADVERTISED,
        credential_generation=record.plane.credential_generation,
        oidc=record.plane.oidc,
        api_flags=(f"--egress-selector-config-file={egress_file(paths.data)}",),
    )


def group_of(plane: ControlPlane, paths: SimulatedPaths) -> ProcessGroup:
    plans = (*control_plane.plans(plane), kwok(plane))
    return ProcessGroup(paths.group, plans, str(paths.logs))


def kwok(plane: ControlPlane) -> ProcessPlan:
    command = (
        str(plane.programs["kwok"]),
        f"--kubeconfig={plane.pki / 'kwok.kubeconfig'}",
        f"--config={kwok_file(plane.folder)}",
        "--v=WARN",
    )
    # Else it also reads what the attendee keeps in ~/.kwok for clusters of their own.
    environment = (("KWOK_WORKDIR", str(plane.folder / "kwok")),)
    return ProcessPlan("kwok", command, environment=environment, waits=True)


def kwok_file(folder: Path) -> Path:
    return folder / "kwok.yaml"


def egress_file(folder: Path) -> Path:
    return folder / "egress.yaml"


def kwok_configuration(stages: Path = STAGES) -> str:
    options = {
        "cidr": POD_RANGE,
        "manageAllNodes": True,
        "nodePlayStageParallelism": PARALLEL,
        "podPlayStageParallelism": PARALLEL,
        "podsOnNodeSyncParallelism": 4,
        "enableDebuggingHandlers": False,
    }
    configuration = yaml.safe_dump(
        {
            "apiVersion": "config.kwok.x-k8s.io/v1alpha1",
            "kind": "KwokConfiguration",
            "metadata": {"name": "kwok"},
            "options": options,
        },
        sort_keys=False,
    )
    return "---\n".join([configuration, *(path.read_text() for path in sorted(stages.iterdir()))])


def egress_configuration(folder: Path) -> str:
    """The API server's way to nodes and Pods: a socket that nobody listens on.

    Their addresses may exist on the attendee's network, and a simulated Pod must not lead there.
    Whoever asks for logs reads the socket's name in the refusal.
    """
    transport = {"uds": {"udsName": str(folder / "this-pod-is-simulated")}}
    connection = {"proxyProtocol": "HTTPConnect", "transport": transport}
    return yaml.safe_dump(
        {
            "apiVersion": "apiserver.k8s.io/v1beta1",
            "kind": "EgressSelectorConfiguration",
            "egressSelections": [{"name": "cluster", "connection": connection}],
        },
        sort_keys=False,
    )
