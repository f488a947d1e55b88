"""Find words in an image's layer, whatever file holds them and however it was packed.

A layer is a tar archive, in which names and contents of files lie as they are. So the words are
searched in the unpacked bytes, and what a later layer hides is found as well.
"""

import zlib
from collections.abc import Collection, Iterator

from labkit.foundation.text import say

MOST_UNPACKED_BYTES = 512 << 20  # a layer of a lesson has some ten
GZIP = b"\x1f\x8b"
ZSTD = b"\x28\xb5\x2f\xfd"
EITHER_GZIP = zlib.MAX_WBITS | 16
STEP = 1 << 20  # bytes unpacked at a time


class LayerUnreadable(Exception):
    """Why a layer could not be searched, as the end of a sentence. No LabError: it is a finding."""


def words_in_layer(chunks: Iterator[bytes], words: Collection[str]) -> tuple[str, ...]:
    """Those of the words that the layer holds, in their order. Raises LayerUnreadable."""
    wanted = {word: word.encode() for word in words if word}
    overlap = max((len(needle) for needle in wanted.values()), default=1) - 1
    found: set[str] = set()
    rest = b""
    size = 0
    for chunk in _unpacked(chunks):
        size += len(chunk)
        if size > MOST_UNPACKED_BYTES:
            most = MOST_UNPACKED_BYTES >> 20
            raise LayerUnreadable(say("it unpacks to more than {most} MiB", most=most))
        window = rest + chunk
        found |= {word for word, needle in wanted.items() if needle in window}
        rest = window[-overlap:] if overlap else b""
    return tuple(word for word in wanted if word in found)


def _unpacked(chunks: Iterator[bytes]) -> Iterator[bytes]:
    first = b""
    for chunk in chunks:
        first += chunk
        if len(first) >= len(ZSTD):
            break
    if first.startswith(ZSTD):
        raise LayerUnreadable(say("it is packed with zstd; push it packed with gzip"))
    if first.startswith(GZIP):
        yield from _members(first, chunks)
    else:
        yield first
        yield from chunks


def _members(first: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
    """A gzip stream may have several members one after another: all of them count."""
    unpacking = zlib.decompressobj(EITHER_GZIP)
    pending = first
    while pending or (pending := next(chunks, b"")):
        if unpacking.eof:
            unpacking = zlib.decompressobj(EITHER_GZIP)
        try:
            yield unpacking.decompress(pending, STEP)
        except zlib.error as problem:
            told = say("its gzip stream is broken ({problem})", problem=problem)
            raise LayerUnreadable(told) from problem
        pending = unpacking.unused_data if unpacking.eof else unpacking.unconsumed_tail
    if not unpacking.eof:
        raise LayerUnreadable(say("its gzip stream ends too early"))
