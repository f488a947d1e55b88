import pytest

from labkit.cloud.request import below, received


@pytest.mark.parametrize(
    ("raw", "place"),
    [
        ("/1.0/me", "/me"),
        ("/v1/me", "/me"),
        ("/1.0//me", "/me"),
        ("//me", "/me"),
        ("/me", "/me"),
        ("/1.0", "/"),
        ("/1.00/me", "/1.00/me"),
        ("/1.0/a%2Fb//c", "/a%2Fb//c"),
    ],
)
def test_the_version_and_doubled_slashes_in_front_do_not_count(raw: str, place: str) -> None:
    assert below(raw) == place


def test_the_address_stays_as_it_was_sent_and_the_path_is_decoded() -> None:
    scope = {
        "method": "DELETE",
        "scheme": "http",
        "raw_path": b"/1.0/ip/10.0.0.0%2F8",
        "query_string": b"a=%2F&b",
        "headers": [(b"host", b"127.0.0.1:8080")],
        "client": ("127.0.0.1", 5),
    }
    one = received(scope, b"")
    assert one.url == "http://127.0.0.1:8080/1.0/ip/10.0.0.0%2F8?a=%2F&b"
    assert (one.place, one.path) == ("/ip/10.0.0.0%2F8", "/ip/10.0.0.0/8")
    assert (dict(one.query), one.caller) == ({"a": "/", "b": ""}, "127.0.0.1")
