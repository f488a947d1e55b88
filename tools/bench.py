"""`make bench`: how long clusters, grading and the cloud take, beside others' published figures.

`python -m tools.bench PART…` measures some parts and keeps the others' last figures: clusters,
grading, cloud (its API alone), managed (what is ordered from it), crowd, images.
Programs and images are obtained first and not counted. Each figure is the median and the worst of
several runs of this very run; the table goes into README.md, all of it into bench.json, part by
part, so that hours of measuring are not lost with the last one.
"""

import json
import os
import platform
import statistics
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from labkit.foundation.errors import LabError
from labkit.foundation.files import write_atomically
from labkit.foundation.settings import read_settings
from labkit.foundation.waiting import SystemClock
from labkit.workshop.lab import open_lab
from tools import (
    bench_cloud,
    bench_crowd,
    bench_grading,
    bench_images,
    bench_managed,
    bench_measure,
)
from tools.bench_measure import ROOT, Bench

RUNS = 5
ADDITIONS = 10_000_000
ALONE = {
    "cloud": bench_cloud,
    "managed": bench_managed,
    "crowd": bench_crowd,
    "images": bench_images,
}
"""Parts that need no cluster of the bench's own."""
PARTS = ("clusters", "grading", *ALONE)
REPORT = ROOT / "bench.json"
BEGIN, END = "<!-- bench:begin -->", "<!-- bench:end -->"
TARGETS = {
    "up, 1 node(s): page answers": 5.0,
    "up, 5 node(s): page answers": 8.0,
    "up, 1 node(s): DNS answers": 10.0,
    "node add: Ready": 2.0,
    "up after stop: nodes Ready": 4.0,
    "import labkit.notebook": 0.2,
}
# minikube's own benchmark of v1.36, command to running application
PUBLISHED = {"k3d": 19.9, "kind": 33.0, "minikube": 50.8}
CONTROL_PLANE = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler")
NODE = ("containerd", "kubelet", "kube-proxy", "containerd-shim-runc-v2")
MEMORY_TARGET_MB = 750


def main(parts: Sequence[str]) -> None:
    wanted = parts or PARTS
    report = json.loads(REPORT.read_text()) if REPORT.exists() else {}
    if {"clusters", "grading"} & set(wanted):
        _on_a_cluster(wanted, report)
    for part in (each for each in ALONE if each in wanted):
        keep(report, part, {"measured": ALONE[part].measure()} | _where())
    text = "\n\n".join(tables(report))
    _into_readme(text)
    sys.stdout.write(text + "\n")


def keep(
    report: dict[str, Any], part: str, figures: Mapping[str, Any], file: Path = REPORT
) -> None:
    """Write a part down as soon as it is measured: what comes next may fail."""
    report[part] = figures
    report["published_seconds"] = PUBLISHED
    write_atomically(file, json.dumps(report, indent=2) + "\n")


def _on_a_cluster(wanted: Sequence[str], report: dict[str, Any]) -> None:
    with TemporaryDirectory(prefix="labkit-bench-") as home:
        bench = Bench(Path(home))
        try:
            _warm(bench)
            if "clusters" in wanted:
                sizes = _measure(bench)
                figures = {"seconds": bench.seconds, "memory_mb": sizes}
                keep(report, "clusters", figures | _where())
            if "grading" in wanted:
                keep(report, "grading", {"measured": _grade(bench)} | _where())
        finally:
            bench.labkit("down")


def tables(report: Mapping[str, Any]) -> Iterator[str]:
    if clusters := report.get("clusters"):
        yield _table(clusters["seconds"], clusters["memory_mb"], clusters["measured on"])
    if grading := report.get("grading"):
        yield f"Measured by `make bench` ({grading['measured on']}):"
        yield bench_grading.table(grading["measured"])
    for part in (each for each in ALONE if each in report):
        yield f"Measured by `make bench` ({report[part]['measured on']}):"
        yield ALONE[part].table(report[part]["measured"])


def _warm(bench: Bench) -> None:
    """Obtain every program and image, and read them from disk once."""
    bench.labkit("up")
    bench.labkit("addon", "add")
    bench.labkit("down")


def _measure(bench: Bench) -> Mapping[str, float]:
    sizes: Mapping[str, float] = {}
    for nodes in (1, 2, 5):
        for run in range(RUNS):
            bench_measure.starts(bench, nodes)
            if nodes == 1:
                bench_measure.resumes(bench)
                bench_measure.adds_node(bench)
                sizes = bench_measure.memory(bench) if run == 0 else sizes
            bench.labkit("down")
    for _ in range(RUNS):
        bench_measure.imports(bench)
    return sizes


def _grade(bench: Bench) -> Mapping[str, list[float]]:
    """On one more cluster of one node, which has grown quiet; crowds come last, they end slowly."""
    bench.labkit("up")
    bench.labkit("addon", "add")
    lab = open_lab(replace(read_settings(), home=bench.home, cluster=bench.cluster))
    proof_seconds = bench_measure.proves(bench)
    return {**bench_grading.measure(lab), bench_grading.PROOF: [proof_seconds]}


def _where() -> dict[str, str]:
    today = SystemClock().now().date().isoformat()
    machine = f"{os.cpu_count()} cores, {_memory_gib()} GiB, Linux {platform.release()}"
    speed = f"{ADDITIONS:,} additions in Python {_seconds_to_add():.2f} s"
    return {"measured on": f"{today}, {machine}, {speed}"}


def _seconds_to_add() -> float:
    """How fast a core is at this hour: one of a shared machine may take twice as long as before."""
    clock, total = SystemClock(), 0
    began = clock.monotonic()
    for number in range(ADDITIONS):
        total += number
    return clock.monotonic() - began


def _memory_gib() -> int:
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30)


def _table(seconds: Mapping[str, list[float]], sizes: Mapping[str, float], where: object) -> str:
    runs = min(map(len, seconds.values()))
    lines = [
        f"Measured by `make bench` ({where}; {runs} runs each, programs present):",
        "",
        "| what | median s | worst s | target s |",
        "| --- | --- | --- | --- |",
        *(_row(what, values) for what, values in seconds.items()),
        "",
        "| command to running application, published by minikube (v1.36), not measured here | s |",
        "| --- | --- |",
        *(f"| {tool} | {value} |" for tool, value in PUBLISHED.items()),
        "",
        *_memory_lines(sizes),
    ]
    return "\n".join(lines)


def _row(what: str, values: Sequence[float]) -> str:
    target = TARGETS.get(what)
    shown = f"≤ {target:g}" if target else ""
    return f"| {what} | {statistics.median(values):.2f} | {max(values):.2f} | {shown} |"


def _memory_lines(sizes: Mapping[str, float]) -> list[str]:
    counted = {name: size for name, size in sizes.items() if name in (*CONTROL_PLANE, *NODE)}
    apart = {name: size for name, size in sizes.items() if name not in counted}
    together = f"{sum(counted.values()):.0f}"
    return [
        f"Memory (PSS) of the control plane and one node: {together} MB, "
        f"target ≤ {MEMORY_TARGET_MB}: "
        + ", ".join(f"{name} {size:.0f}" for name, size in counted.items())
        + ". Apart from these: "
        + ", ".join(f"{name} {size:.0f}" for name, size in apart.items())
        + "."
    ]


def _into_readme(table: str) -> None:
    readme = ROOT / "README.md"
    text = readme.read_text()
    head, rest = text.split(BEGIN)
    write_atomically(readme, f"{head}{BEGIN}\n{table}\n{END}{rest.split(END)[1]}")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except LabError as problem:
        sys.exit(f"{problem}\n{problem.evidence}")
