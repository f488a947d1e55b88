"""A Secret's value is in no snapshot, verdict, card or log, wherever else a copy of it is."""

import json
from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from labkit.foundation.waiting import Clock
from labkit.grading.exercise import Criterion, Exercise, ImageRead, ObjectsRead, PagesRead, Read
from labkit.grading.grader import Graded, grade, grade_settled
from labkit.grading.hiding import fingerprint, values_of, without_secrets, without_values
from labkit.grading.snapshot import Line, Snapshot
from labkit.grading.snapshot_file import load_snapshot, save_snapshot
from labkit.grading.sources import Place
from labkit.grading.verdict import State, verdict_to_json
from labkit.remote.registry import TaggedImage
from labkit.remote.web import Page
from labkit.widgets.verdict_card import verdict_view
from labkit.workshop.wording import verdict_lines
from tests.support.graded import (
    SEED_NAME,
    SYSTEM,
    HeldImages,
    HeldReader,
    answers_object,
    seed_object,
    sources_of,
)

NS = "me-door"
CANARY, OTHER = "canary-of-the-mine", "second-canary-bird"
ENCODED = b64encode(CANARY.encode()).decode()
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
CHECK = """
from labkit.grading.verdict import not_yet


def one(snapshot):
    text = str([snapshot.lists, snapshot.pages, snapshot.answers])
    return not_yet("a.b", seen=text[-190:], expected=str(snapshot.answers), next_step="-",
                   why=str(snapshot.objects("Pod"))[:190])
"""


def meta(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "namespace": NS, **more}


def objects() -> list[dict[str, Any]]:
    copied = json.dumps({"stringData": {"password": CANARY}, "data": {"a": ENCODED}})
    secret = {
        "kind": "Secret",
        "metadata": meta("door", annotations={LAST_APPLIED: copied, "tool.example/copy": copied}),
        "data": {"password": ENCODED},
        "stringData": {"more": OTHER},
    }
    env = [
        {"name": "LOGIN", "value": CANARY},
        {"name": "URL", "value": f"db://me:{CANARY}@db"},
        {"name": "DB_PASSWORD", "value": "never-in-any-secret"},
        {"name": "COLOUR", "value": "red"},
    ]
    container = {"name": "web", "env": env, "args": [f"--password={OTHER}"]}
    pod = {
        "kind": "Pod",
        "metadata": meta("web", annotations={"note": f"it is {CANARY}"}),
        "spec": {"containers": [container]},
    }
    config = {"kind": "ConfigMap", "metadata": meta("copy"), "data": {"all": f"p={ENCODED}"}}
    service = {
        "kind": "Service",
        "metadata": meta("web"),
        "spec": {"type": "LoadBalancer", "ports": [{"port": 80}]},
        "status": {"loadBalancer": {"ingress": [{"ip": "198.18.0.9"}]}},
    }
    return [secret, pod, config, service, answers_object(NS, {"word": f"it is {CANARY}"})]


def telling_pages(urls: Sequence[str], _: Clock, *, host: str = "") -> list[Page]:
    return [Page(url, 200, json.dumps({"environment": {"LOGIN": CANARY}})) for url in urls]


@pytest.fixture
def exercise(tmp_path: Path) -> Exercise:
    (tmp_path / "check_door.py").write_text(CHECK)
    kinds = ("Secret", "Pod", "ConfigMap", "Service")
    reads: tuple[Read, ...] = (
        *(ObjectsRead(kind, ("",)) for kind in kinds),
        PagesRead("web", "/info", 80),
        ImageRead("card"),
    )
    criteria = (Criterion("one", 10, "One"),)
    return Exercise("door", tmp_path, "00", "Door", 5, "-", (), criteria, reads, answers=("word",))


@pytest.fixture
def graded(exercise: Exercise) -> Graded:
    place = Place({"": NS}, SYSTEM, SEED_NAME)
    images = HeldImages({"card": [TaggedImage("1.0", "sha256:a", {"Env": [f"LOGIN={CANARY}"]})]})
    record = seed_object({})
    sources = sources_of(HeldReader([record, *objects()]), telling_pages, images)
    return grade_settled(exercise, place, sources)


def test_value_is_nowhere(exercise: Exercise, graded: Graded, tmp_path: Path) -> None:
    save_snapshot(tmp_path / "a.json", graded.snapshot)
    view = verdict_view(exercise, graded.verdict)
    told = [
        (tmp_path / "a.json").read_text(),
        json.dumps(verdict_to_json(graded.verdict)),
        view.html,
        view.text,
        "\n".join(line.text for line in verdict_lines(exercise, graded.verdict)),
    ]
    hidden = (CANARY, ENCODED, OTHER, b64encode(OTHER.encode()).decode(), "never-in-any-secret")
    assert [(word, n) for n, text in enumerate(told) for word in hidden if word in text] == []
    assert fingerprint(CANARY) in told[0]


def test_what_is_no_secret_is_left_as_it_is(graded: Graded) -> None:
    (pod,) = graded.snapshot.objects("Pod")
    env = {entry["name"]: entry["value"] for entry in pod["spec"]["containers"][0]["env"]}
    assert env["COLOUR"] == "red"
    assert env["LOGIN"] == fingerprint(CANARY)
    assert env["URL"] == f"db://me:{fingerprint(CANARY)}@db"


def test_copy_is_known_by_the_hash_that_the_secret_shows(graded: Graded) -> None:
    (secret,) = graded.snapshot.objects("Secret")
    assert fingerprint(CANARY) == f"sha256:{secret['data']['password']['sha256']}"
    assert secret["metadata"]["annotations"] == {"tool.example/copy": ""}


def test_short_value_hides_no_common_words() -> None:
    found = {
        "metadata": {"name": "red", "labels": {"app": "red"}},
        "spec": {"text": "a red door", "env": [{"name": "A", "value": "red"}]},
    }
    hidden = without_values(found, {"red"})
    assert hidden["spec"]["env"] == [{"name": "A", "value": fingerprint("red")}]
    assert {**hidden, "spec": 1} == {**found, "spec": 1}
    assert hidden["spec"]["text"] == "a red door"


def test_value_that_is_no_text_is_hidden_as_base64() -> None:
    raw = b64encode(b"\xff\xfe\xfd\xfc\xfb\xfa").decode()
    assert values_of({"data": {"key": raw, "odd": "%"}}) == {raw, "%"}
    assert values_of({}) == set()


def test_hidden_snapshot_replays_to_the_same_verdict(
    exercise: Exercise, graded: Graded, tmp_path: Path
) -> None:
    save_snapshot(tmp_path / "a.json", graded.snapshot)
    loaded = load_snapshot(tmp_path / "a.json")
    assert loaded.objects("Secret") == graded.snapshot.objects("Secret")
    assert grade(exercise, loaded).results[0].finding.state is State.NOT_YET


def test_a_value_that_a_pod_printed_is_hidden() -> None:
    line = Line("", "", {"said": f"connecting with {CANARY}"})
    snapshot = Snapshot("door", "", {"": NS}, logs={"app=web in ${ns}": (line,)})
    hidden = without_secrets(snapshot, {CANARY})
    assert CANARY not in str(hidden.logs)
    assert fingerprint(CANARY) in str(hidden.logs)
