"""The machine's registry: nodes pull from it by name and by digest, and it survives a kill."""

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from labkit.cluster.local.paths import MachinePaths
from labkit.cluster.local.trusted import trusted_python
from labkit.foundation.process import SystemRunner
from labkit.foundation.progress import Quiet
from labkit.foundation.settings import read_settings
from labkit.foundation.waiting import SystemClock, wait_until
from labkit.kube.conditions import pod_finished, pod_ready, summary
from labkit.kube.kubeconfig import read_access
from labkit.kube.reader import Reader
from labkit.kube.writer import Writer
from labkit.remote.pushing import push_archive
from labkit.remote.registry import Registry
from labkit.toolchain.images import images_at_hand
from labkit.toolchain.provide import provide
from labkit.workshop.image_registry import LOCAL_REGISTRY, Registries, registry_up
from tests.support.own_cluster import OwnCluster, eventually
from tests.support.rights import needs_root
from tests.support.shared_cluster import SharedCluster

pytestmark = [pytest.mark.cluster, needs_root]
HOST = "registry.lab.example:5000"


@pytest.fixture
def pushed(own_cluster: OwnCluster) -> tuple[str, str]:
    """A repository of the test's own with one image, tag 1, and that image's digest."""
    settings = read_settings()
    registry_up(Registries(settings, SystemRunner(), SystemClock()), Quiet())
    repository = f"{own_cluster.name}/hello"
    archive = images_at_hand(["hello"], settings=settings)["hello"]
    return repository, push_archive(archive, repository, "1", LOCAL_REGISTRY)


def pod(name: str, image: str, script: str = "") -> dict[str, Any]:
    """Runs what its image says, or a script once."""
    container: dict[str, Any] = {"name": "only", "image": image}
    once: dict[str, Any] = {}
    if script:
        container["command"] = ["sh", "-euc", script]
        once = {"restartPolicy": "Never"}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name},
        "spec": {"containers": [container], "terminationGracePeriodSeconds": 0, **once},
    }


def test_nodes_pull_by_tag_and_by_digest(own_cluster: OwnCluster, pushed: tuple[str, str]) -> None:
    repository, digest = pushed
    own_cluster.labkit("up")
    images = {"by-tag": f"{HOST}/{repository}:1", "by-digest": f"{HOST}/{repository}@{digest}"}
    with own_cluster.writer() as writer, own_cluster.reader() as reader:
        for name, image in images.items():
            writer.apply(pod(name, image), namespace="default")
        eventually(
            lambda: all(map(pod_ready, reader.list("Pod", namespace="default"))), "both Pods"
        )
        found = reader.list("Pod", namespace="default")
    ids = {one["status"]["containerStatuses"][0]["imageID"] for one in found}
    assert {image.partition("@")[2] for image in ids} == {digest}


def test_killed_registry_comes_back_with_its_images(pushed: tuple[str, str]) -> None:
    repository, digest = pushed
    (before,) = registry_processes()
    os.kill(before, signal.SIGKILL)
    with Registry(LOCAL_REGISTRY) as registry:
        eventually(registry.is_there, "the registry", limit_seconds=20)
        image = registry.image(repository, "1")
    assert image is not None
    assert image.digest == digest
    assert registry_processes() != {before}


LOOK_AROUND = """
id -u
curl --silent --show-error --fail --cacert /var/run/secrets/kubernetes.io/serviceaccount/ca.crt \\
  https://kubernetes.default/version | grep gitVersion
dig +short +tries=1 kubernetes.default.svc.cluster.local
nc -z -w 5 kubernetes.default 443 && echo open
ip -brief address show eth0 | grep -o UP
ss --listening --tcp --no-header | wc -l
"""
SERVE = """
mkdir /www
echo ciao >/www/index.html
httpd -p 8080 -h /www
wget -q -O - http://localhost:8080/
"""


def test_toolbox_and_base_work_where_they_were_pulled(
    cluster: SharedCluster, namespace: str
) -> None:
    lab = OwnCluster(cluster.settings.cluster, cluster.settings.home)
    pushed = json.loads(lab.labkit("image", "push", "toolbox", "base", "--json").output)
    toolbox, base = pushed
    listed = json.loads(lab.labkit("registry", "list", "--json").output)
    assert pushed.items() <= {(f"{HOST}/{one['image']}", one["digest"]) for one in listed}
    access = read_access(cluster.kubeconfig)
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default"}}
    with Writer(access) as writer, Reader(access) as reader:
        writer.apply(account, namespace=namespace)  # which a controller would make a moment later
        writer.apply(pod("look", toolbox, LOOK_AROUND), namespace=namespace)
        writer.apply(pod("serve", base, SERVE), namespace=namespace)
        writer.apply(pod("wait", toolbox), namespace=namespace)

        ended = settled(reader, namespace)
        said = {name: reader.log(name, namespace) for name in ("look", "serve")}
    phases = {name: one["status"]["phase"] for name, one in ended.items()}
    assert said["serve"] == "ciao\n"
    user, version, address, *rest = said["look"].splitlines()
    assert user == "65532"
    assert "gitVersion" in version
    assert address.count(".") == 3
    assert rest == ["open", "UP", "0"]
    assert phases == {"look": "Succeeded", "serve": "Succeeded", "wait": "Running"}


def settled(reader: Reader, namespace: str) -> dict[str, Any]:
    """The Pods by name, when the scripts have ended and what waits is Ready."""

    def pods() -> dict[str, Any]:
        found = reader.list("Pod", namespace=namespace)
        return {str(one["metadata"]["name"]): one for one in found}

    def are_done() -> bool:
        """Those with a script are Ready, too, while it runs."""
        found = pods()
        return pod_ready(found.pop("wait")) and all(map(pod_finished, found.values()))

    wait_until(
        are_done,
        "the Pods",
        limit_seconds=60,
        clock=SystemClock(),
        last_seen=lambda: str({name: summary(one) for name, one in pods().items()}),
    )
    return pods()


MACHINE_APART = ["unshare", "--net", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child"]
COME_AND_GO = """
look() {
  ps -eo args= | grep -e '[s]upervisord' -e '[l]ocal.agent' -e '[r]egistry serve' || true
  ip -brief address
  find /run /var/lib/labkit -not -path '/var/lib/labkit/p[ry]*' | sort
}
mkdir -p python /var/lib/labkit/python
mount --bind /var/lib/labkit/python python
for folder in /run /var/lib/labkit; do mount -t tmpfs none "$folder"; done
mkdir /var/lib/labkit/python
mount --bind python /var/lib/labkit/python
ip link set lo up
look >before
"$0" -m labkit.cli.main registry up
look >between
"$0" -m labkit.cli.main registry down
look >after
"""


def test_registry_taken_down_leaves_nothing(tmp_path: Path) -> None:
    """On a machine apart, as far as it sees: the one here may be somebody's, images and all."""
    run, clock = SystemRunner(), SystemClock()
    provide(["registry"], settings=read_settings(), run=run, progress=Quiet(), clock=clock)
    trusted_python(MachinePaths(), run, Quiet())  # root's copy of us, made with packages from afar
    script = ["sh", "-euc", COME_AND_GO, sys.executable]
    run(
        [*MACHINE_APART, *script],
        folder=tmp_path,
        environment={"LABKIT_HOME": str(tmp_path / "home")},
    )
    before, between, after = ((tmp_path / n).read_text() for n in ("before", "between", "after"))
    assert "registry serve" in between
    assert "198.18.0.1" in between
    assert after == before


def registry_processes() -> set[int]:
    """Found by their name in /proc, independently of the supervisor."""
    return {
        int(path.parent.name)
        for path in Path("/proc").glob("[0-9]*/comm")
        if path.read_text().strip() == "registry"
    }
