from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from labkit.cluster.control_plane import AUDIT_POLICY, ControlPlane, api_server, etcd, plans
from labkit.cluster.plan import ProcessPlan

NAMES = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler")
PLANE = ControlPlane(
    {name: Path("/programs") / name for name in NAMES},
    Path("/data/lab"),
    "198.18.1.1",
    prefix=("nsenter", "--net=/run/netns/lab.lab", "--"),
)


def flags(plan: ProcessPlan) -> dict[str, str]:
    pairs = (word.removeprefix("--").partition("=") for word in plan.command)
    return {name: value for name, _, value in pairs}


def planned(name: str) -> dict[str, str]:
    return next(flags(plan) for plan in plans(PLANE) if plan.name == name)


def test_etcd_skips_the_disk_unless_writes_are_to_be_safe() -> None:
    assert "unsafe-no-fsync" in flags(etcd(PLANE))
    assert "unsafe-no-fsync" not in flags(etcd(replace(PLANE, safe_writes=True)))


def test_secrets_are_encrypted_only_where_that_was_asked_for() -> None:
    assert "encryption-provider-config" not in flags(api_server(PLANE))
    asked = flags(api_server(replace(PLANE, encrypt_secrets=True)))
    assert asked["encryption-provider-config"] == "/data/lab/encryption.yaml"


def test_etcd_has_no_lock_and_so_listens_on_loopback_alone() -> None:
    listening = {name: value for name, value in flags(etcd(PLANE)).items() if "url" in name}
    assert len(listening) == 4
    assert [url for url in listening.values() if not url.startswith("http://127.0.0.1:")] == []


@pytest.mark.parametrize("name", ["kube-controller-manager", "kube-scheduler"])
def test_only_the_api_server_listens_beyond_loopback(name: str) -> None:
    assert planned(name)["bind-address"] == "127.0.0.1"


@pytest.mark.parametrize("name", ["kube-controller-manager", "kube-scheduler"])
def test_component_makes_no_certificate_for_itself_when_it_starts(name: str) -> None:
    flags = planned(name)
    assert flags["tls-cert-file"] == flags["kubeconfig"].replace(".kubeconfig", ".crt")
    assert flags["tls-private-key-file"] == flags["kubeconfig"].replace(".kubeconfig", ".key")


@pytest.mark.parametrize("name", ["kube-controller-manager", "kube-scheduler"])
def test_no_client_limit_slows_the_first_deployment(name: str) -> None:
    assert int(planned(name)["kube-api-qps"]) >= 500
    assert int(planned(name)["kube-api-burst"]) >= 1000


def test_what_exits_without_an_api_server_waits_and_the_rest_starts_at_once() -> None:
    assert {plan.name: plan.waits for plan in plans(PLANE)} == {
        "etcd": False,
        "kube-apiserver": False,
        "kube-controller-manager": True,
        "kube-scheduler": True,
    }


def test_every_program_is_started_inside_the_clusters_namespace() -> None:
    assert {plan.command[:3] for plan in plans(PLANE)} == {PLANE.prefix}
    assert [plan.command[3] for plan in plans(PLANE)] == [f"/programs/{name}" for name in NAMES]


def test_events_outlive_a_day_of_a_workshop() -> None:
    assert planned("kube-apiserver")["event-ttl"] == "24h0m0s"


def test_api_server_looks_up_no_node_in_dns_and_reaches_metrics_by_pod_address() -> None:
    read = planned("kube-apiserver")
    assert "DNS" not in read["kubelet-preferred-address-types"]
    assert read["enable-aggregator-routing"] == "true"


def test_front_proxys_authority_is_not_that_of_people() -> None:
    read = planned("kube-apiserver")
    assert read["client-ca-file"] != read["requestheader-client-ca-file"]
    assert read["requestheader-allowed-names"] == "front-proxy"


def test_engines_may_advertise_another_address_than_they_bind() -> None:
    read = flags(api_server(replace(PLANE, advertised="198.19.0.1", api_flags=("--feature=x",))))
    assert (read["bind-address"], read["advertise-address"]) == ("198.18.1.1", "198.19.0.1")
    assert read["feature"] == "x"


def test_audit_log_holds_no_bodies_and_ends_with_a_rule_for_all() -> None:
    rules = yaml.safe_load(AUDIT_POLICY)["rules"]
    assert {rule["level"] for rule in rules} == {"None", "Metadata"}
    assert rules[-1] == {"level": "Metadata"}


def test_audit_log_has_a_largest_size() -> None:
    read = planned("kube-apiserver")
    assert int(read["audit-log-maxsize"]) * (int(read["audit-log-maxbackup"]) + 1) <= 200
