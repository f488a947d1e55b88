"""What can go wrong on the way to a program.

ToolchainError                 what_happened · next_step · evidence
├── ToolMissing                a program or image nobody knows, or no Go to build with
├── DownloadFailed             address, and why (no network, 404, stalled, full disk, …)
├── PackagesMissing            image, and why (no apt-get, no network, a file in none, …)
├── ChecksumMismatch           address, expected and seen SHA-256
└── BuildFailed                programs, step, log file
"""

from collections.abc import Sequence
from pathlib import Path

from labkit.foundation.errors import LabError
from labkit.foundation.text import say


class ToolchainError(LabError):
    """A program or image could not be had."""


class ToolMissing(ToolchainError):
    """A name that nobody knows, or a tool that building needs."""


class DownloadFailed(ToolchainError):
    """An official release could not be fetched. The build from sources is the way out."""

    def __init__(self, address: str, reason: str) -> None:
        super().__init__(
            say("{address} could not be downloaded: {reason}.", address=address, reason=reason),
            say("Nothing to do: it is built from its sources instead."),
        )
        self.address = address
        self.reason = reason


class PackagesMissing(ToolchainError):
    """An image of Debian packages could not be made."""

    def __init__(self, image: str, reason: str) -> None:
        last = reason.strip().rpartition("\n")[2][:200]
        super().__init__(
            say(
                "Image {image} is made of Debian packages, which could not be had ({last}).",
                image=image,
                last=last,
            ),
            say(
                "Mend what `sudo apt-get update` complains about, then run it again. "
                "It takes Debian or Ubuntu."
            ),
            reason,
        )
        self.image = image


class ChecksumMismatch(ToolchainError):
    """What came is not what the project published."""

    def __init__(self, address: str, expected: str, seen: str) -> None:
        super().__init__(
            say(
                "{address} has SHA-256 {seen}, published is {expected}.",
                address=address,
                seen=seen,
                expected=expected,
            ),
            say("Nothing to do: it was thrown away and is built from its sources instead."),
        )
        self.address = address
        self.expected = expected
        self.seen = seen


class BuildFailed(ToolchainError):
    """A build from sources stopped; the log has all of it."""

    def __init__(self, programs: Sequence[str], step: str, log: Path, evidence: str = "") -> None:
        last = evidence.strip().rpartition("\n")[2][:200] or say("nothing was said")
        super().__init__(
            say(
                "Building {names} stopped at: {step} ({last}).",
                names=", ".join(programs),
                step=step,
                last=last,
            ),
            say(
                "Read {log}, mend what its last lines name (network, disk space), run it again.",
                log=log,
            ),
            evidence,
        )
        self.programs = tuple(programs)
        self.step = step
        self.log = log
