"""A context shared by threads sends every greeting whole."""

import ssl
import threading

import pytest

from labkit.foundation.tls import PROTOCOLS, client_context
from tests.support.authority import Authority

NAMED = b"\x00\x10\x00\x0b\x00\x09\x08http/1.1"  # the extension, the lengths, the one protocol


def greeting(context: ssl.SSLContext) -> bytes:
    """What a client sends first, over no network; the protocols named before, as httpcore does."""
    context.set_alpn_protocols(PROTOCOLS)
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context.wrap_bio(incoming, outgoing, server_hostname="lab.example")
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    return outgoing.read()


def test_naming_the_protocols_again_frees_nothing_that_another_thread_copies(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The race itself shows once in 50,000 greetings; what leads to it would show here."""
    context = client_context("")
    monkeypatch.setattr(ssl.SSLContext, "set_alpn_protocols", pytest.fail)
    assert NAMED in greeting(context)


def test_greetings_of_many_threads_are_whole() -> None:
    context = client_context("")
    broken: list[bytes] = []

    def greet() -> None:
        broken.extend(one for one in (greeting(context) for _ in range(50)) if NAMED not in one)

    threads = [threading.Thread(target=greet) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert broken == []


def test_other_protocols_are_not_named_behind_the_back_of_others() -> None:
    with pytest.raises(ValueError, match=r"http/1\.1"):
        client_context("").set_alpn_protocols(["h2"])


def test_who_is_trusted() -> None:
    ours = Authority("ours").certificate
    assert [len(client_context(text).get_ca_certs()) for text in ("", ours)] == [0, 1]
    assert client_context().verify_mode is ssl.CERT_REQUIRED
