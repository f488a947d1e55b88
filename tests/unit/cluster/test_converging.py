from labkit.cluster.local.converging import running_nodes
from labkit.cluster.supervision import ProcessState


def state(group: str, name: str, *, running: bool = True) -> ProcessState:
    return ProcessState(group, name, running, 7, "")


def test_node_runs_when_its_containerd_and_its_kubelet_do() -> None:
    states = [
        *(state("lab.node1", name) for name in ("containerd", "kubelet", "kube-proxy")),
        *(state("lab.node2", name) for name in ("kubelet", "kube-proxy")),
        state("lab.node2", "containerd", running=False),
        *(state("lab.node3", name) for name in ("containerd",)),
        *(state("lab2.node4", name) for name in ("containerd", "kubelet")),
        state("lab", "etcd"),
    ]
    assert running_nodes(states, "lab") == {"node1"}
