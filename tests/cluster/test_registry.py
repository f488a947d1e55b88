"""The machine's registry: nodes pull from it by name and by digest, and it survives a kill."""

import os
import signal
from pathlib import Path
from typing import Any

import pytest

from labkit.foundation.process import SystemRunner
from labkit.foundation.progress import Quiet
from labkit.foundation.settings import read_settings
from labkit.foundation.waiting import SystemClock
from labkit.kube.conditions import pod_ready
from labkit.remote.pushing import push_archive
from labkit.remote.registry import Registry
from labkit.toolchain.images import images_at_hand
from labkit.workshop.image_registry import LOCAL_REGISTRY, Registries, registry_up
from tests.support.own_cluster import OwnCluster, eventually
from tests.support.rights import needs_root

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


def pod(name: str, image: str) -> dict[str, Any]:
    container = {"name": "hello", "image": image}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name},
        "spec": {"containers": [container], "terminationGracePeriodSeconds": 0},
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


def registry_processes() -> set[int]:
    """Found by their name in /proc, independently of the supervisor."""
    return {
        int(path.parent.name)
        for path in Path("/proc").glob("[0-9]*/comm")
        if path.read_text().strip() == "registry"
    }
