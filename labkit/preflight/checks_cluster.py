"""A running cluster: who may see its keys, its certificates, nodes, DNS, images, and clocks."""

from datetime import timedelta

from labkit.foundation.text import say
from labkit.kube.errors import AnswerTooSlow
from labkit.preflight.checks_tools import SET_CLOCK, is_skewed
from labkit.preflight.cluster import Certificate, Cluster, Kubeconfig
from labkit.preflight.facts import Kubectl
from labkit.preflight.finding import Finding, blocking, fine, note, warning

OTHERS = 0o077
SOON = timedelta(days=14)
CLOCKS_MAY_DIFFER = timedelta(seconds=30)  # a token or certificate is judged by seconds
LESSON_IMAGES = ("registry.lab.example:5000/pause", "registry.lab.example:5000/hello")


def kubeconfigs(cluster: Cluster) -> list[Finding]:
    if not cluster.kubeconfigs:
        seen = say("There is no kubeconfig of the lab yet, so no cluster to look at.")
        return [note("kubeconfig", seen, f"labkit up{_name(cluster)}")]
    return [_kubeconfig(each) for each in cluster.kubeconfigs]


def _kubeconfig(file: Kubeconfig) -> Finding:
    if file.problem:
        return blocking("kubeconfig", file.problem, file.next_step)
    if file.mode & OTHERS:
        seen = say("{path} can be read by others (mode {mode:o}).", path=file.path, mode=file.mode)
        return warning("kubeconfig-mode", seen, f"chmod 600 {file.path}")
    return fine("kubeconfig", say("{path} is whole, and ours alone.", path=file.path))


def certificates(cluster: Cluster) -> list[Finding]:
    found = [finding for each in cluster.certificates if (finding := _certificate(each, cluster))]
    if found or not cluster.certificates:
        return found
    first = min(each.ends for each in cluster.certificates)
    return [fine("certificate", say("Certificates are valid until {date:%Y-%m-%d}.", date=first))]


def _renew(cluster: Cluster) -> str:
    name = _name(cluster)
    return f"labkit stop{name} && labkit up{name}   # all data stays"


def _name(cluster: Cluster) -> str:
    return "" if cluster.name == "lab" else f" --name {cluster.name}"


def _certificate(certificate: Certificate, cluster: Cluster) -> Finding | None:
    begins, ends, now = certificate.begins, certificate.ends, cluster.now
    whose = certificate.whose
    if ends <= now:
        seen = say("The certificate of {whose} ended on {date:%Y-%m-%d}.", whose=whose, date=ends)
        return blocking("certificate", seen, _renew(cluster))
    if begins > now:
        seen = say(
            "The certificate of {whose} begins {begins:%Y-%m-%d %H:%M}; now is {now:%Y-%m-%d}.",
            whose=whose,
            begins=begins,
            now=now,
        )
        return blocking("certificate", seen, SET_CLOCK)
    if ends - now < SOON:
        days = (ends - now).days
        seen = say("The certificate of {whose} ends in {days} days.", whose=whose, days=days)
        return warning("certificate", seen, _renew(cluster))
    return None


def api(cluster: Cluster) -> list[Finding]:
    if not cluster.server:
        return []
    if not cluster.has_route:
        seen = say("The cluster is stopped: no route leads to {server}.", server=cluster.server)
        return [blocking("api", seen, f"labkit up{_name(cluster)}")]
    problem = cluster.problem
    if isinstance(problem, AnswerTooSlow):  # a busy machine is no broken one
        return [warning("api", problem.what_happened, f"labkit status{_name(cluster)}")]
    if problem:
        return [blocking("api", problem.what_happened, problem.next_step)]
    version = ".".join(str(part) for part in cluster.version)
    seen = say("Kubernetes {version} at {server}.", version=version, server=cluster.server)
    return [fine("api", seen)]


def nodes(cluster: Cluster) -> list[Finding]:
    if cluster.nodes is None:
        return []
    waiting = [node for node in cluster.nodes if not node.ready]
    ready = len(cluster.nodes) - len(waiting)
    seen = say("{ready} of {count} nodes are Ready.", ready=ready, count=len(cluster.nodes))
    if not waiting:
        if ready:
            return [fine("nodes", seen)]
        return [
            blocking("nodes", say("The cluster has no node."), f"labkit node add{_name(cluster)}")
        ]
    worst = waiting[0]
    seen = say("{seen} {name}: {reason}", seen=seen, name=worst.name, reason=worst.reason or "?")
    command = f"labkit logs{_name(cluster)} {worst.name}/kubelet"
    return [warning("nodes", seen, command) if ready else blocking("nodes", seen, command)]


def dns(cluster: Cluster) -> list[Finding]:
    if cluster.dns is None or _is_simulated(cluster):
        return []
    if any(pod.ready for pod in cluster.dns):
        ready = sum(pod.ready for pod in cluster.dns)
        return [fine("dns", say("{count} DNS Pods are ready.", count=ready))]
    if not cluster.dns:
        seen = say("There is no DNS Pod: names of Services are not found.")
        return [
            warning("dns", seen, say("Wait a few seconds after `labkit up`, else run it again."))
        ]
    pod = cluster.dns[0]
    seen = say("DNS Pod {name} is not ready ({phase}).", name=pod.name, phase=pod.phase)
    return [warning("dns", seen, f"kubectl -n kube-system describe pod {pod.name}")]


def ingress(cluster: Cluster) -> list[Finding]:
    """Nothing to say where there is none: an exercise that needs one brings it."""
    if not cluster.ingress_classes:
        return []
    names = ", ".join(cluster.ingress_classes)
    return [fine("ingress", say("Ingresses are served by {names}.", names=names))]


def _is_simulated(cluster: Cluster) -> bool:
    return bool(cluster.nodes) and all(node.simulated for node in cluster.nodes or ())


def images(cluster: Cluster) -> list[Finding]:
    """Without them the first Pods of a lesson wait for a registry that is not there yet."""
    real = [node for node in cluster.nodes or () if node.ready and not node.simulated]
    for node in real:
        absent = [image for image in LESSON_IMAGES if not _has(node.images, image)]
        if absent:
            seen = say(
                "Node {name} has no image {absent}.", name=node.name, absent=", ".join(absent)
            )
            return [note("images", seen, f"labkit up{_name(cluster)}   # imports what is missing")]
    return [fine("images", say("Each node has the lessons' first images."))] if real else []


def _has(images: frozenset[str], name: str) -> bool:
    return any(image.startswith((f"{name}:", f"{name}@")) for image in images)


def clocks(cluster: Cluster) -> list[Finding]:
    if cluster.server_time is None:
        return []
    apart = abs(cluster.server_time - cluster.now)
    if apart <= CLOCKS_MAY_DIFFER:
        return []
    seen = say(
        "The API server's clock and this machine's are {seconds:.0f} s apart.",
        seconds=apart.total_seconds(),
    )
    return [warning("clock-skew", seen, SET_CLOCK)]


def kubectl(cluster: Cluster, found: Kubectl | None) -> list[Finding]:
    """Against the server that answers, which need not be the lab's version."""
    if found is None or not found.version or not cluster.version:
        return []
    if not is_skewed(found.version, cluster.version):
        return []
    seen = say(
        "{path} is version {client}; the server is {server}.",
        path=found.path,
        client=".".join(map(str, found.version)),
        server=".".join(map(str, cluster.version)),
    )
    wanted = ".".join(map(str, cluster.version[:2]))
    fix = say("Install kubectl {version} for this cluster.", version=wanted)
    return [warning("kubectl-skew", seen, fix)]
