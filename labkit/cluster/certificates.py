"""Authorities and certificates of one cluster, written as files that only their owner reads.

ECDSA P-256 throughout: a hundred keys in the time of one RSA key. Clients of the cluster's own
programs come from one authority, people's from another inside the same client bundle, so that a
reset of credentials can replace the second and leave the first.
"""

import ipaddress
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from labkit.foundation.files import PRIVATE, write_atomically

LIFETIME = timedelta(days=365)
RENEWED_BEFORE = timedelta(days=30)
"""What ends sooner is signed anew for the same key, so nobody has to trust anything new."""
LONGEST_NAME = 64
BACKDATED = timedelta(hours=1)  # clocks of a lab's machines differ a little


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate and its key, as PEM files `<name>.crt` and `<name>.key`."""

    certificate: Path
    key: Path

    @classmethod
    def at(cls, folder: Path, name: str) -> "Pair":
        return cls(folder / f"{name}.crt", folder / f"{name}.key")

    def exists(self) -> bool:
        return self.certificate.exists() and self.key.exists()

    def lasts(self, now: datetime) -> bool:
        return self.exists() and expires(self.certificate) - now > RENEWED_BEFORE

    def own_key(self) -> ec.EllipticCurvePrivateKey:
        return _load_key(self.key) if self.exists() else ec.generate_private_key(ec.SECP256R1())


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a certificate names. `groups` are what Kubernetes reads as the user's groups."""

    name: str
    groups: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    """IP addresses and DNS names that a server is reached by; none for a pure client."""


class Authority:
    """Signs certificates. Its key is made once and kept; loading it again gives the same one."""

    def __init__(self, pair: Pair, now: datetime) -> None:
        self.pair = pair
        self._now = now
        self._key = _load_key(pair.key)
        self._certificate = x509.load_pem_x509_certificate(pair.certificate.read_bytes())

    @classmethod
    def ensure(cls, folder: Path, name: str, now: datetime) -> "Authority":
        pair = Pair.at(folder, name)
        if not pair.lasts(now):
            key = pair.own_key()
            subject = _name(Subject(f"labkit {name}"))
            certificate = (
                _builder(subject, subject, key, now)
                .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
                .add_extension(_usage(signs_certificates=True), critical=True)
                .sign(key, hashes.SHA256())
            )
            _write(pair, certificate, key)
        return cls(pair, now)

    def ensure_pair(self, folder: Path, name: str, subject: Subject) -> Pair:
        """The certificate of that name, issued now unless it is there and lasts."""
        pair = Pair.at(folder, name)
        if not pair.lasts(self._now):
            key = pair.own_key()
            _write(pair, self._issue(subject, key), key)
        return pair

    def _issue(self, subject: Subject, key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
        purposes = [ExtendedKeyUsageOID.CLIENT_AUTH]
        if subject.addresses:
            purposes.append(ExtendedKeyUsageOID.SERVER_AUTH)
        builder = (
            _builder(_name(subject), self._certificate.subject, key, self._now)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
            .add_extension(_authority_identifier(self._certificate), critical=False)
        )
        if subject.addresses:
            names = [_general_name(address) for address in subject.addresses]
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return builder.sign(self._key, hashes.SHA256())


def ensure_signing_pair(folder: Path, name: str) -> tuple[Path, Path]:
    """The key pair that signs ServiceAccount tokens: (private key, public key)."""
    private, public = folder / f"{name}.key", folder / f"{name}.pub"
    if not (private.exists() and public.exists()):
        key = ec.generate_private_key(ec.SECP256R1())
        write_atomically(
            public,
            key.public_key().public_bytes(
                serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            ),
        )
        write_atomically(private, _key_text(key), mode=PRIVATE)
    return private, public


def expires(certificate: Path) -> datetime:
    """When a PEM certificate stops being valid, in UTC."""
    return x509.load_pem_x509_certificate(certificate.read_bytes()).not_valid_after_utc


def validity(certificate: str) -> tuple[datetime, datetime]:
    """From when to when a PEM text is valid, in UTC. ValueError for what is no certificate."""
    read = x509.load_pem_x509_certificate(certificate.encode())
    return read.not_valid_before_utc, read.not_valid_after_utc


def write_bundle(path: Path, certificates: Sequence[Path]) -> Path:
    """Several authorities in one file, for programs that accept any of them."""
    write_atomically(path, b"".join(each.read_bytes() for each in certificates))
    return path


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: datetime
) -> x509.CertificateBuilder:
    now = now.astimezone(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATED)
        .not_valid_after(now + LIFETIME)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _name(subject: Subject) -> x509.Name:
    groups = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, group) for group in subject.groups]
    return x509.Name([*groups, _common_name(subject.name)])


def _common_name(name: str) -> x509.NameAttribute[str]:
    """A node's long name after system:node: exceeds RFC 5280's upper bound of 64 characters.

    Kubernetes' programs neither keep to it nor look; kubeadm's certificates have it too.
    """
    if len(name) <= LONGEST_NAME:
        return x509.NameAttribute(NameOID.COMMON_NAME, name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return x509.NameAttribute(NameOID.COMMON_NAME, name, _validate=False)


def _general_name(address: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(address))
    except ValueError:
        return x509.DNSName(address)


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _authority_identifier(certificate: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    identifier = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier)


def _load_key(path: Path) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError(f"{path} holds a key of another kind")
    return key


def _key_text(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _write(pair: Pair, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> None:
    # The key first: a pair counts as there when both files are, and a key alone is replaced.
    write_atomically(pair.key, _key_text(key), mode=PRIVATE)
    write_atomically(pair.certificate, certificate.public_bytes(serialization.Encoding.PEM))
