import gzip
import io
import tarfile
from collections.abc import Iterator

import pytest

from labkit.remote.layers import LayerUnreadable, words_in_layer

SECRET = "canary-4711"


def archive(files: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return held.getvalue()


def pieces(content: bytes, size: int = 7) -> Iterator[bytes]:
    return (content[start : start + size] for start in range(0, len(content), size))


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_word_in_a_file_is_found_wherever_the_pieces_are_cut(pack: type[bytes], size: int) -> None:
    packed = pack(archive({"app/notes": b"x" * 5000 + SECRET.encode() + b"y" * 5000}))
    assert words_in_layer(pieces(packed, size), [SECRET, "elsewhere"]) == (SECRET,)


@pytest.mark.parametrize("name", ["app/.env", "app/.wh..env"])
def test_name_of_a_file_is_found_and_so_is_its_whiteout(name: str) -> None:
    assert words_in_layer(pieces(archive({name: b""})), [".env"]) == (".env",)


def test_every_member_of_a_gzip_stream_is_read() -> None:
    packed = gzip.compress(b"clean" * 1000) + gzip.compress(SECRET.encode())
    assert words_in_layer(pieces(packed, 13), [SECRET]) == (SECRET,)


def test_clean_layer_holds_none() -> None:
    assert words_in_layer(pieces(gzip.compress(archive({"a": b"b"}))), [SECRET]) == ()


@pytest.mark.parametrize(
    ("packed", "why"),
    [
        (b"\x28\xb5\x2f\xfd" + b"0" * 20, "zstd"),
        (gzip.compress(b"word" * 99)[:-12], "too early"),
        (gzip.compress(b"word" * 99) + b"no member", "broken"),
        (gzip.compress(bytes(1 << 20)) * 513, "more than 512 MiB"),
    ],
    ids=["zstd", "cut", "trailing", "bomb"],
)
def test_what_cannot_be_searched_says_why(packed: bytes, why: str) -> None:
    with pytest.raises(LayerUnreadable, match=why):
        words_in_layer(pieces(packed, 1 << 16), [SECRET])
