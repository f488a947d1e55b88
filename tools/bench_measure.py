"""What `make bench` measures, each by the command or call that a person would use."""

import json
import sys
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from labkit.cluster.local.balancers import addresses_of
from labkit.foundation.process import SystemRunner
from labkit.foundation.waiting import SystemClock, wait_until
from labkit.kube.conditions import deployment_available
from labkit.kube.errors import KubeError
from labkit.kube.kubeconfig import read_access
from labkit.kube.manifests import load
from labkit.kube.reader import Reader
from labkit.kube.writer import Writer

ROOT = Path(__file__).parents[1]
HELLO = ROOT / "manifests" / "04-hello-kubernetes"
NAMESPACE = "bench"
LIMIT_SECONDS = 120
OURS = "LABKIT_PROCESS="


@dataclass(frozen=True, slots=True)
class Bench:
    """A cluster of our own to measure, and where its seconds are kept."""

    home: Path
    cluster: str = "bench"
    seconds: dict[str, list[float]] = field(default_factory=dict)

    def note(self, what: str, seconds: float) -> None:
        self.seconds.setdefault(what, []).append(round(seconds, 3))
        sys.stderr.write(f"  {what}: {seconds:.2f} s\n")

    def labkit(self, *words: str, limit_seconds: float = LIMIT_SECONDS) -> str:
        environment = {
            "LABKIT_HOME": str(self.home),
            "LABKIT_CLUSTER": self.cluster,
            "PYTHONDONTWRITEBYTECODE": "",  # a user's Python keeps what it compiled
        }
        command = [sys.executable, "-m", "labkit.cli.main", *words]
        return SystemRunner()(
            command, timeout_seconds=limit_seconds, environment=environment, folder=ROOT
        ).output

    @property
    def kubeconfig(self) -> Path:
        return self.home / "clusters" / self.cluster / "admin.kubeconfig"


def starts(bench: Bench, nodes: int) -> None:
    """From the command to the node, to the application, to its page, to DNS."""
    clock = SystemClock()
    began = clock.monotonic()
    bench.labkit("up", "--nodes", str(nodes))
    bench.note(f"up, {nodes} node(s): nodes Ready", clock.monotonic() - began)
    access = read_access(bench.kubeconfig)
    with Reader(access) as reader, Writer(access) as writer:
        apply_hello(writer)
        until(lambda: page_answers(reader))
        bench.note(f"up, {nodes} node(s): page answers", clock.monotonic() - began)
        until(lambda: deployment_available(_hello(reader, "Deployment")))
        bench.note(f"up, {nodes} node(s): hello Available", clock.monotonic() - began)
        until(lambda: dns_answers(reader))
        bench.note(f"up, {nodes} node(s): DNS answers", clock.monotonic() - began)


def resumes(bench: Bench) -> None:
    """Stop, then up: with its data, which the same Deployment shows."""
    clock = SystemClock()
    with Reader(read_access(bench.kubeconfig)) as reader:
        before = _hello(reader, "Deployment")["metadata"]["uid"]
    began = clock.monotonic()
    bench.labkit("stop")
    bench.note("stop", clock.monotonic() - began)
    began = clock.monotonic()
    bench.labkit("up")
    bench.note("up after stop: nodes Ready", clock.monotonic() - began)
    with Reader(read_access(bench.kubeconfig)) as reader:
        if _hello(reader, "Deployment")["metadata"]["uid"] != before:
            raise AssertionError("stop lost the Deployment")
        until(lambda: page_answers(reader))
    bench.note("up after stop: page answers", clock.monotonic() - began)


def adds_node(bench: Bench) -> None:
    clock = SystemClock()
    began = clock.monotonic()
    name = json.loads(bench.labkit("node", "add", "--json"))["name"]
    bench.note("node add: Ready", clock.monotonic() - began)
    bench.labkit("node", "remove", name)


def proves(bench: Bench) -> float:
    """Seconds until the proof of lesson 04 has held, all states of its exercises."""
    clock = SystemClock()
    began = clock.monotonic()
    bench.labkit("prove", "04-hello-kubernetes", limit_seconds=1200)
    return clock.monotonic() - began


def imports(bench: Bench) -> None:
    """Seconds of `import labkit.notebook` in a new interpreter, without its own start."""
    program = "import time; t = time.perf_counter(); import labkit.notebook; "
    program += "print(time.perf_counter() - t)"
    output = SystemRunner()([sys.executable, "-c", program], folder=ROOT).output
    bench.note("import labkit.notebook", float(output))


def memory(bench: Bench) -> dict[str, float]:
    """Proportional set size of each process of the cluster, MB (10^6 bytes), by name."""
    found: dict[str, float] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        name = _process_name(folder, bench.cluster)
        if name:
            found[name] = found.get(name, 0) + pss_bytes(folder) / 1e6
    return {name: round(size, 1) for name, size in sorted(found.items())}


def apply_hello(writer: Writer) -> None:
    labels = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}
    writer.apply(labels)
    for path in sorted(HELLO.glob("*-hello.yaml")):
        for document in load(path.read_text()):
            writer.apply(document, namespace=NAMESPACE)


def page_answers(reader: Reader) -> bool:
    for address in addresses_of(_hello(reader, "Service")):
        try:
            with urllib.request.urlopen(f"http://{address}/", timeout=1) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False
    return False


def dns_answers(reader: Reader) -> bool:
    """CoreDNS says itself that it is ready: its /ready through the API server."""
    for pod in reader.list("Pod", namespace="kube-system", labels="k8s-app=kube-dns"):
        try:
            name = pod["metadata"]["name"]
            answer = reader.through_pod("kube-system", name, 8181, "/ready", timeout_seconds=1)
        except KubeError:
            return False
        return answer.status == 200
    return False


def _hello(reader: Reader, kind: str) -> dict[str, Any]:
    return reader.get(kind, "hello", namespace=NAMESPACE)


def until(look: Callable[[], bool]) -> None:
    wait_until(
        look,
        "the measured moment",
        limit_seconds=LIMIT_SECONDS,
        clock=SystemClock(),
        pause_seconds=0.02,
    )


def _process_name(folder: Path, cluster: str) -> str:
    try:
        environment = (folder / "environ").read_bytes().decode(errors="replace").split("\0")
        program = Path((folder / "cmdline").read_bytes().split(b"\0")[0].decode()).name
    except OSError:
        return ""
    mark = next((each[len(OURS) :] for each in environment if each.startswith(OURS)), "")
    if mark in ("supervisor", "agent/agent"):
        return mark.split("/")[0]
    if not mark.startswith((f"{cluster}/", f"{cluster}.")):
        return ""
    return program if program.startswith("containerd-shim") else mark.rpartition("/")[2]


def pss_bytes(folder: Path) -> int:
    try:
        lines = (folder / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)
