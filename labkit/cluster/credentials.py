"""Everything secret that a control plane needs: its authorities, certificates and kubeconfigs."""

import base64
import secrets
from dataclasses import replace
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
from labkit.cluster.doors import SERVER_NAME
from labkit.cluster.oidc import oidc_files
from labkit.foundation.files import PRIVATE, write_atomically
from labkit.kube.kubeconfig import Access, kubeconfig_text

CLUSTER_AUTHORITY = "ca"
PEOPLE_AUTHORITY = "people"
ADMINISTRATOR = "admin"
KEPT_TRACES = 100  # generations that one `start` may skip
ADMINISTRATORS = "system:masters"
LOOPBACK = ("127.0.0.1", "localhost")

CONTROLLERS = "controllers"
"""labkit's own controllers, and its root side: they call from the host, at their own door."""

COMPONENTS = {
    "controller-manager": Subject("system:kube-controller-manager", addresses=LOOPBACK),
    "scheduler": Subject("system:kube-scheduler", addresses=LOOPBACK),
    "kube-proxy": Subject("system:kube-proxy"),
    CONTROLLERS: Subject("labkit:controllers", (ADMINISTRATORS,)),
}


def ensure_credentials(plane: ControlPlane, cluster: str, now: datetime) -> None:
    """Write what is missing below the plane's pki folder; what is there stays."""
    pki = plane.pki
    pki.mkdir(parents=True, exist_ok=True)
    authority = Authority.ensure(pki, CLUSTER_AUTHORITY, now)
    people = _people(plane, now)
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


def _people(plane: ControlPlane, now: datetime) -> Authority:
    """Of an earlier generation's nothing stays: nobody may sign by it again."""
    generation = plane.credential_generation
    for earlier in range(max(0, generation - KEPT_TRACES), generation):
        for name in (PEOPLE_AUTHORITY, ADMINISTRATOR):
            pair = Pair.at(plane.pki, _of_generation(name, earlier))
            pair.key.unlink(missing_ok=True)
            pair.certificate.unlink(missing_ok=True)
    return Authority.ensure(plane.pki, _of_generation(PEOPLE_AUTHORITY, generation), now)


def _of_generation(name: str, generation: int) -> str:
    return f"{name}-{generation}" if generation else name


def ensure_administrator(plane: ControlPlane, cluster: str, now: datetime) -> str:
    """The text of an administrator's kubeconfig, with everything inline."""
    name = _of_generation(ADMINISTRATOR, plane.credential_generation)
    subject = Subject("lab-admin", (ADMINISTRATORS,))
    pair = _people(plane, now).ensure_pair(plane.pki, name, subject)
    return kubeconfig_text(_access(plane, pair, cluster, ADMINISTRATOR))


def write_kubeconfig(path: Path, plane: ControlPlane, pair: Pair, cluster: str) -> None:
    access = _access(plane, pair, cluster, path.stem)
    if path.stem == CONTROLLERS and plane.own_address:
        server = f"https://{plane.own_address}:{plane.port}"
        access = replace(access, server=server, server_name=SERVER_NAME)
    text = kubeconfig_text(access)
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
    for name, text in oidc_files(plane.oidc).items():
        write_atomically(plane.folder / name, text)
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
