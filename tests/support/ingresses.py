"""Ingresses and what stands behind them, and visits to them under names that nobody resolves."""

import http.client
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

from tests.support.own_cluster import HELLO

SECONDS = 5.0
BY = "X-Lab-Proxy"
"""The header by which hello, as a proxy, names its Pod: also on a page that is not there."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    pod: str
    """Empty when the controller itself answered."""


def serving_pod(name: str) -> dict[str, Any]:
    """It answers every path, with its name beside it."""
    server = {"name": "server", "image": HELLO}
    front = {
        "name": "front",
        "image": HELLO,
        "env": [{"name": "MODE", "value": "proxy"}],
        "readinessProbe": {"httpGet": {"path": "/healthz", "port": 15001}, "periodSeconds": 1},
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": {"app": name}},
        "spec": {"containers": [server, front], "terminationGracePeriodSeconds": 0},
    }


def service(name: str, *, selected: bool = True, port: int = 15001) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name},
        "spec": {
            "ports": [{"port": 80, "targetPort": port}],
            **({"selector": {"app": name}} if selected else {}),
        },
    }


def endpoints(name: str, address: str, port: int) -> dict[str, Any]:
    """Of a Service that selects no Pods: a server elsewhere."""
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {"name": name, "labels": {"kubernetes.io/service-name": name}},
        "addressType": "IPv4",
        "ports": [{"name": "", "port": port, "protocol": "TCP"}],
        "endpoints": [{"addresses": [address], "conditions": {"ready": True}}],
    }


def ingress(
    name: str, host: str, paths: Mapping[tuple[str, str], str], **spec: Any
) -> dict[str, Any]:
    """`paths`: the Service by path and type, such as ("/api", "Prefix")."""
    listed = [
        {"path": path, "pathType": kind, "backend": backend(service_name)}
        for (path, kind), service_name in paths.items()
    ]
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": name},
        "spec": {"rules": [{"host": host, "http": {"paths": listed}}], **spec},
    }


def backend(service_name: str) -> dict[str, Any]:
    return {"service": {"name": service_name, "port": {"number": 80}}}


def everything(service_name: str) -> dict[tuple[str, str], str]:
    return {("/", "Prefix"): service_name}


@contextmanager
def connection(
    address: str, host: str, trusted: ssl.SSLContext | None = None
) -> Iterator[http.client.HTTPConnection]:
    """To port 80, or with `trusted` to 443, where the certificate must be that host's."""
    made = http.client.HTTPConnection(address, timeout=SECONDS)
    plain = socket.create_connection((address, 443 if trusted else 80), timeout=SECONDS)
    with plain, closing(made):
        made.sock = trusted.wrap_socket(plain, server_hostname=host) if trusted else plain
        yield made


def ask(address: str, host: str, path: str = "/", trusted: ssl.SSLContext | None = None) -> Answer:
    """Status 0 when nobody answers. Raises SSLCertVerificationError for a wrong certificate."""
    try:
        with connection(address, host, trusted) as visit:
            visit.request("GET", path, headers={"Host": host})
            answer = visit.getresponse()
            answer.read()
    except ssl.SSLCertVerificationError:
        raise
    except (OSError, http.client.HTTPException):
        return Answer(0, "")
    return Answer(answer.status, answer.headers.get(BY, ""))
