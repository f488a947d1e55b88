"""TLS contexts for clients that several threads share."""

import ssl
from collections.abc import Iterable

PROTOCOLS = ("http/1.1",)


class SharedContext(ssl.SSLContext):
    """Names its protocols once, when it is made, and not again for each connection.

    httpcore names them before every connection. OpenSSL then frees the list which another
    thread's greeting is being copied from, and about one greeting in 50,000 (16 threads, CPython
    3.11, OpenSSL 3.0) goes out with other bytes in it: the server ends that handshake.
    """

    def set_alpn_protocols(self, alpn_protocols: Iterable[str]) -> None:
        if tuple(alpn_protocols) != PROTOCOLS:
            raise ValueError(f"a shared context is for {PROTOCOLS} only")


def client_context(authority: str | None = None) -> SharedContext:
    """Trusts the certificates of `authority` (PEM); with None, those that the system trusts.

    With an empty text it trusts nobody, which costs nothing: for plain http addresses.
    """
    context = SharedContext(ssl.PROTOCOL_TLS_CLIENT)
    ssl.SSLContext.set_alpn_protocols(context, PROTOCOLS)
    if authority is None:
        context.load_default_certs()
    elif authority:
        context.load_verify_locations(cadata=authority)
    return context
