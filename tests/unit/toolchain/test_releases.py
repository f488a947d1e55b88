"""Downloads against a local server with the layout of the real ones."""

import io
import resource
import tarfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from labkit.toolchain.errors import ChecksumMismatch, DownloadFailed
from labkit.toolchain.means import Means
from labkit.toolchain.programs import (
    COREDNS,
    ETCD,
    KUBERNETES,
    Release,
    Tool,
    machine_architecture,
)
from labkit.toolchain.releases import Limits, Releases, published_checksum
from tests.support.clock import HeldClock
from tests.support.processes import RecordedProcesses
from tests.support.progress import RecordedProgress
from tests.support.releases import ReleaseServer, release_server
from tests.support.tools import PROGRAM, plain_release, settings_in, tiny_tool

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

ARCHITECTURE = machine_architecture()
SHA = "a" * 64


@pytest.fixture
def server() -> Iterator[ReleaseServer]:
    with release_server() as started:
        yield started


@dataclass
class Downloading:
    """One run that downloads the tiny tool, or another, into a work folder."""

    folder: Path
    releases: Releases
    tool: Tool
    progress: RecordedProgress

    def fetch(self, name: str = "tiny") -> Path:
        assert self.tool.release
        return self.releases.fetch(self.tool, self.tool.release, name, self.folder)

    def left(self) -> list[str]:
        return [path.name for path in self.folder.iterdir()]


@contextmanager
def downloading(
    folder: Path, base: str, tool: Tool | None = None, limits: Limits | None = None
) -> Iterator[Downloading]:
    progress = RecordedProgress()
    means = Means(settings_in(folder), RecordedProcesses(), progress, HeldClock())
    release = tool.release if tool else plain_release("")
    assert release
    moved = replace(release, base=base + release.base.removeprefix("https:/"))
    chosen = replace(tool or tiny_tool(folder / "pins"), release=moved)
    work = folder / "work"
    work.mkdir()
    with closing(Releases(means, limits or Limits(silence_seconds=5))) as releases:
        yield Downloading(work, releases, chosen, progress)


def tiny_path(name: str = "tiny") -> str:
    return f"/v1.2.3/bin/linux/{ARCHITECTURE}/{name}"


def archive_of(member: str, content: bytes) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        entry = tarfile.TarInfo(member)
        entry.size = len(content)
        tar.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


def test_program_with_the_published_checksum_is_kept(server: ReleaseServer, tmp_path: Path) -> None:
    server.publish(tiny_path(), PROGRAM)
    with downloading(tmp_path, server.base) as run:
        assert run.fetch().read_bytes() == PROGRAM
        step = "Download tiny v1.2.3"
        assert run.progress.steps == [(step, True)]
        assert run.progress.advances[step][-1] == (len(PROGRAM), len(PROGRAM))


def test_kubernetes_is_published_as_single_programs(server: ReleaseServer, tmp_path: Path) -> None:
    path = f"/dl.k8s.io/release/{KUBERNETES.version()}/bin/linux/{ARCHITECTURE}/kubectl"
    server.publish(path, PROGRAM)
    with downloading(tmp_path, server.base, KUBERNETES) as run:
        assert run.fetch("kubectl").read_bytes() == PROGRAM
    assert server.asked == [f"{path}.sha256", path]


def test_etcd_is_published_in_an_archive_with_one_file_of_sums(
    server: ReleaseServer, tmp_path: Path
) -> None:
    version = ETCD.version()
    name = f"etcd-{version}-linux-{ARCHITECTURE}"
    folder = f"/github.com/etcd-io/etcd/releases/download/{version}"
    server.publish(f"{folder}/other.zip", b"another", sums=f"{folder}/SHA256SUMS")
    content = archive_of(f"{name}/etcd", PROGRAM)
    server.publish(f"{folder}/{name}.tar.gz", content, sums=f"{folder}/SHA256SUMS")
    with downloading(tmp_path, server.base, ETCD) as run:
        assert run.fetch("etcd").read_bytes() == PROGRAM
        assert run.left() == ["etcd"]


def test_coredns_is_published_in_an_archive_with_its_own_sum(
    server: ReleaseServer, tmp_path: Path
) -> None:
    number = COREDNS.version().lstrip("v")
    folder = f"/github.com/coredns/coredns/releases/download/v{number}"
    file = f"coredns_{number}_linux_{ARCHITECTURE}.tgz"
    content = archive_of("coredns", PROGRAM)
    server.publish(f"{folder}/{file}", content, sums=f"{folder}/{file}.sha256")
    with downloading(tmp_path, server.base, COREDNS) as run:
        assert run.fetch("coredns").read_bytes() == PROGRAM


def test_corrupt_program_is_refused_and_thrown_away(server: ReleaseServer, tmp_path: Path) -> None:
    server.publish(tiny_path(), PROGRAM)
    server.files[tiny_path()] = PROGRAM.replace(b"echo", b"exho")
    with downloading(tmp_path, server.base) as run:
        with pytest.raises(ChecksumMismatch, match=r"has SHA-256 [0-9a-f]{64}, published is"):
            run.fetch()
        assert run.left() == []


def test_truncated_program_is_refused_and_thrown_away(
    server: ReleaseServer, tmp_path: Path
) -> None:
    server.publish(tiny_path(), PROGRAM * 1000)
    server.truncated.add(tiny_path())
    with downloading(tmp_path, server.base) as run:
        with pytest.raises(DownloadFailed, match="the transfer broke off"):
            run.fetch()
        assert run.left() == []


def test_server_that_stops_sending_is_given_up(server: ReleaseServer, tmp_path: Path) -> None:
    server.publish(tiny_path(), PROGRAM * 1000)
    server.stalled.add(tiny_path())
    with downloading(tmp_path, server.base, limits=Limits(silence_seconds=0.1)) as run:
        with pytest.raises(DownloadFailed, match="the server stopped sending"):
            run.fetch()
        assert run.left() == []


def test_release_without_a_checksum_is_not_even_asked_for(
    server: ReleaseServer, tmp_path: Path
) -> None:
    server.files[tiny_path()] = PROGRAM
    with (
        downloading(tmp_path, server.base) as run,
        pytest.raises(DownloadFailed, match="the server answered 404"),
    ):
        run.fetch()
    assert tiny_path() not in server.asked


def test_checksum_file_that_is_a_page_of_html_is_no_checksum(
    server: ReleaseServer, tmp_path: Path
) -> None:
    server.publish(tiny_path(), PROGRAM)
    server.files[f"{tiny_path()}.sha256"] = b"<html>Please log in</html>" * 10_000
    with (
        downloading(tmp_path, server.base) as run,
        pytest.raises(DownloadFailed, match="it has no SHA-256 for tiny"),
    ):
        run.fetch()


def test_archive_without_the_program_is_refused(server: ReleaseServer, tmp_path: Path) -> None:
    release = Release("/dl/", "tiny.tgz", "tiny.tgz.sha256", "tiny")
    tool = replace(tiny_tool(tmp_path / "pins"), release=release)
    server.publish("/dl/tiny.tgz", archive_of("README", b"nothing else"))
    with (
        downloading(tmp_path, server.base, tool) as run,
        pytest.raises(DownloadFailed, match="the archive has no tiny"),
    ):
        run.fetch()


def test_host_out_of_reach_is_asked_once_in_a_run(tmp_path: Path) -> None:
    with release_server() as stopped:
        base = stopped.base
    with downloading(tmp_path, base) as run:
        with pytest.raises(DownloadFailed, match="cannot be reached") as first:
            run.fetch()
        with pytest.raises(DownloadFailed, match="cannot be reached") as second:
            run.fetch()
    assert first.value.__cause__ is not None
    assert second.value.__cause__ is None, "it was tried again"


def test_name_that_nobody_knows_is_given_up_at_once(tmp_path: Path) -> None:
    with (
        downloading(tmp_path, "http://nowhere.invalid") as run,
        pytest.raises(DownloadFailed, match=r"the name nowhere\.invalid cannot be resolved"),
    ):
        run.fetch()


def test_404_of_one_program_does_not_stop_the_next(server: ReleaseServer, tmp_path: Path) -> None:
    server.publish(tiny_path("second"), PROGRAM)
    with downloading(tmp_path, server.base) as run:
        with pytest.raises(DownloadFailed):
            run.fetch("first")
        assert run.fetch("second").exists()


def test_server_that_only_trickles_is_given_up(server: ReleaseServer, tmp_path: Path) -> None:
    server.publish(tiny_path(), PROGRAM)
    limits = Limits(patience_seconds=-1, slowest_bytes_per_second=1e12)
    with downloading(tmp_path, server.base, limits=limits) as run:
        clock = run.releases.means.clock
        assert isinstance(clock, HeldClock)
        # the clock stands still but for what a test does: a second passes with the first piece
        run.releases.means = replace(run.releases.means, progress=Passing(clock))
        with pytest.raises(DownloadFailed, match=r"only \d+ bytes came in 1 s"):
            run.fetch()
        assert run.left() == []


class Passing(RecordedProgress):
    """Time passes with each report."""

    def __init__(self, clock: HeldClock) -> None:
        super().__init__()
        self.clock = clock

    def advanced(self, step: str, done: float, total: float) -> None:
        super().advanced(step, done, total)
        self.clock.advance(1)


def test_file_that_does_not_fit_is_a_failed_download_and_no_half_file(
    server: ReleaseServer, tmp_path: Path
) -> None:
    server.publish(tiny_path(), PROGRAM * 10_000)
    with downloading(tmp_path, server.base) as run:
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
        try:
            with pytest.raises(DownloadFailed, match="File too large"):
                run.fetch()
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        assert run.left() == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (SHA, SHA),
        (f"{SHA.upper()}\n", SHA),
        (f"{SHA}  tiny\n", SHA),
        (f"{SHA} *tiny\n", SHA),
        (f"{'b' * 64}  other\n{SHA}  tiny\n", SHA),
        (f"{SHA}  tiny.exe\n", ""),
        ("abc  tiny\n", ""),
        ("", ""),
    ],
    ids=["bare", "capitals", "named", "binary", "among others", "another", "short", "empty"],
)
def test_published_checksum_is_that_of_the_file(text: str, expected: str) -> None:
    assert published_checksum(text, "tiny") == expected
