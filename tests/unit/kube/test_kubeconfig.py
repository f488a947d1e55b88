"""Kubeconfigs are read whole or refused with one sentence that names what is wrong."""

import base64
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from labkit.kube.errors import KubeconfigInvalid
from labkit.kube.kubeconfig import (
    Access,
    ExecCommand,
    kubeconfig_text,
    read_access,
    with_namespace,
)

PEM = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
ACCESS = Access("https://198.18.0.1:6443", authority=PEM, certificate=PEM, key=PEM)


def document(**changes: Any) -> dict[str, Any]:
    return {
        "clusters": [{"name": "c", "cluster": {"server": "https://10.0.0.1:6443"}}],
        "users": [{"name": "u", "user": {"token": "secret"}}],
        "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
        "current-context": "x",
        **changes,
    }


def written(folder: Path, content: object) -> Path:
    path = folder / "config"
    path.write_text(content if isinstance(content, str) else yaml.safe_dump(content))
    return path


@pytest.mark.parametrize(
    "access",
    [
        pytest.param(ACCESS, id="certificate"),
        pytest.param(replace(ACCESS, certificate="", key="", token="t"), id="token"),
        pytest.param(
            Access(
                "https://a.example",
                exec_command=ExecCommand("labkit", ("token", "--user"), (("A", "b"),)),
                namespace="me-desk",
                context="me",
                cluster="lab",
                user="learner",
            ),
            id="exec",
        ),
        pytest.param(Access("https://a.example", insecure=True, server_name="b"), id="insecure"),
    ],
)
def test_what_is_written_is_what_is_read(access: Access, tmp_path: Path) -> None:
    assert read_access(written(tmp_path, kubeconfig_text(access))) == access


def test_files_are_found_beside_the_kubeconfig(tmp_path: Path) -> None:
    (tmp_path / "ca.crt").write_text(PEM)
    (tmp_path / "me.crt").write_text("certificate")
    (tmp_path / "me.key").write_text("key")
    cluster = {"server": "https://a.example/", "certificate-authority": "ca.crt"}
    user = {"client-certificate": "me.crt", "client-key": str(tmp_path / "me.key")}
    content = document(
        clusters=[{"name": "c", "cluster": cluster}], users=[{"name": "u", "user": user}]
    )
    access = read_access(written(tmp_path, content))
    assert (access.server, access.authority) == ("https://a.example", PEM)
    assert (access.certificate, access.key) == ("certificate", "key")


def test_exec_command_with_a_slash_is_beside_the_kubeconfig(tmp_path: Path) -> None:
    entry = {"apiVersion": "client.authentication.k8s.io/v1", "command": "./bin/login"}
    content = document(users=[{"name": "u", "user": {"exec": entry}}])
    command = read_access(written(tmp_path, content)).exec_command
    assert command == ExecCommand(str(tmp_path / "bin/login"))


def test_context_can_be_chosen(tmp_path: Path) -> None:
    contexts = [
        {"name": "x", "context": {"cluster": "c", "user": "u"}},
        {"name": "y", "context": {"cluster": "c", "user": "u", "namespace": "ns"}},
    ]
    path = written(tmp_path, document(contexts=contexts))
    assert read_access(path, "y").namespace == "ns"
    assert read_access(path).namespace == "default"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        pytest.param("a: [", "is not YAML", id="not YAML"),
        pytest.param("hello", "is YAML, but not a kubeconfig", id="a word"),
        pytest.param("", "is YAML, but not a kubeconfig", id="empty"),
        pytest.param({"kind": "Pod"}, "is YAML, but not a kubeconfig", id="another object"),
        pytest.param(document(clusters=None), "has no cluster 'c'; it has: none", id="no clusters"),
        pytest.param(
            document(**{"current-context": "z"}), "has no context 'z'; it has: x", id="no context"
        ),
        pytest.param(
            document(**{"current-context": ""}), "has no current-context", id="no current context"
        ),
        pytest.param(document(users=[]), "has no user 'u'; it has: none", id="no user"),
        pytest.param(
            document(clusters=[{"name": "c", "cluster": {"server": ""}}]),
            "has no https:// server in cluster 'c'",
            id="no server",
        ),
        pytest.param(
            document(users=[{"name": "u", "user": {"client-key-data": "%%"}}]),
            "has client-key-data that is not base64",
            id="not base64",
        ),
        pytest.param(
            document(users=[{"name": "u", "user": {"client-key": "gone.key"}}]),
            "names a client-key that cannot be read",
            id="no file",
        ),
        pytest.param(
            document(users=[{"name": "u", "user": {"exec": {"apiVersion": "v1"}}}]),
            "has an exec without a command",
            id="exec without command",
        ),
        pytest.param(
            document(users=[{"name": "u", "user": {"exec": {"apiVersion": "v0", "command": "x"}}}]),
            "has an exec of apiVersion 'v0'",
            id="exec of an unknown version",
        ),
        pytest.param(
            document(users=[{"name": "u", "user": {"auth-provider": {"name": "gcp"}}}]),
            "has a user with an auth-provider",
            id="auth-provider",
        ),
    ],
)
def test_unusable_kubeconfig_is_named_with_its_fault(
    content: object, sentence: str, tmp_path: Path
) -> None:
    path = written(tmp_path, content)
    with pytest.raises(KubeconfigInvalid) as caught:
        read_access(path)
    assert str(path) in caught.value.what_happened
    assert sentence in caught.value.what_happened
    assert caught.value.next_step


def test_missing_kubeconfig_says_who_writes_it(tmp_path: Path) -> None:
    with pytest.raises(KubeconfigInvalid, match=r"does not exist.*labkit up"):
        read_access(tmp_path / "config")


def test_binary_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "config"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(KubeconfigInvalid, match="is not YAML"):
        read_access(path)


def test_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KubeconfigInvalid, match="cannot be read"):
        read_access(tmp_path)


def test_namespace_is_changed_in_the_current_context_only() -> None:
    text = yaml.safe_dump(
        document(
            contexts=[
                {"name": "x", "context": {"cluster": "c", "user": "u"}},
                {"name": "y", "context": {"cluster": "c", "user": "u"}},
            ]
        )
    )
    changed = yaml.safe_load(with_namespace(text, "me-desk"))
    assert [entry["context"].get("namespace") for entry in changed["contexts"]] == ["me-desk", None]


def test_secrets_do_not_appear_when_an_access_is_printed() -> None:
    shown = repr(replace(ACCESS, key="the key", token="the token"))
    assert "the key" not in shown
    assert "the token" not in shown


def test_authority_is_written_inline() -> None:
    cluster = yaml.safe_load(kubeconfig_text(ACCESS))["clusters"][0]["cluster"]
    assert base64.b64decode(cluster["certificate-authority-data"]).decode() == PEM
