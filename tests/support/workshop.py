"""A lab on a FakeCluster, with a small exercise of its own."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from labkit.foundation.process import Runner
from labkit.foundation.settings import read_settings
from labkit.foundation.waiting import SystemClock
from labkit.toolchain.programs import TOOLS
from labkit.workshop.lab import Lab, open_lab, record_lab
from tests.support.cluster import FakeCluster
from tests.support.processes import RecordedProcesses

EXERCISE = "hang-a-sign"
FILES = {
    "exercise.toml": """
id = "hang-a-sign"
lesson = "00-test"
title = "Hang a sign"
minutes = 3
namespaces = ["", "b"]
answers = ["colour"]
task = "Hang a sign with number ${number} in ${ns}, not in ${ns_b}."
hints = ["The first of hints.", "The second of hints.", "The third of hints."]
[draw]
number = { number = [10, 99] }
[[read]]
objects = "ConfigMap"
in = ["", "b"]
[[criterion]]
id = "sign-hangs"
weight = 10
text = "A sign hangs in your namespace"
""",
    "setup/steps.toml": """
[[step]]
apply = "neighbour.yaml"
[[step]]
remember = { key = "neighbour", object = "ConfigMap/sign", in = "b", fields = ["metadata.uid"] }
""",
    "setup/neighbour.yaml": """
apiVersion: v1
kind: ConfigMap
metadata:
  name: sign
  namespace: ${ns_b}
data:
  number: "1"
""",
    "starter/sign.yaml": "# TODO: a sign with number ${number}\n",
    "check_hang_a_sign.py": """
from labkit.grading.snapshot import Snapshot
from labkit.grading.verdict import Finding, not_started, not_yet, passed


def sign_hangs(snapshot: Snapshot) -> Finding:
    signs = [one for one in snapshot.objects("ConfigMap") if one["metadata"]["name"] == "sign"]
    if not signs:
        return not_started("sign.none", seen="No sign.", next_step="Hang one.")
    number = signs[0]["data"]["number"]
    if number != snapshot.drawn("number"):
        return not_yet("sign.number", seen=number, expected="yours", next_step="Write yours.")
    return passed(f"A sign with number {number}.")
""",
}
SIGN = """
apiVersion: v1
kind: ConfigMap
metadata:
  name: sign
data:
  number: "${number}"
"""
APPLY = '[[step]]\napply = "sign.yaml"\n'
WRONG = SIGN.replace("${number}", "0")
EXPECT = 'fails = "sign-hangs"\nmessage = "sign.number"\n'
SOLUTION_FILES = {
    "notes.md": "A sign is a ConfigMap.\n",
    "solution/steps.toml": APPLY,
    "solution/sign.yaml": SIGN,
    **{
        f"variants/way-{n}/{k}": v
        for n in (1, 2)
        for k, v in {"steps.toml": APPLY, "sign.yaml": SIGN}.items()
    },
    **{
        f"mutants/mistake-{n}/{name}": text
        for n in range(1, 6)
        for name, text in {"steps.toml": APPLY, "sign.yaml": WRONG, "expect.toml": EXPECT}.items()
    },
}


def write_content(root: Path, lesson: str = "00-test", exercise_id: str = EXERCISE) -> Path:
    """The exercise, under another name where one is given."""
    names = {EXERCISE: exercise_id, "00-test": lesson}
    names[EXERCISE.replace("-", "_")] = exercise_id.replace("-", "_")
    for folder, files in (("exercises", FILES), ("solutions", SOLUTION_FILES)):
        for name, text in files.items():
            path = root / folder / lesson / exercise_id / _renamed(name, names)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(_renamed(text, names).lstrip("\n"))
    return root


def _renamed(text: str, names: Mapping[str, str]) -> str:
    for old, new in names.items():
        text = text.replace(old, new)
    return text


def lab_on(cluster: FakeCluster, folder: Path, *, run: Runner | None = None) -> Lab:
    """A home in `folder`/home, content with one exercise in `folder`/content."""
    settings = replace(
        read_settings({"HOME": str(folder)}), home=folder / "home", attendee="ada", seed=7
    )
    _put_kubectl(settings.cache)
    kubeconfig = cluster.kubeconfig(folder)
    record_lab(settings, name="fake", engine="local", kubeconfig=kubeconfig, capabilities=[])
    lab = open_lab(settings, run=run or RecordedProcesses(), clock=SystemClock())
    return replace(lab, content=write_content(folder / "content"))


def _put_kubectl(cache: Path) -> None:
    """As if it had been provided; whoever runs it is a RecordedProcesses."""
    tool = next(tool for tool in TOOLS if "kubectl" in tool.programs)
    kubectl = cache / "programs" / tool.cache_name() / "kubectl"
    kubectl.parent.mkdir(parents=True, exist_ok=True)
    kubectl.touch(0o755)
