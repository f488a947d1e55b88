"""What the cloud's emulator asks of the engines, on real clusters."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from labkit.cluster.doors import managed_access
from labkit.cluster.engine import ClusterConfig, ClusterStatus, NodeShape, OpenIdConnect, State
from labkit.foundation.errors import SettingInvalid
from labkit.foundation.progress import Quiet
from labkit.kube.conditions import deployment_available
from labkit.kube.errors import ClusterUnreachable, CredentialsRefused
from labkit.kube.kubeconfig import Access, read_access
from labkit.kube.reader import Reader
from labkit.kube.writer import Writer
from tests.support.cloud_cluster import POOL, CloudCluster, pool_node
from tests.support.issuer import Issuer, serving
from tests.support.own_cluster import hello_deployment
from tests.support.rights import needs_root
from tests.support.traces import traces
from tests.support.waiting import eventually

pytestmark = [pytest.mark.cluster]
EMPTY = ClusterConfig(nodes=())
PLANE = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler")
ELSEWHERE = "203.0.113.0/24"


def made_in(folder: Path, kind: str = "local") -> CloudCluster:
    """The machine has one place for all clusters: other runs must find theirs under other names."""
    digest = hashlib.sha256(str(folder).encode()).hexdigest()[:8]
    return CloudCluster(f"c{digest}", folder / "home", kind)


@pytest.fixture(params=["local", "simulated"])
def cluster(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[CloudCluster]:
    made = made_in(tmp_path, request.param)
    yield made
    made.delete()


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CloudCluster]:
    """A local cluster without a node; tests leave it as open as they find it."""
    made = made_in(tmp_path_factory.mktemp("bare"))
    made.start(EMPTY)
    yield made
    made.delete()
    assert traces(made.name) == set()


@needs_root
def test_pool_of_three_joins_an_empty_cluster_is_upgraded_and_leaves(
    cluster: CloudCluster,
) -> None:
    empty = cluster.start(replace(EMPTY, version="1.33"))
    assert (empty.state, empty.nodes) == (State.RUNNING, ())
    assert empty.kubernetes_version.startswith("v1.33.")
    assert not [state for _, state in empty.addons if "failed" in state]
    three = ClusterConfig(nodes=tuple(pool_node(number) for number in range(3)))
    full = cluster.start(three)
    assert {node.name for node in full.nodes if node.ready} == {each.name for each in three.nodes}
    with cluster.reader() as reader:
        for number in range(3):
            assert_shown(reader, pool_node(number))
    upgraded = cluster.start(replace(three, version="1.34"))
    assert upgraded.kubernetes_version.startswith("v1.34.")
    assert {node.version[:6] for node in upgraded.nodes} == {"v1.33."}
    with pytest.raises(SettingInvalid, match=r"version is '1\.33'"):
        cluster.start(replace(three, version="1.33"))
    cluster.engine.remove_node(pool_node(1).name, Quiet())
    newer = cluster.engine.add_node(pool_node(1, "1.34", cordoned=True), Quiet())
    assert (newer.version[:6], newer.schedulable) == ("v1.34.", False)
    assert_runs_hello(cluster)
    cluster.delete()
    assert cluster.engine.status().state is State.ABSENT
    assert traces(cluster.name) == set()


def assert_shown(reader: Reader, shape: NodeShape) -> None:
    """What the pool's template says is on the Node from the moment it is Ready."""
    node = reader.get("Node", shape.name)
    metadata, spec = node["metadata"], node["spec"]
    assert metadata["labels"].items() >= {"nodepool": POOL, **dict(shape.labels)}.items()
    assert metadata["annotations"]["k1"] == "v 1"
    assert spec["providerID"] == shape.provider_id
    assert {"key": "k", "value": "v", "effect": "PreferNoSchedule"} in spec["taints"]
    assert node["status"]["allocatable"]["cpu"] == "1900m"


def assert_runs_hello(cluster: CloudCluster) -> None:
    with cluster.reader() as reader, cluster.writer() as writer:
        writer.apply(hello_deployment(2), namespace="default")
        eventually(
            lambda: deployment_available(reader.get("Deployment", "hello", namespace="default")),
            "hello to run on nodes of two versions",
        )


@needs_root
@pytest.mark.parametrize("cluster", ["local"], indirect=True)
def test_nodes_that_are_there_are_left_alone_by_start(cluster: CloudCluster) -> None:
    first = cluster.start(ClusterConfig(nodes=(pool_node(1, cordoned=True),)))
    assert [node.schedulable for node in first.nodes] == [False]
    before = running(first)
    second = cluster.start(ClusterConfig(nodes=(pool_node(2),)))
    assert [node.name for node in second.nodes] == [pool_node(1).name, pool_node(2).name]
    assert before.items() <= running(second).items()


def running(status: ClusterStatus) -> dict[str, int | None]:
    return {each.name: each.pid for each in status.components if each.running}


def test_simulated_cluster_changes_its_credentials_too(tmp_path: Path) -> None:
    cluster = made_in(tmp_path, "simulated")
    try:
        cluster.start(EMPTY)
        old = read_access(cluster.engine.kubeconfig())
        cluster.start(replace(EMPTY, credential_generation=3))
        with Reader(old) as refused, pytest.raises(CredentialsRefused):
            refused.list("Namespace")
        with cluster.reader() as reader:
            assert reader.list("Namespace")
    finally:
        cluster.delete()


@needs_root
def test_new_generation_of_credentials_ends_the_kubeconfigs_before(bare: CloudCluster) -> None:
    # a test before this one may have left an API server in its first second
    eventually(lambda: bare.engine.status().state is State.RUNNING, "all of the plane to run")
    before = bare.engine.status()
    old = read_access(bare.engine.kubeconfig())
    with Reader(old) as opened:
        opened.version()
        bare.start(replace(EMPTY, credential_generation=1))
        with pytest.raises(CredentialsRefused):
            opened.list("Namespace")
    with bare.reader() as reader:
        assert reader.list("Namespace")
    after = running(bare.engine.status())
    assert {name: after.get(name) for name in PLANE} == {
        name: running(before)[name] for name in PLANE
    }


@needs_root
def test_caller_that_is_not_allowed_is_refused_at_once_and_labkit_is_not(
    bare: CloudCluster,
) -> None:
    with bare.reader() as opened:
        opened.version()
        bare.start(replace(EMPTY, allowed=(ELSEWHERE,)))
        with pytest.raises(ClusterUnreachable):
            opened.version()
    with bare.reader() as refused, pytest.raises(ClusterUnreachable, match="refused"):
        refused.version()
    with Reader(managed_access(bare.engine.kubeconfig())) as own:
        assert own.version()
    assert bare.engine.status().state is State.RUNNING
    bare.engine.stop(Quiet())
    bare.start(replace(EMPTY, allowed=(ELSEWHERE,)))
    with bare.reader() as refused, pytest.raises(ClusterUnreachable, match="refused"):
        refused.version()
    bare.start(replace(EMPTY, allowed=(ELSEWHERE, "198.18.0.0/15")))
    with bare.reader() as let_in:
        assert let_in.version()
    bare.start(EMPTY)
    with bare.reader() as let_in:
        assert let_in.version()


@needs_root
@pytest.mark.parametrize("algorithms", [(), ("ES256",)], ids=["file", "flags"])
def test_token_of_the_clouds_issuer_is_taken_for_its_user(
    bare: CloudCluster, tmp_path: Path, algorithms: tuple[str, ...]
) -> None:
    address = bare.engine.status().api_server.removeprefix("https://").rpartition(".")[0] + ".254"
    with serving(address, tmp_path) as issuer:
        oidc = OpenIdConnect(
            issuer.url,
            "lab",
            username_claim="name",
            username_prefix="oidc:",
            groups_claim="groups",
            required_claims=(("team", "lab"),),
            signing_algorithms=algorithms,
            authority=issuer.authority,
        )
        bare.start(replace(EMPTY, oidc=oidc))
        claims = {"aud": "lab", "name": "ada", "groups": ["testers"], "team": "lab"}
        eventually(lambda: who_is(bare, issuer, claims), "the API server to know the issuer")
        seen = who_is(bare, issuer, claims)
        assert (seen["username"], "testers" in seen["groups"]) == ("oidc:ada", True)
        assert not who_is(bare, issuer, {**claims, "team": "other"})
        assert not who_is(bare, issuer, {**claims, "aud": "other"})
        bare.start(EMPTY)
        assert not who_is(bare, issuer, claims)


def who_is(cluster: CloudCluster, issuer: Issuer, claims: dict[str, Any]) -> dict[str, Any]:
    """Whom the API server takes a token's bearer for; empty where it takes none."""
    known = read_access(cluster.engine.kubeconfig())
    bearer = Access(known.server, known.authority, token=issuer.token(**claims))
    review = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
    with Writer(bearer) as writer:
        try:
            answer = writer.create(review)
        except CredentialsRefused:
            return {}
    seen: dict[str, Any] = answer["status"]["userInfo"]
    return seen
