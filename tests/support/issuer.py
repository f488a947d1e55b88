"""Who signs tokens for OpenID Connect: discovery and keys over HTTPS, and tokens on request."""

import base64
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from labkit.cluster.certificates import Authority, Subject
from labkit.foundation.waiting import SystemClock

LENGTH = 32  # bytes of each number of a P-256 point or signature


@dataclass(frozen=True, slots=True)
class Issuer:
    url: str
    authority: str
    key: ec.EllipticCurvePrivateKey

    def token(self, **claims: Any) -> str:
        now = SystemClock().now()
        times = {"iat": now.timestamp(), "exp": (now + timedelta(hours=1)).timestamp()}
        whole = {"iss": self.url} | {name: int(when) for name, when in times.items()} | claims
        signed = f"{_part({'alg': 'ES256', 'kid': 'one', 'typ': 'JWT'})}.{_part(whole)}"
        numbers = decode_dss_signature(self.key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
        return f"{signed}.{_text(b''.join(each.to_bytes(LENGTH) for each in numbers))}"


@contextmanager
def serving(address: str, folder: Path) -> Iterator[Issuer]:
    """An issuer on a free port of `address`."""
    authority = Authority.ensure(folder, "issuer", SystemClock().now())
    pair = authority.ensure_pair(folder, "server", Subject("issuer", addresses=(address,)))
    server = ThreadingHTTPServer((address, 0), _Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.certificate, pair.key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    key = ec.generate_private_key(ec.SECP256R1())
    url = f"https://{address}:{server.server_port}"
    _Handler.answers = _answers(url, key)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield Issuer(url, authority.pair.certificate.read_text(), key)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _answers(url: str, key: ec.EllipticCurvePrivateKey) -> dict[str, Any]:
    point = key.public_key().public_numbers()
    numbers = {"x": _text(point.x.to_bytes(LENGTH)), "y": _text(point.y.to_bytes(LENGTH))}
    web_key = {"kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": "one", **numbers}
    discovery = {
        "issuer": url,
        "jwks_uri": f"{url}/keys",
        "response_types_supported": ["id_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
    }
    return {"/.well-known/openid-configuration": discovery, "/keys": {"keys": [web_key]}}


class _Handler(BaseHTTPRequestHandler):
    answers: dict[str, Any] = {}  # noqa: RUF012  one issuer at a time

    def do_GET(self) -> None:
        body = json.dumps(self.answers[self.path]).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        return


def _part(content: object) -> str:
    return _text(json.dumps(content).encode())


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
