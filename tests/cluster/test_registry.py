"""The machine's registries: nodes pull by name, by digest and with a login; a kill is survived."""

import json
import os
import signal
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from labkit.foundation.process import SystemRunner
from labkit.foundation.progress import Quiet
from labkit.foundation.settings import read_settings
from labkit.foundation.waiting import SystemClock, wait_until
from labkit.kube.conditions import pod_finished, pod_ready, summary
from labkit.kube.kubeconfig import read_access
from labkit.kube.reader import Reader
from labkit.kube.writer import Writer
from labkit.remote.errors import LoginWanted
from labkit.remote.pushing import push_archive
from labkit.remote.registry import Login, Registry
from labkit.remote.removing import remove_images
from labkit.toolchain.images import images_at_hand
from labkit.workshop.image_registry import (
    LOCAL_REGISTRY,
    PRIVATE_PLACE,
    PRIVATE_REGISTRY,
    Registries,
    registry_up,
)
from labkit.workshop.private_shelf import drawn_password, hashed, writing
from tests.support.own_cluster import OwnCluster, wait_for_dns
from tests.support.proc import pids, words
from tests.support.rights import needs_root
from tests.support.shared_cluster import SharedCluster
from tests.support.waiting import eventually

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
        eventually(lambda: all(map(pod_ready, reader.list("Pod", namespace="default"))), "both")
        found = reader.list("Pod", namespace="default")
    ids = {one["status"]["containerStatuses"][0]["imageID"] for one in found}
    assert {image.partition("@")[2] for image in ids} == {digest}


# Reset before TLS's handshake, Python's SSLSocket._create (3.11) raises and leaves its socket open.
@pytest.mark.filterwarnings("ignore:unclosed <ssl.SSLSocket:ResourceWarning")
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


@pytest.fixture
def shelved(own_cluster: OwnCluster) -> Iterator[tuple[str, Login]]:
    """A repository of the test's own in the private registry, and who may read it."""
    settings = read_settings()
    registries = Registries(settings, SystemRunner(), SystemClock())
    registry_up(registries, Quiet(), PRIVATE_REGISTRY)
    repository = f"{own_cluster.name}/members"
    archive = images_at_hand(["hello"], settings=settings)["hello"]
    reader = Login(f"reader-{own_cluster.name}", drawn_password(own_cluster.name))
    with writing(registries, Quiet(), also={reader.user: hashed(reader.password)}) as access:
        push_archive(archive, repository, "1", access)
    yield repository, reader
    with writing(registries, Quiet(), also={reader.user: ""}) as access:
        remove_images(access, repository)


def login_secret(name: str, login: Login) -> dict[str, Any]:
    entry = {"username": login.user, "password": login.password}
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": name},
        "type": "kubernetes.io/dockerconfigjson",
        "stringData": {".dockerconfigjson": json.dumps({"auths": {PRIVATE_PLACE: entry}})},
    }


def ask_with_logins(writer: Writer, image: str, logins: Mapping[str, Login]) -> None:
    """A Pod without a login, and one with each of these, all of one image."""
    for name, login in logins.items():
        writer.apply(login_secret(name, login), namespace="default")
    for name in ("none", *logins):
        wanted = pod(name, image)
        secrets = [] if name == "none" else [{"name": name}]
        wanted["spec"] |= {"imagePullSecrets": secrets}
        wanted["spec"]["containers"][0]["imagePullPolicy"] = "Always"
        writer.apply(wanted, namespace="default")


def why_waiting(looking: Reader, name: str) -> str:
    """What a Pod's only container waits for, in the kubelet's word; "" before it says."""
    found = looking.get("Pod", name, namespace="default")["status"].get("containerStatuses", [])
    return "".join(str(one["state"].get("waiting", {}).get("reason", "")) for one in found)


def test_private_image_comes_with_the_right_login_only(
    own_cluster: OwnCluster, shelved: tuple[str, Login]
) -> None:
    repository, reader = shelved
    own_cluster.labkit("up")
    logins = {"right": reader, "wrong": Login(reader.user, "another-password")}
    with own_cluster.writer() as writer, own_cluster.reader() as looking:
        ask_with_logins(writer, f"{PRIVATE_PLACE}/{repository}:1", logins)

        def told() -> dict[str, str]:
            events = looking.list("Event", namespace="default", fields="reason=Failed")
            return {
                str(one["involvedObject"]["name"]): str(one["message"])
                for one in events
                if "Failed to pull" in one["message"]
            }

        def refused_in_status() -> bool:
            """The kubelet writes the Event first, and the status up to seconds later."""
            reasons = {why_waiting(looking, name) for name in ("none", "wrong")}
            return reasons <= {"ErrImagePull", "ImagePullBackOff"}

        eventually(lambda: set(told()) >= {"none", "wrong"}, "two refusals")
        eventually(lambda: pod_ready(looking.get("Pod", "right", namespace="default")), "one Pod")
        eventually(refused_in_status, "two Pods that wait for their image")
        refused = told()
    assert set(refused) == {"none", "wrong"}
    assert [name for name, words in refused.items() if "401 Unauthorized" not in words] == []


def test_private_registry_knows_no_stranger_and_forgets_who_pushed(
    shelved: tuple[str, Login],
) -> None:
    repository, reader = shelved
    registries = Registries(read_settings(), SystemRunner(), SystemClock())
    with writing(registries, Quiet()) as once, Registry(once) as registry:
        assert registry.tags(repository) == ["1"]
    with Registry(replace(PRIVATE_REGISTRY, login=reader)) as registry:
        assert registry.tags(repository) == ["1"]
    for stranger in (once, PRIVATE_REGISTRY):
        with Registry(stranger) as registry, pytest.raises(LoginWanted):
            registry.tags(repository)


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
    listed = json.loads(lab.labkit("registry", "list", "--json").output)["images"]
    assert pushed.items() <= {(f"{HOST}/{one['image']}", one["digest"]) for one in listed}
    access = read_access(cluster.kubeconfig)
    with Writer(access) as writer, Reader(access) as reader:
        wait_for_dns(reader)
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


def registry_processes() -> set[int]:
    """Of the open one; found in /proc, independently of the supervisor."""
    served = ["serve", "/var/lib/labkit/registry/config.yml"]  # and nothing before or behind
    return {
        pid
        for pid in pids()
        if (said := words(pid))[1:] == served and said[0].endswith("/registry")
    }
