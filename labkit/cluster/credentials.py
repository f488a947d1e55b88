"""Everything secret that a control plane needs: its authorities, certificates and kubeconfigs."""

import base64
import secrets
from datetime import datetime
from pathlib import Path

from labkit.cluster.certificates import (
    Authority,
    Pair,
    Subject,
    ensure_signing_pair,
    write_bundle,
)
from labkit.cluster.control_plane import API_SERVICE_ADDRESS, AUDIT_POLICY, ControlPlane
from labkit.foundation.files import PRIVATE, write_atomically
from labkit.kube.kubeconfig import Access, kubeconfig_text

CLUSTER_AUTHORITY = "ca"
PEOPLE_AUTHORITY = "people"
ADMINISTRATORS = "system:masters"
LOOPBACK = ("127.0.0.1", "localhost")

COMPONENTS = {
    "controller-manager": Subject("system:kube-controller-manager", addresses=LOOPBACK),
    "scheduler": Subject("system:kube-scheduler", addresses=LOOPBACK),
    "kube-proxy": Subject("system:kube-proxy"),
    "controllers": Subject("labkit:controllers", (ADMINISTRATORS,)),
}


def ensure_credentials(plane: ControlPlane, cluster: str, now: datetime) -> None:
    """Write what is missing below the plane's pki folder; what is there stays."""
    pki = plane.pki
    pki.mkdir(parents=True, exist_ok=True)
    authority = Authority.ensure(pki, CLUSTER_AUTHORITY, now)
    people = Authority.ensure(pki, PEOPLE_AUTHORITY, now)
    write_bundle(pki / "clients.crt", [authority.pair.certificate, people.pair.certificate])
    ensure_signing_pair(pki, "sa")
    names = ("kubernetes", "kubernetes.default", "kubernetes.default.svc")
    addresses = (plane.address, API_SERVICE_ADDRESS, "127.0.0.1", *names)
    authority.ensure_pair(pki, "apiserver", Subject("kube-apiserver", addresses=addresses))
    kubelet_client = Subject("kube-apiserver-kubelet-client", (ADMINISTRATORS,))
    authority.ensure_pair(pki, "apiserver-kubelet", kubelet_client)
    authority.ensure_pair(pki, "front-proxy", Subject("front-proxy"))
    for name, subject in COMPONENTS.items():
        pair = authority.ensure_pair(pki, name, subject)
        write_kubeconfig(pki / f"{name}.kubeconfig", plane, pair, cluster)
    _ensure_files(plane)


def ensure_administrator(plane: ControlPlane, cluster: str, now: datetime) -> str:
    """The text of an administrator's kubeconfig, with everything inline."""
    people = Authority.ensure(plane.pki, PEOPLE_AUTHORITY, now)
    pair = people.ensure_pair(plane.pki, "admin", Subject("lab-admin", (ADMINISTRATORS,)))
    return kubeconfig_text(_access(plane, pair, cluster, "admin"))


def write_kubeconfig(path: Path, plane: ControlPlane, pair: Pair, cluster: str) -> None:
    text = kubeconfig_text(_access(plane, pair, cluster, path.stem))
    write_atomically(path, text, mode=PRIVATE)


def _access(plane: ControlPlane, pair: Pair, cluster: str, user: str) -> Access:
    return Access(
        server=plane.server,
        authority=(plane.pki / f"{CLUSTER_AUTHORITY}.crt").read_text(),
        certificate=pair.certificate.read_text(),
        key=pair.key.read_text(),
        context=cluster,
        cluster=cluster,
        user=user,
    )


def _ensure_files(plane: ControlPlane) -> None:
    write_atomically(plane.folder / "audit-policy.yaml", AUDIT_POLICY)
    encryption = plane.folder / "encryption.yaml"
    if plane.encrypt_secrets and not encryption.exists():
        write_atomically(encryption, _encryption_text(), mode=PRIVATE)


def _encryption_text() -> str:
    key = base64.b64encode(secrets.token_bytes(32)).decode()
    return f"""\
apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources:
  - resources: [secrets]
    providers:
      - aescbc: {{keys: [{{name: key1, secret: {key}}}]}}
      - identity: {{}}
"""
