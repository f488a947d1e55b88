from dataclasses import replace
from pathlib import Path

import pytest

from labkit.cluster.administrator import administrator_path
from labkit.cluster.engine import Capability, ClusterConfig, NodeShape, State
from labkit.cluster.errors import CapabilityMissing, ClusterError, ClusterUnknown, EngineUnknown
from labkit.cluster.kubeconfig import KubeconfigEngine
from labkit.cluster.kubeconfig_files import attached_names, keep_offers, read_attached
from labkit.cluster.opening import open_engine
from labkit.foundation.errors import FileProblem
from labkit.foundation.progress import Quiet
from labkit.foundation.settings import Settings, read_settings
from labkit.kube.errors import KubeconfigInvalid
from labkit.kube.kubeconfig import kubeconfig_text, read_access
from tests.support.api_server import ApiServer, listed, said
from tests.support.clock import HeldClock
from tests.support.processes import RecordedProcesses

VERSION = {"gitVersion": "v1.33.1"}
NODE = {
    "metadata": {"name": "far1", "labels": {"node.kubernetes.io/instance-type": "m5"}},
    "spec": {"unschedulable": True},
    "status": {
        "conditions": [{"type": "Ready", "status": "True"}],
        "addresses": [{"type": "InternalIP", "address": "192.0.2.7"}],
    },
}

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


def engine_at(tmp_path: Path, source: Path | None = None) -> KubeconfigEngine:
    settings = replace(read_settings({"HOME": str(tmp_path)}), kubeconfig=source)
    return KubeconfigEngine("far", settings, RecordedProcesses(), HeldClock())


def written(tmp_path: Path, server: ApiServer) -> Path:
    path = tmp_path / "their.kubeconfig"
    path.write_text(kubeconfig_text(server.access(context="theirs")))
    return path


def answering(server: ApiServer, times: int = 1) -> None:
    server.answers("/version", *[said(VERSION)] * 2 * times)
    server.answers("/api/v1/nodes", *[listed([NODE])] * times)


def test_start_copies_the_access_and_shows_the_cluster(tmp_path: Path) -> None:
    with ApiServer() as server:
        answering(server)
        source = written(tmp_path, server)
        before = source.read_bytes()
        engine = engine_at(tmp_path, source)
        status = engine.start(ClusterConfig("far"), Quiet())
    assert (status.state, status.kubernetes_version) == (State.RUNNING, "v1.33.1")
    (node,) = status.nodes
    assert (node.name, node.address, node.flavor) == ("far1", "192.0.2.7", "m5")
    assert (node.ready, node.schedulable) == (True, False)
    assert engine.kubeconfig().stat().st_mode & 0o777 == 0o600
    assert read_access(engine.kubeconfig()).server == server.address
    assert source.read_bytes() == before
    assert {asked.method for asked in server.asked} == {"GET"}


def test_stop_forgets_the_access_and_start_finds_it_again(tmp_path: Path) -> None:
    with ApiServer() as server:
        answering(server, 2)
        engine_at(tmp_path, written(tmp_path, server)).start(ClusterConfig("far"), Quiet())
        engine = engine_at(tmp_path)
        engine.stop(Quiet())
        assert engine.status().state == State.STOPPED
        with pytest.raises(ClusterUnknown):
            engine.kubeconfig()
        assert engine.start(ClusterConfig("far"), Quiet()).state == State.RUNNING


def test_delete_leaves_nothing_of_ours_and_all_of_theirs(tmp_path: Path) -> None:
    with ApiServer() as server:
        answering(server)
        source = written(tmp_path, server)
        engine = engine_at(tmp_path, source)
        engine.start(ClusterConfig("far"), Quiet())
    engine.delete(Quiet())
    engine.delete(Quiet())
    assert engine.status().state == State.ABSENT
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [source]


def test_delete_of_an_unknown_name_leaves_another_engines_cluster_alone(tmp_path: Path) -> None:
    engine = engine_at(tmp_path)
    path = administrator_path(engine.settings.home, "far")
    path.parent.mkdir(parents=True)
    path.write_text("another's")
    engine.stop(Quiet())
    engine.delete(Quiet())
    assert path.read_text() == "another's"


def test_name_of_another_engines_cluster_is_refused(tmp_path: Path) -> None:
    engine = engine_at(tmp_path, tmp_path / "any")
    path = administrator_path(engine.settings.home, "far")
    path.parent.mkdir(parents=True)
    path.write_text("another's")
    with pytest.raises(ClusterError, match="Another engine has a cluster called far"):
        engine.start(ClusterConfig("far"), Quiet())


def test_cluster_that_fell_silent_is_shown_with_the_reason(tmp_path: Path) -> None:
    with ApiServer() as server:
        answering(server)
        engine = engine_at(tmp_path, written(tmp_path, server))
        engine.start(ClusterConfig("far"), Quiet())
    status = engine.status()
    assert status.state == State.DEGRADED
    assert "does not answer" in status.components[0].last_line


def test_spoilt_copy_is_a_status_and_no_error(tmp_path: Path) -> None:
    with ApiServer() as server:
        answering(server)
        engine = engine_at(tmp_path, written(tmp_path, server))
        engine.start(ClusterConfig("far"), Quiet())
    engine.kubeconfig().write_text("{")
    assert "is not YAML" in engine.status().components[0].last_line


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        pytest.param(None, "does not exist", id="missing"),
        pytest.param("{", "is not YAML", id="not yaml"),
        pytest.param("a: b", "is YAML, but not a kubeconfig", id="other yaml"),
    ],
)
def test_file_that_is_no_kubeconfig_is_named_and_nothing_is_kept(
    tmp_path: Path, text: str | None, sentence: str
) -> None:
    source = tmp_path / "odd"
    if text is not None:
        source.write_text(text)
    engine = engine_at(tmp_path, source)
    with pytest.raises(KubeconfigInvalid, match=rf"odd {sentence}"):
        engine.start(ClusterConfig("far"), Quiet())
    assert engine.status().state == State.ABSENT


def test_unknown_context_is_refused_with_those_there_are(tmp_path: Path) -> None:
    with ApiServer() as server:
        source = written(tmp_path, server)
    settings = replace(read_settings({"HOME": str(tmp_path)}), context="mine")
    engine = KubeconfigEngine("far", settings, RecordedProcesses(), HeldClock(), source=source)
    with pytest.raises(KubeconfigInvalid, match="has no context 'mine'; it has: theirs"):
        engine.start(ClusterConfig("far"), Quiet())


def test_unreachable_cluster_is_one_sentence_and_a_next_step(tmp_path: Path) -> None:
    with ApiServer() as server:
        source = written(tmp_path, server)
    engine = engine_at(tmp_path, source)
    with pytest.raises(ClusterError) as caught:
        engine.start(ClusterConfig("far"), Quiet())
    assert caught.value.what_happened.endswith("does not answer: connection refused.")
    assert str(source) in caught.value.next_step
    assert engine.status().state == State.ABSENT


@pytest.mark.parametrize(
    "config",
    [
        pytest.param(ClusterConfig("far", (NodeShape(),) * 3), id="nodes"),
        pytest.param(ClusterConfig("far", safe_writes=True), id="safe writes"),
        pytest.param(ClusterConfig("far", encrypt_secrets=True), id="encryption"),
    ],
)
def test_what_only_the_maker_of_a_cluster_can_is_refused(
    tmp_path: Path, config: ClusterConfig
) -> None:
    with pytest.raises(CapabilityMissing, match="kubeconfig engine cannot offer"):
        engine_at(tmp_path).start(config, Quiet())


def test_nodes_and_logs_are_not_ours_to_give(tmp_path: Path) -> None:
    engine = engine_at(tmp_path)
    with pytest.raises(CapabilityMissing, match="nodes that are added"):
        engine.add_node(NodeShape(), Quiet())
    with pytest.raises(CapabilityMissing, match="nodes that are removed"):
        engine.remove_node("far1", Quiet())
    with pytest.raises(CapabilityMissing, match="audit-log"):
        engine.logs("audit")
    with pytest.raises(CapabilityMissing, match="host-control-plane"):
        engine.logs("kube-apiserver")


def test_offers_are_kept_for_the_same_cluster_and_forgotten_for_another(tmp_path: Path) -> None:
    with ApiServer() as server:
        answering(server, 3)
        source = written(tmp_path, server)
        engine_at(tmp_path, source).start(ClusterConfig("far"), Quiet())
        home = engine_at(tmp_path).settings.home
        keep_offers(home, "far", [Capability.METRICS])
        engine = engine_at(tmp_path, source)
        engine.start(ClusterConfig("far"), Quiet())
        assert engine.capabilities == {Capability.METRICS}
        other = tmp_path / "other.kubeconfig"
        other.write_text(source.read_text())
        engine = engine_at(tmp_path, other)
        engine.start(ClusterConfig("far"), Quiet())
    assert engine.capabilities == frozenset()
    assert engine_at(tmp_path).capabilities == frozenset()


def test_spoilt_note_is_named(tmp_path: Path) -> None:
    note = tmp_path / "clusters" / "far" / "attached.json"
    note.parent.mkdir(parents=True)
    note.write_text('{"source": "/a", "context": "b", "capabilities": ["flying"]}')
    with pytest.raises(FileProblem, match=r"attached\.json is not a note about a cluster"):
        read_attached(tmp_path, "far")
    assert attached_names(tmp_path) == ["far"]


def test_unknown_engine_is_refused_with_those_there_are(tmp_path: Path) -> None:
    settings: Settings = read_settings({"HOME": str(tmp_path)})
    with pytest.raises(EngineUnknown, match="local, simulated, kubeconfig"):
        open_engine("docker", "lab", settings, run=RecordedProcesses(), clock=HeldClock())
    for name in ("local", "simulated", "kubeconfig"):
        opened = open_engine(name, "lab", settings, run=RecordedProcesses(), clock=HeldClock())
        assert opened.name == name
