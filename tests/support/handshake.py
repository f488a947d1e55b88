"""A TLS handshake in memory: whether a server and a client accept each other, and as whom."""

import ssl
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.x509.oid import NameOID

from labkit.cluster.certificates import Pair

MOST_MESSAGES = 10  # a TLS 1.3 handshake has three flights


@dataclass(frozen=True, slots=True)
class Side:
    """One end: what it shows, and whom it trusts."""

    own: Pair
    trusted: Path


@dataclass(frozen=True, slots=True)
class Peer:
    name: str
    groups: frozenset[str]


def shake_hands(server: Side, client: Side, address: str) -> Peer:
    """Whom the server sees. Raises ssl.SSLError when one refuses the other."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    inner = _context(server, ssl.PROTOCOL_TLS_SERVER)
    inner.verify_mode = ssl.CERT_REQUIRED
    outer = _context(client, ssl.PROTOCOL_TLS_CLIENT)
    ends = (
        outer.wrap_bio(to_client, to_server, server_hostname=address),
        inner.wrap_bio(to_server, to_client, server_side=True),
    )
    waiting = list(ends)
    for _ in range(MOST_MESSAGES):
        waiting = [end for end in waiting if not _is_done(end)]
        if not waiting:
            return _peer(ends[1])
    raise AssertionError("the handshake does not end")


def _context(side: Side, protocol: int) -> ssl.SSLContext:
    context = ssl.SSLContext(protocol)
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    context.load_cert_chain(side.own.certificate, side.own.key)
    context.load_verify_locations(side.trusted)
    return context


def _is_done(end: ssl.SSLObject) -> bool:
    try:
        end.do_handshake()
    except ssl.SSLWantReadError:
        return False
    return True


def _peer(end: ssl.SSLObject) -> Peer:
    shown = end.getpeercert(binary_form=True)
    assert shown is not None
    subject = x509.load_der_x509_certificate(shown).subject
    (name,) = subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    groups = subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    return Peer(str(name.value), frozenset(str(group.value) for group in groups))
