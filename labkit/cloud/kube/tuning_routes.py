"""How a cluster's own parts are set: customization, private network, flavors, etcd's figures."""

from typing import Any

from labkit.cloud.calls import Call, Operation, Reality
from labkit.cloud.kube.catalogue import ETCD_QUOTA_BYTES
from labkit.cloud.kube.changing import change_cluster
from labkit.cloud.kube.checking import must_be_ready
from labkit.cloud.kube.customization import Customization, complete, merged
from labkit.cloud.kube.models import (
    EtcdUsage,
    LoadBalancersSubnet,
    Message,
    PrivateNetworkConfiguration,
)
from labkit.cloud.project.finding import cluster_of
from labkit.cloud.project.flavors import kube_flavors
from labkit.cloud.project.models import KubeFlavor

PATH = "/cloud/project/{serviceName}/kube/{kubeId}"
DONE = Message(message="Cluster is being redeployed")
FLAGS = "the flags of the real components stay as they are"
NETWORK = "nodes have the lab's own network"


def customization(call: Call) -> dict[str, Any]:
    return complete(cluster_of(call).customization)


def customize(call: Call) -> Message:
    cluster = cluster_of(call)
    wanted = merged(cluster.customization, call.read(Customization))
    change_cluster(call.cloud, cluster, busy="REDEPLOYING", customization=wanted)
    return DONE


def private_network(call: Call) -> PrivateNetworkConfiguration:
    return cluster_of(call).private_network_configuration or PrivateNetworkConfiguration()


def set_private_network(call: Call) -> Message:
    cluster, wanted = cluster_of(call), call.read(PrivateNetworkConfiguration)
    change_cluster(call.cloud, cluster, busy="REDEPLOYING", private_network_configuration=wanted)
    return DONE


def set_load_balancers_subnet(call: Call) -> None:
    cluster, wanted = cluster_of(call), call.read(LoadBalancersSubnet)
    subnet = wanted.load_balancers_subnet_id
    change_cluster(call.cloud, cluster, busy="REDEPLOYING", load_balancers_subnet_id=subnet)


def etcd_usage(call: Call) -> EtcdUsage:
    cluster = cluster_of(call)
    if cluster.applied == 0 or cluster.resets > cluster.resets_done:
        must_be_ready(cluster)
    usage = call.cloud.behind.etcd_bytes(cluster)
    return EtcdUsage(quota=ETCD_QUOTA_BYTES[cluster.plan], usage=usage)


def flavors(call: Call) -> list[KubeFlavor]:
    cluster_of(call)
    return kube_flavors(call.cloud)


OPERATIONS = (
    Operation("GET", PATH + "/customization", customization, Reality.SHAPE, why=FLAGS),
    Operation("PUT", PATH + "/customization", customize, Reality.SHAPE, why=FLAGS),
    Operation("GET", PATH + "/flavors", flavors),
    Operation("GET", PATH + "/metrics/etcdUsage", etcd_usage, waits=True),
    Operation(
        "GET", PATH + "/privateNetworkConfiguration", private_network, Reality.SHAPE, why=NETWORK
    ),
    Operation(
        "PUT", PATH + "/privateNetworkConfiguration", set_private_network, Reality.SHAPE,
        why=NETWORK,
    ),
    Operation(
        "PUT", PATH + "/updateLoadBalancersSubnetId", set_load_balancers_subnet, Reality.SHAPE,
        why=NETWORK,
    ),
)  # fmt: skip
