"""What an attendee wrote, compared by meaning: case, blanks, units and quotes do not matter."""

import ipaddress
import re

from labkit.kube.quantities import quantity

QUOTES = "\"'`\u201c\u201d\u2018\u2019«» "
WHOLE_NUMBER = re.compile(r"[=:]?\s*(\d{1,9})(?:\s+[^\d\W]+)*")
VERSION = re.compile(r"v?(?:(?P<major>\d{1,3})\.)?(?P<minor>\d{1,3})(?:\.\d+)?\+?(?:[-+].*)?")
CPU_WORDS = re.compile(r"(millicores?|millicpus?|milli|vcpus?|cpus?|cores?)$")
LONGEST_QUOTE = 40  # characters of an answer that a message repeats


def plain(text: str) -> str:
    """Small letters, single blanks, no quotes around it, no full stop behind it."""
    return " ".join(text.split()).strip(QUOTES).rstrip(".").strip(QUOTES).casefold()


def same_words(one: str, other: str) -> bool:
    return plain(one) == plain(other)


def quoted(text: str, *, longest: int = LONGEST_QUOTE) -> str:
    """An attendee's own words inside a message, cut to a length that leaves room for ours."""
    words = " ".join(text.split())
    return words if len(words) <= longest else words[: longest - 1] + "…"


def number_in(text: str) -> int | None:
    """The one whole number in "2", "2 nodes" or "= 2"; None where there is none, or several."""
    found = WHOLE_NUMBER.fullmatch(plain(text))
    return int(found[1]) if found else None


def minor_of(version: str) -> int:
    """34 of v1.34.4, and of 1.34+ as some providers write it."""
    return int(version.removeprefix("v").split(".")[1].rstrip("+"))


def is_minor(text: str, minor: int) -> bool:
    """34, 1.34, v1.34.2 for the minor 34; and 1.3 for 30, because a Python float ends there."""
    found = VERSION.fullmatch(plain(text))
    if not found or found["major"] not in (None, "1"):
        return False
    said = found["minor"]
    return int(said) == minor or bool(found["major"] and len(said) == 1 and int(said) * 10 == minor)


def is_cpu(text: str, wanted: str) -> bool:
    """1900m, 1.9, 1,9, 1900 millicores and plain 1900 for 1900m."""
    words = plain(text).replace(",", ".").replace(" ", "")
    try:
        said, right = quantity(CPU_WORDS.sub("", words)), quantity(wanted)
    except ValueError:
        return False
    if "milli" in words or (words.isdecimal() and said != right):
        return said == right * 1000
    return said == right


def is_address(text: str, *wanted: str) -> bool:
    """IP addresses in any spelling, a port or a scheme around it set aside."""
    host = plain(text).removeprefix("https://").removeprefix("http://").strip("/[]")
    said = _address(re.sub(r"^(\d+(?:\.\d+){3}):\d+$", r"\1", host))
    return said is not None and said in map(_address, wanted)


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """None for what is no address: a headless Service writes None in its place."""
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None
