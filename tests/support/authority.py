"""A certificate authority for one test: it signs a loopback server and its clients."""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from labkit.foundation.waiting import SystemClock

LOOPBACK = (x509.IPAddress(ipaddress.ip_address("127.0.0.1")), x509.DNSName("localhost"))


@dataclass(frozen=True, slots=True)
class Pair:
    """PEM texts."""

    certificate: str
    key: str


class Authority:
    def __init__(self, name: str = "test authority") -> None:
        self._name = _subject(name)
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.certificate = _pem(self._signed(self._name, self._key))

    def pair(self, name: str, organisation: str = "") -> Pair:
        """For a server on 127.0.0.1 or for a client of that name; valid for an hour."""
        return self._made(_subject(name, organisation), LOOPBACK)

    def pair_of_host(self, host: str) -> Pair:
        """For a server that is asked for by this name."""
        return self._made(_subject(host), (x509.DNSName(host),))

    def _made(self, subject: x509.Name, names: Sequence[x509.GeneralName]) -> Pair:
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._signed(subject, key, names=names)
        written = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        return Pair(_pem(certificate), written.decode())

    def _signed(
        self,
        subject: x509.Name,
        key: ec.EllipticCurvePrivateKey,
        *,
        names: Sequence[x509.GeneralName] = (),
    ) -> x509.Certificate:
        """Of an authority if it is for no names."""
        now = SystemClock().now()
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(minutes=5))
            .not_valid_after(now + timedelta(hours=1))
            .add_extension(x509.BasicConstraints(ca=not names, path_length=None), critical=True)
        )
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return builder.sign(self._key, hashes.SHA256())


def _subject(name: str, organisation: str = "") -> x509.Name:
    parts = [x509.NameAttribute(NameOID.COMMON_NAME, name)]
    if organisation:
        parts.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation))
    return x509.Name(parts)


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()
