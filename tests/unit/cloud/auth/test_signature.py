import hashlib

from labkit.cloud.auth.signature import matches, signature


def sign(**changes: str) -> str:
    parts = {"method": "GET", "url": "https://eu.api.ovh.com/1.0/me", "timestamp": "1366560945"}
    parts |= changes
    body = parts.pop("body", "").encode()
    secret = parts.pop("secret", "EXEgWIz07P0HYwtQDs7cNIqCiQaWSuHF")
    consumer = parts.pop("consumer", "MtSwSrPpNjqfVSmJhLbPyr2i45lSwPU1")
    return signature(secret, consumer, body=body, **parts)


def test_it_is_sha1_over_six_pieces_joined_by_plus_signs() -> None:
    text = b"s+c+POST+https://a.example/1.0/x?y=%2F+{}+1366560945"
    expected = "$1$" + hashlib.sha1(text).hexdigest()  # noqa: S324
    url = "https://a.example/1.0/x?y=%2F"
    assert sign(secret="s", consumer="c", method="POST", url=url, body="{}") == expected


def test_the_method_counts_in_capitals() -> None:
    assert sign(method="get") == sign(method="GET")


def test_each_piece_counts() -> None:
    pieces = ("method", "url", "body", "timestamp", "secret", "consumer")
    assert len({sign(), *(sign(**{piece: "other"}) for piece in pieces)}) == len(pieces) + 1


def test_only_the_same_signature_matches() -> None:
    assert matches(sign(), sign())
    assert not matches(sign() + "0", sign())
    assert not matches("é", sign())
