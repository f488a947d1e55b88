"""Who reaches a cluster and how: kubeconfig, IP restrictions, OpenID Connect."""

from labkit.cloud.answers import backend_refuses, conflict, not_found
from labkit.cloud.blocks import Network
from labkit.cloud.calls import Call, Operation
from labkit.cloud.kube.changing import change_cluster
from labkit.cloud.kube.checking import must_be_ready
from labkit.cloud.kube.kubeconfig import renamed
from labkit.cloud.kube.models import (
    Cluster,
    IpRestrictions,
    Kubeconfig,
    OpenIdConnect,
    OpenIdConnectUpdate,
)
from labkit.cloud.project.finding import cluster_of

PATH = "/cloud/project/{serviceName}/kube/{kubeId}"
MOST_RESTRICTIONS = 100


def kubeconfig(call: Call) -> Kubeconfig:
    cluster = cluster_of(call)
    if cluster.applied == 0 or cluster.busy == "DELETING" or cluster.resets > cluster.resets_done:
        must_be_ready(cluster)
    return Kubeconfig(content=renamed(call.cloud.behind.kubeconfig(cluster), cluster.name))


def reset_kubeconfig(call: Call) -> None:
    """Every kubeconfig handed out so far stops working."""
    cluster = cluster_of(call)
    later = cluster.credential_generation + 1
    change_cluster(call.cloud, cluster, busy="REDEPLOYING", credential_generation=later)


def restrictions(call: Call) -> list[str]:
    return _words(cluster_of(call))


def add_restrictions(call: Call) -> list[str]:
    cluster, more = cluster_of(call), call.read(IpRestrictions)
    return _restrict(call, cluster, (*cluster.ip_restrictions, *more.ips))


def replace_restrictions(call: Call) -> list[str]:
    cluster, wanted = cluster_of(call), call.read(IpRestrictions)
    return _restrict(call, cluster, wanted.ips)


def remove_restriction(call: Call) -> None:
    cluster = cluster_of(call)
    word = call.path["ip"]
    left = tuple(one for one in cluster.ip_restrictions if str(one) != _full(word))
    if len(left) == len(cluster.ip_restrictions):
        raise not_found(f"IP restriction {word} not found")
    _restrict(call, cluster, left)


def _restrict(call: Call, cluster: Cluster, blocks: tuple[Network, ...]) -> list[str]:
    unique = tuple(dict.fromkeys(blocks))
    if len(unique) > MOST_RESTRICTIONS:
        raise backend_refuses(f"at most {MOST_RESTRICTIONS} IP restrictions", call.cloud.uuid())
    changed = change_cluster(call.cloud, cluster, busy="REDEPLOYING", ip_restrictions=unique)
    return _words(changed)


def _words(cluster: Cluster) -> list[str]:
    return [str(block) for block in cluster.ip_restrictions]


def _full(word: str) -> str:
    return word if "/" in word else f"{word}/{128 if ':' in word else 32}"


def oidc(call: Call) -> OpenIdConnect:
    found = cluster_of(call).open_id_connect
    if found is None:
        raise not_found("OpenID Connect is not configured on this cluster")
    return found


def create_oidc(call: Call) -> OpenIdConnect:
    cluster = cluster_of(call)
    if cluster.open_id_connect is not None:
        raise conflict("OpenID Connect is already configured on this cluster")
    wanted = call.read(OpenIdConnect)
    change_cluster(call.cloud, cluster, busy="REDEPLOYING", open_id_connect=wanted)
    return wanted


def update_oidc(call: Call) -> None:
    cluster, old, wanted = cluster_of(call), oidc(call), call.read(OpenIdConnectUpdate)
    changed = old.but(**{key: getattr(wanted, key) for key in wanted.model_fields_set})
    change_cluster(call.cloud, cluster, busy="REDEPLOYING", open_id_connect=changed)


def remove_oidc(call: Call) -> None:
    cluster = cluster_of(call)
    oidc(call)
    change_cluster(call.cloud, cluster, busy="REDEPLOYING", open_id_connect=None)


OPERATIONS = (
    Operation("POST", PATH + "/kubeconfig", kubeconfig, waits=True),
    Operation("POST", PATH + "/kubeconfig/reset", reset_kubeconfig),
    Operation("GET", PATH + "/ipRestrictions", restrictions),
    Operation("POST", PATH + "/ipRestrictions", add_restrictions),
    Operation("PUT", PATH + "/ipRestrictions", replace_restrictions),
    Operation("DELETE", PATH + "/ipRestrictions/{ip}", remove_restriction),
    Operation("GET", PATH + "/openIdConnect", oidc),
    Operation("POST", PATH + "/openIdConnect", create_oidc),
    Operation("PUT", PATH + "/openIdConnect", update_oidc),
    Operation("DELETE", PATH + "/openIdConnect", remove_oidc),
)
