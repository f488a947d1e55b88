"""A cluster with all that an operation of the API may name, and bodies that each one takes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.support.cloud import PROJECT, Stage

KUBE = f"/cloud/project/{PROJECT}/kube"
STREAM = "11111111-2222-4333-8444-555555555555"
LABELLED = {
    "metadata": {"labels": {"team": "blue"}, "annotations": {}, "finalizers": []},
    "spec": {
        "taints": [{"key": "k", "value": "v", "effect": "NoSchedule"}],
        "unschedulable": False,
    },
}
OIDC = {"clientId": "lab", "issuerUrl": "https://idp.example/"}

BODIES: Mapping[str, dict[str, Any]] = {
    "POST /auth/credential": {"accessRules": [{"method": "GET", "path": "/*"}]},
    "POST {kube}": {"region": "GRA7"},
    "PUT {kubeId}": {"name": "renamed"},
    "PUT {kubeId}/customization": {"apiServer": {"admissionPlugins": {"enabled": []}}},
    "POST {kubeId}/ipRestrictions": {"ips": ["10.1.0.0/16"]},
    "PUT {kubeId}/ipRestrictions": {"ips": ["10.1.0.0/16", "192.0.2.7"]},
    "POST {kubeId}/log/subscription": {"kind": "audit", "streamId": STREAM},
    "POST {kubeId}/log/url": {"kind": "audit"},
    "POST {kubeId}/nodepool": {"flavorName": "b3-8"},
    "PUT {kubeId}/nodepool/{nodePoolId}": {"desiredNodes": 3, "template": LABELLED},
    "POST {kubeId}/openIdConnect": OIDC,
    "PUT {kubeId}/openIdConnect": {"groupsClaim": ["groups"]},
    "PUT {kubeId}/privateNetworkConfiguration": {
        "defaultVrackGateway": "", "privateNetworkRoutingAsDefault": False,
    },
    "POST {kubeId}/reset": {},
    "POST {kubeId}/restart": {},
    "POST {kubeId}/update": {"strategy": "LATEST_PATCH"},
    "PUT {kubeId}/updateLoadBalancersSubnetId": {"loadBalancersSubnetId": STREAM},
    "PUT {kubeId}/updatePolicy": {"updatePolicy": "NEVER_UPDATE"},
}  # fmt: skip
"""One that is taken, for each operation that wants a body."""


@dataclass(frozen=True, slots=True)
class Place:
    parts: Mapping[str, str]

    def fill(self, path: str) -> str:
        for name, value in self.parts.items():
            path = path.replace(f"{{{name}}}", value)
        return path


def short(name: str) -> str:
    """`POST {kubeId}/update` for `POST /cloud/project/{serviceName}/kube/{kubeId}/update`."""
    project = "/cloud/project/{serviceName}"
    return name.replace(f"{project}/kube/", "").replace(f"{project}/kube", "{kube}")


def prepare(stage: Stage, name: str) -> Place:
    """A new cluster, READY, with a pool of two nodes and everything else, for this operation."""
    kube = stage.asked("POST", KUBE, {"region": "GRA7", "name": "place", "version": "1.33"})["id"]
    pool = stage.asked("POST", f"{KUBE}/{kube}/nodepool", {"flavorName": "b3-8", "desiredNodes": 2})
    stage.asked("PUT", f"{KUBE}/{kube}/ipRestrictions", {"ips": ["10.0.0.0/8"]})
    body = {"kind": "audit", "streamId": STREAM}
    stage.asked("POST", f"{KUBE}/{kube}/log/subscription", body)
    if name != "POST {kubeId}/openIdConnect":
        stage.asked("POST", f"{KUBE}/{kube}/openIdConnect", OIDC)
    stage.settle()
    node = stage.asked("GET", f"{KUBE}/{kube}/nodepool/{pool['id']}/nodes")[0]
    flavor = stage.asked("GET", f"/cloud/project/{PROJECT}/flavor?region=GRA7")[0]
    return Place(
        {
            "serviceName": PROJECT,
            "kubeId": kube,
            "nodePoolId": pool["id"],
            "nodeId": node["id"],
            "instanceId": node["instanceId"],
            "subscriptionId": stage.asked("GET", f"{KUBE}/{kube}/log/subscription")[0],
            "ip": "10.0.0.0%2F8",
            "flavorId": flavor["id"],
            "regionName": "GRA7",
            "name": "audit",
        }
    )
