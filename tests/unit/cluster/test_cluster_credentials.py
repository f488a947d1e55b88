import ssl
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from labkit.cluster.certificates import Pair
from labkit.cluster.control_plane import ControlPlane
from labkit.cluster.credentials import ensure_administrator, ensure_credentials
from labkit.foundation.waiting import SystemClock
from labkit.kube.kubeconfig import read_access
from tests.support.handshake import Peer, Side, shake_hands

NOW = SystemClock().now()
ADDRESS = "198.18.1.1"
SECRET_MARKS = (b"PRIVATE KEY", b"client-key-data", b"secret: ")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> ControlPlane:
    """A control plane with all of its secrets; no test of this file changes it."""
    folder = tmp_path_factory.mktemp("cluster")
    plane = ControlPlane({}, folder, ADDRESS, encrypt_secrets=True)
    ensure_credentials(plane, "lab", NOW)
    return plane


def client_of(kubeconfig: str, folder: Path) -> Side:
    """What a kubeconfig's user shows, and whom it trusts."""
    path = folder / "kubeconfig"
    path.write_text(kubeconfig)
    access = read_access(path)
    pair = Pair.at(folder, "shown")
    pair.certificate.write_text(access.certificate)
    pair.key.write_text(access.key)
    trusted = folder / "trusted.crt"
    trusted.write_text(access.authority)
    return Side(pair, trusted)


def api_server(plane: ControlPlane) -> Side:
    return Side(Pair.at(plane.pki, "apiserver"), plane.pki / "clients.crt")


def test_api_server_takes_the_administrator_for_a_master(
    made: ControlPlane, tmp_path: Path
) -> None:
    client = client_of(ensure_administrator(made, "lab", NOW), tmp_path)
    peer = shake_hands(api_server(made), client, ADDRESS)
    assert peer == Peer("lab-admin", frozenset({"system:masters"}))


@pytest.mark.parametrize(
    ("name", "user"),
    [
        ("controller-manager", "system:kube-controller-manager"),
        ("scheduler", "system:kube-scheduler"),
        ("kube-proxy", "system:kube-proxy"),
    ],
)
def test_component_is_who_its_role_is_bound_to_and_no_master(
    made: ControlPlane, tmp_path: Path, name: str, user: str
) -> None:
    client = client_of((made.pki / f"{name}.kubeconfig").read_text(), tmp_path)
    assert shake_hands(api_server(made), client, ADDRESS) == Peer(user, frozenset())


@pytest.mark.parametrize("address", [ADDRESS, "10.3.0.1", "127.0.0.1", "kubernetes.default.svc"])
def test_api_server_is_believed_from_the_host_and_from_pods(
    made: ControlPlane, tmp_path: Path, address: str
) -> None:
    client = client_of(ensure_administrator(made, "lab", NOW), tmp_path)
    assert shake_hands(api_server(made), client, address).name == "lab-admin"


def test_people_are_not_of_the_authority_that_kubelets_and_the_front_proxy_trust(
    made: ControlPlane, tmp_path: Path
) -> None:
    client = client_of(ensure_administrator(made, "lab", NOW), tmp_path)
    kubelet = Side(Pair.at(made.pki, "apiserver"), made.pki / "ca.crt")
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(kubelet, client, ADDRESS)


def test_kubelets_take_the_api_server_for_a_master(made: ControlPlane) -> None:
    kubelet = Side(Pair.at(made.pki, "apiserver"), made.pki / "ca.crt")
    api = Side(Pair.at(made.pki, "apiserver-kubelet"), made.pki / "ca.crt")
    assert shake_hands(kubelet, api, ADDRESS).groups == {"system:masters"}


def test_no_other_user_can_read_a_secret(made: ControlPlane) -> None:
    ensure_administrator(made, "lab", NOW)
    files = [path for path in made.folder.rglob("*") if path.is_file()]
    secret = [path for path in files if any(mark in path.read_bytes() for mark in SECRET_MARKS)]
    assert len(secret) > 10
    assert [path.name for path in secret if path.stat().st_mode & 0o077] == []


def test_writing_again_keeps_every_secret(made: ControlPlane) -> None:
    before = {path: path.read_bytes() for path in made.folder.rglob("*") if path.is_file()}
    ensure_credentials(made, "lab", NOW)
    after = {path: path.read_bytes() for path in made.folder.rglob("*") if path.is_file()}
    assert after == before


def test_secrets_are_encrypted_first_and_older_plain_ones_stay_readable(
    made: ControlPlane,
) -> None:
    (rule,) = yaml.safe_load((made.folder / "encryption.yaml").read_text())["resources"]
    assert [next(iter(provider)) for provider in rule["providers"]] == ["aescbc", "identity"]


def test_no_encryption_key_lies_about_where_nobody_asked_for_one(
    made: ControlPlane, tmp_path: Path
) -> None:
    ensure_credentials(replace(made, folder=tmp_path, encrypt_secrets=False), "lab", NOW)
    assert not (tmp_path / "encryption.yaml").exists()


def test_new_generation_ends_the_administrators_old_certificate_and_no_components(
    tmp_path: Path,
) -> None:
    plane = ControlPlane({}, tmp_path / "cluster", ADDRESS)
    ensure_credentials(plane, "lab", NOW)
    old = client_of(ensure_administrator(plane, "lab", NOW), tmp_path)
    component = (plane.pki / "scheduler.crt").read_bytes()
    newer = replace(plane, credential_generation=2)
    ensure_credentials(newer, "lab", NOW)
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(api_server(newer), old, ADDRESS)
    (tmp_path / "new").mkdir()
    new = client_of(ensure_administrator(newer, "lab", NOW), tmp_path / "new")
    assert shake_hands(api_server(newer), new, ADDRESS).name == "lab-admin"
    assert (plane.pki / "scheduler.crt").read_bytes() == component
    assert not Pair.at(plane.pki, "people").key.exists()
    assert not Pair.at(plane.pki, "admin").key.exists()
