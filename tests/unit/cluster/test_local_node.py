import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from labkit.cluster.engine import NodeShape
from labkit.cluster.flavors import FLAVORS
from labkit.cluster.local.node import (
    Node,
    cni_configuration,
    cni_network,
    containerd_configuration,
    kubelet_configuration,
    memory_table,
    name_servers,
    process_group,
    resolver_text,
)
from labkit.cluster.local.paths import MachinePaths
from labkit.cluster.local.site import images_of, resolver

HOST_MEMORY = """\
MemTotal:       24653116 kB
MemFree:         6163279 kB
MemAvailable:   12326558 kB
Buffers:          456012 kB
SwapTotal:       2097148 kB
SwapFree:        2097148 kB
HugePages_Total:       0
Hugepagesize:       2048 kB
"""
PATHS = MachinePaths().cluster("lab").node("node1")
NAMES = ("containerd", "kubelet", "kube-proxy")
NODE = Node(
    cluster="lab",
    shape=NodeShape(name="node1", pool="web", labels=(("disk", "ssd"),)),
    flavor=FLAVORS["b2-7"],
    index=1,
    address="198.18.7.11",
    namespace="lab.lab.node1",
    paths=PATHS,
    programs={name: Path("/programs") / name for name in NAMES},
    host_cpus=2,
    cni_programs=Path("/usr/lib/cni"),
)
COMMANDS = {plan.name: plan.command for plan in process_group(NODE).plans}


def memory(text: str) -> dict[str, int]:
    pairs = (line.split(":") for line in text.splitlines())
    return {key: int(rest.split()[0]) for key, rest in pairs}


def test_node_shows_its_flavors_memory_in_the_hosts_proportions() -> None:
    shown, host = memory(memory_table(HOST_MEMORY, FLAVORS["b2-7"])), memory(HOST_MEMORY)
    assert shown["MemTotal"] == 7 * 1024 * 1024
    for key in ("MemFree", "MemAvailable"):
        assert shown[key] / shown["MemTotal"] == pytest.approx(
            host[key] / host["MemTotal"], abs=1e-6
        )
    assert (shown["SwapTotal"], shown["SwapFree"]) == (0, 0)
    assert shown.keys() == host.keys()


def test_memory_table_has_the_form_that_the_kernel_gives_it() -> None:
    lines = memory_table(HOST_MEMORY, FLAVORS["d2-2"]).splitlines()
    assert lines[0] == "MemTotal:        2097152 kB"
    assert len(lines[0]) == len(HOST_MEMORY.splitlines()[0])


@pytest.mark.parametrize(
    ("flavor", "host_cpus", "left"),
    [("d2-2", 2, 900), ("b2-7", 2, 1900), ("b2-7", 8, 1900), ("b2-30", 8, 7900)],
)
def test_allocatable_cpu_follows_the_flavor_on_any_host(
    flavor: str, host_cpus: int, left: int
) -> None:
    node = replace(NODE, flavor=FLAVORS[flavor], host_cpus=host_cpus)
    configuration: dict[str, dict[str, str]] = yaml.safe_load(
        yaml.safe_dump(kubelet_configuration(node))
    )
    reserved = configuration["kubeReserved"]["cpu"]
    assert host_cpus * 1000 - int(reserved.removesuffix("m")) == left


def test_what_else_runs_on_the_host_puts_no_node_under_memory_pressure() -> None:
    configuration = kubelet_configuration(NODE)
    assert configuration["evictionHard"]["memory.available"] == "0%"  # type: ignore[index]


def test_kubelet_reads_what_two_of_them_on_one_host_need() -> None:
    configuration = yaml.safe_load(yaml.safe_dump(kubelet_configuration(NODE)))
    assert configuration["cgroupRoot"] == "/labkit/lab/node1"
    assert configuration["cgroupDriver"] == "cgroupfs"
    own = [configuration[key] for key in ("podLogsDir", "volumePluginDir", "resolvConf")]
    assert [path for path in own if not path.startswith(f"{PATHS.data}/")] == []
    assert (configuration["failSwapOn"], configuration["failCgroupV1"]) == (False, False)


def test_kubelet_lets_nobody_in_without_asking() -> None:
    configuration = yaml.safe_load(yaml.safe_dump(kubelet_configuration(NODE)))
    assert configuration["authentication"]["anonymous"] == {"enabled": False}
    assert configuration["authorization"] == {"mode": "Webhook"}
    assert configuration["authentication"]["x509"]["clientCAFile"] == str(PATHS.pki / "ca.crt")


def test_no_image_is_thrown_away_behind_a_lessons_back() -> None:
    configuration = yaml.safe_load(yaml.safe_dump(kubelet_configuration(NODE)))
    assert configuration["imageGCHighThresholdPercent"] == 100


def test_taints_are_registered_as_kubectl_would_write_them() -> None:
    shape = replace(NODE.shape, taints=("only=web:NoSchedule",))
    configuration = kubelet_configuration(replace(NODE, shape=shape))
    assert configuration["registerWithTaints"] == [
        {"key": "only", "value": "web", "effect": "NoSchedule"}
    ]


def test_kubelet_is_started_behind_the_flavors_memory_with_mounts_that_reach_containerd() -> None:
    words = COMMANDS["kubelet"]
    assert words[: words.index("unshare")] == ("nsenter", "--net=/run/netns/lab.lab.node1", "--")
    assert words[words.index("--propagation") + 1] == "unchanged"
    assert words.index("/programs/kubelet") == words.index(str(PATHS.data / "meminfo")) + 1


def test_node_is_labelled_with_pool_flavor_and_its_own_labels() -> None:
    (labels,) = (word for word in COMMANDS["kubelet"] if word.startswith("--node-labels="))
    assert set(labels.removeprefix("--node-labels=").split(",")) == {
        "nodepool=web",
        "node.kubernetes.io/instance-type=b2-7",
        "disk=ssd",
    }


def test_proxy_writes_no_setting_that_a_namespace_does_not_own() -> None:
    limits = {word for word in COMMANDS["kube-proxy"] if word.startswith("--conntrack")}
    assert len(limits) == 4
    assert all(limit.endswith("=0") for limit in limits)


def test_a_nodes_programs_wait_until_they_are_told_to_start() -> None:
    group = process_group(NODE)
    assert group.name == "lab.node1"
    assert [plan.name for plan in group.plans] == ["containerd", "kubelet", "kube-proxy"]
    assert all(plan.waits for plan in group.plans)


def test_proxy_follows_a_change_sooner_than_in_a_second() -> None:
    assert "--iptables-min-sync-period=100ms" in COMMANDS["kube-proxy"]


def test_containerd_reads_settings_under_which_pods_start_and_nodes_stay_apart() -> None:
    configuration = tomllib.loads(containerd_configuration(NODE))
    cri = configuration["plugins"]["io.containerd.grpc.v1.cri"]
    assert configuration["version"] == 2
    assert cri["restrict_oom_score_adj"] is True
    assert cri["sandbox_image"].startswith("registry.lab.example:5000/pause:")
    runc = cri["containerd"]["runtimes"]["runc"]
    assert runc["options"]["SystemdCgroup"] is False
    assert runc["options"]["Root"] == str(PATHS.run / "runc")
    assert cri["netns_mounts_under_state_dir"] is True
    assert configuration["grpc"]["address"] == str(PATHS.containerd_socket)


def test_what_a_restart_may_lose_is_apart_from_what_it_may_not() -> None:
    configuration = tomllib.loads(containerd_configuration(NODE))
    assert configuration["root"].startswith(str(PATHS.data))
    assert configuration["state"].startswith(str(PATHS.run))


def test_two_nodes_share_no_path_but_the_clusters_certificates() -> None:
    other = replace(NODE, paths=MachinePaths().cluster("lab").node("node2"))
    texts = [containerd_configuration(node) for node in (NODE, other)]
    own = [
        {line.split(" = ")[1] for line in text.splitlines() if "labkit/clusters" in line}
        for text in texts
    ]
    assert len(own[0]) == 6
    assert own[0].isdisjoint(own[1])


def test_pods_of_a_node_get_addresses_of_its_range_and_are_not_hidden_behind_it() -> None:
    configuration = cni_configuration(NODE)
    plugins = configuration["plugins"]
    assert isinstance(plugins, list)
    assert [plugin["type"] for plugin in plugins] == ["ptp", "portmap"]
    assert plugins[0]["ipMasq"] is False
    assert plugins[0]["ipam"]["ranges"] == [[{"subnet": "10.2.1.0/24"}]]
    assert plugins[0]["ipam"]["dataDir"].startswith(str(PATHS.run))
    assert configuration["name"] == cni_network(NODE) == "labkit.lab.node1"


@pytest.mark.parametrize(
    ("host", "servers"),
    [
        ("nameserver 10.0.0.2\nnameserver 127.0.0.53\n", ["10.0.0.2"]),
        ("nameserver fe80::1%eth0\nnameserver 10.0.0.2\nnameserver ::1\n", ["10.0.0.2"]),
        ("nameserver\t10.0.0.2\n  nameserver 10.0.0.3\n", ["10.0.0.2", "10.0.0.3"]),
        ("# nameserver 10.0.0.9\nsearch example.com\nnameserver\n", []),
    ],
    ids=["one on loopback", "one by IPv6", "other spaces", "nothing of use"],
)
def test_pods_ask_only_name_servers_that_they_can_reach(host: str, servers: list[str]) -> None:
    assert name_servers(host) == servers


def test_coredns_finds_a_server_on_a_machine_without_one() -> None:
    assert "nameserver 198.18.7.11\n" in resolver_text(NODE, "nameserver 127.0.0.53\n")
    assert "nameserver 198.18.7.11\n" in resolver_text(NODE, "")
    assert "198.18.7.11" not in resolver_text(NODE, "nameserver 10.0.0.2\n")


def test_hosts_search_domains_are_not_those_of_pods() -> None:
    assert "search" not in resolver_text(NODE, "search example.com\nnameserver 10.0.0.2\n")


def test_servers_behind_systemd_resolved_are_found(tmp_path: Path) -> None:
    files = [tmp_path / "stub", tmp_path / "missing", tmp_path / "real"]
    files[0].write_text("nameserver 127.0.0.53\n")
    files[2].write_text("nameserver 10.0.0.2\n")
    assert resolver(files) == "nameserver 10.0.0.2\n"
    assert resolver(files[:2]) == ""


def test_only_a_machine_of_a_cloud_brings_the_image_that_makes_work() -> None:
    ours = NodeShape(flavor="b2-7", name="node1")
    assert "primes" not in images_of(ours)
    assert set(images_of(replace(ours, provider_id="openstack:///1"))) - {*images_of(ours)} == {
        "primes"
    }
