import yaml

from labkit.cloud.kube.kubeconfig import renamed
from tests.support.cloud import KUBECONFIG


def test_its_parts_are_named_after_the_cluster() -> None:
    content = yaml.safe_load(renamed(KUBECONFIG, "my_kube_cluster"))
    assert [one["name"] for one in content["clusters"]] == ["my_kube_cluster"]
    assert [one["name"] for one in content["users"]] == ["kubernetes-admin-my_kube_cluster"]
    assert content["current-context"] == "kubernetes-admin@my_kube_cluster"
    assert content["contexts"][0]["context"] == {
        "cluster": "my_kube_cluster",
        "user": "kubernetes-admin-my_kube_cluster",
    }


def test_keys_and_addresses_stay() -> None:
    before, after = yaml.safe_load(KUBECONFIG), yaml.safe_load(renamed(KUBECONFIG, "x: {y"))
    assert after["clusters"][0]["cluster"] == before["clusters"][0]["cluster"]
    assert after["users"][0]["user"] == before["users"][0]["user"]
    assert after["clusters"][0]["name"] == "x: {y"
