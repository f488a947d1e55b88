"""`python -m tools.cloud_operations` writes labkit/cloud/OPERATIONS.md: what the emulator offers.

From the API's own description and from what each operation of ours says of itself; a test compares.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from labkit.cloud.calls import Operation, Reality
from labkit.cloud.operations import OPERATIONS
from labkit.foundation.files import write_atomically

ROOT = Path(__file__).parents[1]
DESCRIPTION = ROOT / "tests" / "contract" / "cloud" / "description"
FILES = ("auth.json", "cloud-project-kube.json", "cloud-project-context.json")
PAGE = ROOT / "labkit" / "cloud" / "OPERATIONS.md"
SHORT = {"/cloud/project/{serviceName}/kube/{kubeId}": "K", "/cloud/project/{serviceName}": "P"}
HEAD = """\
# What the emulator does, operation by operation

Written by `python -m tools.cloud_operations`; do not edit. P is `/cloud/project/{serviceName}`,
K is `P/kube/{kubeId}`.

- **real**: its effect is there, in the cluster behind the API or in the API itself.
- **shape**: it takes and keeps what it is given, and shows the right statuses; nothing follows.
- **missing**: in OVHcloud's description of 2026-04, and here a 404.
- **extra**: here, but in none of the description's parts that the emulator was built from.
"""


def page() -> str:
    return HEAD + "\n" + "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    ours = {operation.name: operation for operation in OPERATIONS}
    described = _described()
    yield _sum(ours, described)
    yield ""
    yield "| operation | here | what is not real |"
    yield "| --- | --- | --- |"
    for name in (*described, *(one for one in ours if one not in described)):
        here, why = _worth(ours.get(name), is_described=name in described)
        yield f"| `{_short(name)}` | {here} | {why} |"


def _sum(ours: dict[str, Operation], described: tuple[str, ...]) -> str:
    found = [_worth(ours.get(name), is_described=True)[0] for name in described]
    counted = ", ".join(f"{found.count(kind)} {kind}" for kind in (*Reality, "missing"))
    extra = len([name for name in ours if name not in described])
    return f"Of {len(described)} described operations: {counted}. {extra} extra."


def _worth(operation: Operation | None, *, is_described: bool) -> tuple[str, str]:
    if operation is None:
        return "missing", ""
    extra = "" if is_described else ", extra"
    return f"{operation.reality.value}{extra}", operation.why


def _short(name: str) -> str:
    method, path = name.split(" ")
    for long, letter in SHORT.items():
        path = path.replace(long, letter)
    return f"{method} {path}"


def _described() -> tuple[str, ...]:
    return tuple(
        f"{operation['httpMethod']} {api['path']}"
        for file in FILES
        for api in json.loads((DESCRIPTION / file).read_text())["apis"]
        for operation in api["operations"]
    )


if __name__ == "__main__":
    write_atomically(PAGE, page())
