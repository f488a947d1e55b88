import ssl
from datetime import timedelta
from pathlib import Path

import pytest

from labkit.cluster.certificates import (
    Authority,
    Pair,
    Subject,
    ensure_signing_pair,
    expires,
    validity,
    write_bundle,
)
from labkit.foundation.waiting import SystemClock
from tests.support.handshake import Peer, Side, shake_hands

NOW = SystemClock().now()
NEXT_YEAR = NOW + timedelta(days=360)
ADA = Subject("ada")
ADDRESSES = ("198.18.1.1", "127.0.0.1", "kubernetes.default.svc")


def server_of(authority: Authority, folder: Path) -> Pair:
    return authority.ensure_pair(folder, "server", Subject("api", addresses=ADDRESSES))


def greet(authority: Authority, server: Pair, client: Pair, address: str = ADDRESSES[0]) -> Peer:
    trusted = authority.pair.certificate
    return shake_hands(Side(server, trusted), Side(client, trusted), address)


@pytest.mark.parametrize("address", ADDRESSES)
def test_server_is_believed_at_each_of_its_addresses(tmp_path: Path, address: str) -> None:
    authority = Authority.ensure(tmp_path, "ca", NOW)
    client = authority.ensure_pair(tmp_path, "client", ADA)
    assert greet(authority, server_of(authority, tmp_path), client, address).name == "ada"


def test_server_is_not_believed_at_an_address_that_it_does_not_name(tmp_path: Path) -> None:
    authority = Authority.ensure(tmp_path, "ca", NOW)
    client = authority.ensure_pair(tmp_path, "client", ADA)
    with pytest.raises(ssl.SSLCertVerificationError, match="IP address mismatch"):
        greet(authority, server_of(authority, tmp_path), client, "198.18.2.1")


def test_client_cannot_pose_as_a_server(tmp_path: Path) -> None:
    authority = Authority.ensure(tmp_path, "ca", NOW)
    client = authority.ensure_pair(tmp_path, "client", ADA)
    with pytest.raises(ssl.SSLCertVerificationError, match="purpose"):
        greet(authority, client, client)


def test_groups_reach_the_server(tmp_path: Path) -> None:
    authority = Authority.ensure(tmp_path, "ca", NOW)
    client = authority.ensure_pair(tmp_path, "client", Subject("ada", ("one", "two")))
    peer = greet(authority, server_of(authority, tmp_path), client)
    assert peer == Peer("ada", frozenset({"one", "two"}))


@pytest.mark.filterwarnings("ignore:Attribute's length:UserWarning")  # cryptography, when read
def test_nodes_name_may_be_longer_than_common_names_are(tmp_path: Path) -> None:
    name = f"system:node:{'n' * 63}"
    authority = Authority.ensure(tmp_path, "ca", NOW)
    client = authority.ensure_pair(tmp_path, "client", Subject(name, ("system:nodes",)))
    peer = greet(authority, server_of(authority, tmp_path), client)
    assert peer == Peer(name, frozenset({"system:nodes"}))


def test_nobody_can_be_signed_by_a_signed_certificate(tmp_path: Path) -> None:
    authority = Authority.ensure(tmp_path, "ca", NOW)
    client = authority.ensure_pair(tmp_path, "client", ADA)
    forger = Authority(client, NOW)
    forged = forger.ensure_pair(tmp_path, "forged", Subject("root", ("system:masters",)))
    chain = forged.certificate.read_bytes() + client.certificate.read_bytes()
    forged.certificate.write_bytes(chain)
    with pytest.raises(ssl.SSLError):
        greet(authority, server_of(authority, tmp_path), forged)


def test_clients_of_another_authority_are_refused_until_it_is_in_the_bundle(
    tmp_path: Path,
) -> None:
    authority = Authority.ensure(tmp_path, "ca", NOW)
    people = Authority.ensure(tmp_path, "people", NOW)
    server = server_of(authority, tmp_path)
    client = Side(people.ensure_pair(tmp_path, "client", ADA), authority.pair.certificate)
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(Side(server, authority.pair.certificate), client, ADDRESSES[0])
    each = [authority.pair.certificate, people.pair.certificate]
    bundle = write_bundle(tmp_path / "clients.crt", each)
    assert shake_hands(Side(server, bundle), client, ADDRESSES[0]).name == "ada"


def test_loading_again_gives_the_same_authority_and_the_same_certificates(tmp_path: Path) -> None:
    server = server_of(Authority.ensure(tmp_path, "ca", NOW), tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    assert server_of(Authority.ensure(tmp_path, "ca", NOW), tmp_path) == server
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize("left", ["key", "crt"])
def test_half_of_a_pair_is_replaced_by_a_whole_one(tmp_path: Path, left: str) -> None:
    authority = Authority.ensure(tmp_path, "ca", NOW)
    client = authority.ensure_pair(tmp_path, "client", ADA)
    lost = client.certificate if left == "key" else client.key
    lost.unlink()
    again = authority.ensure_pair(tmp_path, "client", ADA)
    assert greet(authority, server_of(authority, tmp_path), again).name == "ada"


@pytest.mark.parametrize("left", ["key", "crt"])
def test_half_of_an_authority_is_replaced_by_a_whole_one(tmp_path: Path, left: str) -> None:
    pair = Authority.ensure(tmp_path, "ca", NOW).pair
    lost = pair.certificate if left == "key" else pair.key
    lost.unlink()
    authority = Authority.ensure(tmp_path, "ca", NOW)
    client = authority.ensure_pair(tmp_path, "client", ADA)
    assert greet(authority, server_of(authority, tmp_path), client).name == "ada"


def test_keys_are_their_owners_alone(tmp_path: Path) -> None:
    authority = Authority.ensure(tmp_path, "ca", NOW)
    server_of(authority, tmp_path)
    ensure_signing_pair(tmp_path, "sa")
    keys = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.glob("*.key")}
    assert keys == {"ca.key": 0o600, "server.key": 0o600, "sa.key": 0o600}


def test_tokens_stay_valid_because_their_key_pair_stays(tmp_path: Path) -> None:
    private, public = ensure_signing_pair(tmp_path, "sa")
    before = private.read_bytes(), public.read_bytes()
    assert ensure_signing_pair(tmp_path, "sa") == (private, public)
    assert (private.read_bytes(), public.read_bytes()) == before


def test_certificate_is_good_where_the_clock_is_half_an_hour_behind(tmp_path: Path) -> None:
    ahead = NOW + timedelta(minutes=30)
    authority = Authority.ensure(tmp_path, "ca", ahead)
    client = authority.ensure_pair(tmp_path, "client", ADA)
    assert greet(authority, server_of(authority, tmp_path), client).name == "ada"


def test_certificate_ends_a_year_after_it_was_made(tmp_path: Path) -> None:
    made = NOW - timedelta(days=366)
    authority = Authority.ensure(tmp_path, "ca", made)
    client = authority.ensure_pair(tmp_path, "client", ADA)
    assert expires(client.certificate) == (made + timedelta(days=365)).replace(microsecond=0)
    assert validity(client.certificate.read_text())[1] == expires(client.certificate)
    with pytest.raises(ssl.SSLCertVerificationError, match="expired"):
        greet(authority, server_of(authority, tmp_path), client)


@pytest.mark.parametrize("days", [340, 400], ids=["ends soon", "has ended"])
def test_what_ends_is_signed_anew_at_the_next_start(tmp_path: Path, days: int) -> None:
    once = Authority.ensure(tmp_path, "ca", NOW - timedelta(days=days))
    keys = [pair.key.read_bytes() for pair in (once.pair, server_of(once, tmp_path))]
    authority = Authority.ensure(tmp_path, "ca", NOW)
    server, client = server_of(authority, tmp_path), authority.ensure_pair(tmp_path, "c", ADA)
    assert greet(authority, server, client).name == "ada"
    assert [pair.key.read_bytes() for pair in (authority.pair, server)] == keys
    assert min(expires(pair.certificate) for pair in (authority.pair, server)) > NEXT_YEAR


def test_who_was_signed_before_is_believed_after_the_authority_was_signed_anew(
    tmp_path: Path,
) -> None:
    once = Authority.ensure(tmp_path, "ca", NOW - timedelta(days=340))
    client = once.ensure_pair(tmp_path, "client", ADA)
    anew = Authority.ensure(tmp_path, "ca", NOW)
    assert greet(anew, server_of(anew, tmp_path), client).name == "ada"


def test_text_that_is_no_certificate_is_refused() -> None:
    with pytest.raises(ValueError, match="PEM"):
        validity("no certificate")
