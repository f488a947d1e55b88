"""OVHcloud's signature of a call. Pure.

As python-ovh and go-ovh make it: SHA-1 over six pieces, the address as it was sent.
"""

import hashlib
import hmac

PREFIX = "$1$"


def signature(  # the six pieces, in their order
    secret: str, consumer_key: str, *, method: str, url: str, body: bytes, timestamp: str
) -> str:
    """`url` is the whole one, undecoded, as the client built it; an absent body is empty."""
    head = "+".join((secret, consumer_key, method.upper(), url, "")).encode()
    return PREFIX + hashlib.sha1(head + body + f"+{timestamp}".encode()).hexdigest()  # noqa: S324


def matches(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())
