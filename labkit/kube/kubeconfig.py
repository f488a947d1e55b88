"""Kubeconfigs: which server, trusted by which authority, as which user, in which namespace."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from labkit.foundation.text import say
from labkit.kube.errors import KubeconfigInvalid

EXEC_VERSIONS = ("client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1")


@dataclass(frozen=True, slots=True)
class ExecCommand:
    """A program that prints an ExecCredential."""

    command: str
    arguments: tuple[str, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    api_version: str = EXEC_VERSIONS[0]


@dataclass(frozen=True, slots=True)
class Access:
    """How to reach one API server as one user; files are read already, keys are PEM texts."""

    server: str
    authority: str = ""
    """PEM of who may have signed the server's certificate; "" means the system's authorities."""
    insecure: bool = False
    """The kubeconfig asks not to verify the server at all."""
    server_name: str = ""
    """The name to verify instead of the address in `server`."""
    certificate: str = ""
    key: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    token_file: Path | None = None
    """Read again for each request, because its owner renews it."""
    exec_command: ExecCommand | None = None
    namespace: str = "default"
    context: str = "lab"
    cluster: str = "lab"
    user: str = "admin"


def read_access(path: Path, context: str | None = None) -> Access:
    """Read one context, the current one by default. Raises KubeconfigInvalid."""
    document = _document(path)
    name = str(context or document.get("current-context") or "")
    if not name:
        raise KubeconfigInvalid(path, say("has no current-context"))
    chosen = _entry(path, document, "context", name)
    cluster = _entry(path, document, "cluster", str(chosen.get("cluster", "")))
    user_name = str(chosen.get("user") or "")
    user = _entry(path, document, "user", user_name) if user_name else {}
    _refuse_what_we_cannot_use(path, str(chosen.get("cluster")), cluster, user)
    token_file = user.get("tokenFile")
    return Access(
        server=str(cluster["server"]).rstrip("/"),
        authority=_pem(path, cluster, "certificate-authority"),
        insecure=bool(cluster.get("insecure-skip-tls-verify", False)),
        server_name=str(cluster.get("tls-server-name", "")),
        certificate=_pem(path, user, "client-certificate"),
        key=_pem(path, user, "client-key"),
        token=str(user.get("token", "")),
        token_file=path.parent / str(token_file) if token_file else None,
        exec_command=_exec_command(path, user.get("exec")),
        namespace=str(chosen.get("namespace") or "default"),
        context=name,
        cluster=str(chosen["cluster"]),
        user=user_name,
    )


def kubeconfig_text(access: Access) -> str:
    """The YAML of a kubeconfig with this one context, everything inline."""
    cluster: dict[str, Any] = {"server": access.server}
    if access.authority:
        cluster["certificate-authority-data"] = _encoded(access.authority)
    if access.insecure:
        cluster["insecure-skip-tls-verify"] = True
    if access.server_name:
        cluster["tls-server-name"] = access.server_name
    context = {"cluster": access.cluster, "user": access.user, "namespace": access.namespace}
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": access.cluster, "cluster": cluster}],
        "users": [{"name": access.user, "user": _user(access)}],
        "contexts": [{"name": access.context, "context": context}],
        "current-context": access.context,
    }
    return yaml.safe_dump(document, sort_keys=False)


def with_namespace(text: str, namespace: str) -> str:
    """The same kubeconfig with its current context pointing at `namespace`."""
    document = yaml.safe_load(text)
    current = document["current-context"]
    for entry in document["contexts"]:
        if entry["name"] == current:
            entry["context"]["namespace"] = namespace
    return yaml.safe_dump(document, sort_keys=False)


def _document(path: Path) -> dict[str, Any]:
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        problem = say("does not exist")
        raise KubeconfigInvalid(path, problem, say("Run `labkit up`; it writes one.")) from None
    except OSError as trouble:
        problem = say("cannot be read ({reason})", reason=trouble.strerror)
        raise KubeconfigInvalid(path, problem) from trouble
    except (yaml.YAMLError, UnicodeDecodeError) as trouble:
        raise KubeconfigInvalid(path, say("is not YAML")) from trouble
    if not isinstance(document, dict) or document.get("kind", "Config") != "Config":
        raise KubeconfigInvalid(path, say("is YAML, but not a kubeconfig"))
    if "clusters" not in document or "contexts" not in document:
        raise KubeconfigInvalid(path, say("is YAML, but not a kubeconfig"))
    return document


def _entry(path: Path, document: Mapping[str, Any], what: str, name: str) -> dict[str, Any]:
    entries = document.get(f"{what}s")
    listed = [e for e in entries if isinstance(e, dict)] if isinstance(entries, list) else []
    for entry in listed:
        if entry.get("name") == name and isinstance(entry.get(what), dict):
            content: dict[str, Any] = entry[what]
            return content
    known = ", ".join(str(entry.get("name")) for entry in listed) or say("none")
    problem = say("has no {what} {name!r}; it has: {known}", what=what, name=name, known=known)
    raise KubeconfigInvalid(path, problem)


def _refuse_what_we_cannot_use(
    path: Path, cluster_name: str, cluster: Mapping[str, Any], user: Mapping[str, Any]
) -> None:
    server = str(cluster.get("server") or "")
    if not server.startswith(("https://", "http://")):
        problem = say("has no https:// server in cluster {name!r}", name=cluster_name)
        raise KubeconfigInvalid(path, problem)
    if "auth-provider" in user:
        next_step = say("Write the user with `exec`; Kubernetes removed auth-provider in 1.26.")
        raise KubeconfigInvalid(path, say("has a user with an auth-provider"), next_step)


def _pem(path: Path, entry: Mapping[str, Any], key: str) -> str:
    """Inline data wins over a file, as for kubectl; a file's path is relative to the kubeconfig."""
    data = entry.get(f"{key}-data")
    if data:
        try:
            return base64.b64decode(str(data), validate=True).decode()
        except (binascii.Error, ValueError) as trouble:
            raise KubeconfigInvalid(
                path, say("has {key}-data that is not base64", key=key)
            ) from trouble
    if not entry.get(key):
        return ""
    file = path.parent / str(entry[key])
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as trouble:
        problem = say("names a {key} that cannot be read: {file}", key=key, file=file)
        raise KubeconfigInvalid(path, problem) from trouble


def _exec_command(path: Path, entry: object) -> ExecCommand | None:
    if entry is None:
        return None
    if not isinstance(entry, dict) or not entry.get("command"):
        raise KubeconfigInvalid(path, say("has an exec without a command"))
    version = str(entry.get("apiVersion", ""))
    if version not in EXEC_VERSIONS:
        problem = say("has an exec of apiVersion {version!r}", version=version)
        raise KubeconfigInvalid(path, problem, say("Use {one}.", one=EXEC_VERSIONS[0]))
    command = str(entry["command"])
    if "/" in command:
        command = str(path.parent / command)
    environment = tuple((str(e["name"]), str(e["value"])) for e in entry.get("env") or ())
    arguments = tuple(str(argument) for argument in entry.get("args") or ())
    return ExecCommand(command, arguments, environment, version)


def _user(access: Access) -> dict[str, Any]:
    user: dict[str, Any] = {}
    if access.certificate:
        user["client-certificate-data"] = _encoded(access.certificate)
        user["client-key-data"] = _encoded(access.key)
    if access.token:
        user["token"] = access.token
    if access.token_file:
        user["tokenFile"] = str(access.token_file)
    if access.exec_command:
        user["exec"] = _exec_entry(access.exec_command)
    return user


def _exec_entry(command: ExecCommand) -> dict[str, Any]:
    return {
        "apiVersion": command.api_version,
        "command": command.command,
        "args": list(command.arguments),
        "env": [{"name": name, "value": value} for name, value in command.environment] or None,
        "interactiveMode": "Never",
    }


def _encoded(pem: str) -> str:
    return base64.b64encode(pem.encode()).decode()
