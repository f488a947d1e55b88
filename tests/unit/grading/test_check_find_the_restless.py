from collections.abc import Mapping
from typing import Any

import pytest

from labkit.grading.grader import grade
from labkit.grading.reading import take_snapshot
from labkit.grading.verdict import State, Verdict
from tests.support.graded import (
    HeldReader,
    answers_object,
    exercise_of,
    place_of,
    seed_object,
    sources_of,
)
from tests.unit.grading.applied import sentences

EXERCISE = exercise_of("find-the-restless")
PLACE = place_of(EXERCISE)
HERE = PLACE.namespaces[""]
VALUES = {"pod_1": "coral", "last_word": "espresso", "calm_word": "flowers"}
NOTES = {"restless": {"metadata.uid": "uid-coral"}}
MARKED = {"triage": "restless"}


def pod(name: str, labels: Mapping[str, str], **metadata: Any) -> dict[str, Any]:
    status = {"containerStatuses": [{"restartCount": 3 if name == "coral" else 0}]}
    about = {
        "name": f"stand-{name}",
        "namespace": HERE,
        "uid": f"uid-{name}",
        "labels": {"app": "stand", **labels},
    }
    return {"kind": "Pod", "metadata": {**about, **metadata}, "status": status}


def verdict_of(*pods: Mapping[str, Any], word: str | None = None) -> Verdict:
    noted = [] if word is None else [answers_object(HERE, {"last_word": word})]
    reader = HeldReader([seed_object(VALUES, NOTES), *pods, *noted])
    return grade(EXERCISE, take_snapshot(EXERCISE, PLACE, sources_of(reader)))


def messages(verdict: Verdict) -> list[str]:
    return [result.finding.message for result in verdict.results]


def test_untouched_is_not_started_and_worth_nothing() -> None:
    verdict = verdict_of(pod("coral", {}), pod("amber", {}))
    assert {result.finding.state for result in verdict.results} == {State.NOT_STARTED}


@pytest.mark.parametrize(
    "word", ["espresso", " 'Espresso' ", "ESPRESSO.", "espresso!", "“espresso”"]
)
def test_the_word_is_right_however_it_is_written(word: str) -> None:
    verdict = verdict_of(pod("coral", MARKED), pod("amber", {}), word=word)
    assert messages(verdict) == ["passed"] * 3


def test_more_labels_and_other_pods_of_ones_own_harm_nobody() -> None:
    own = {**pod("notes", {}), "metadata": {"name": "notes", "namespace": HERE, "uid": "uid-n"}}
    verdict = verdict_of(pod("coral", {**MARKED, "seen": "yes"}), own, word="espresso")
    assert verdict.points == 10


@pytest.mark.parametrize("word", ["", "opening the stand", "espresso or flowers", "expresso"])
def test_another_word_never_passes(word: str) -> None:
    verdict = verdict_of(pod("coral", MARKED), word=word)
    assert messages(verdict)[2] == "word.other"


def test_a_new_pod_of_the_same_name_is_not_the_restless_one() -> None:
    anew = pod("coral", MARKED, uid="uid-new")
    assert messages(verdict_of(anew, word="espresso")) == ["mark.gone", "mark.others", "passed"]


def test_label_with_another_value_and_annotation_are_told_apart() -> None:
    other = pod("coral", {"triage": "Restless"})
    remark = pod("coral", {}, annotations=MARKED)
    assert messages(verdict_of(other))[0] == "mark.other_value"
    assert messages(verdict_of(remark))[0] == "mark.annotation"


def test_right_pod_among_others_is_half_of_it() -> None:
    verdict = verdict_of(pod("coral", MARKED), pod("amber", MARKED), word="espresso")
    assert messages(verdict) == ["passed", "mark.others", "passed"]


def test_sentences_stay_whole_with_many_names() -> None:
    pods = [pod(f"{'long-name-' * 4}{n}", MARKED) for n in range(9)]
    verdict = verdict_of(*pods, pod("coral", {}), word="x" * 300)
    assert all(len(sentence) <= 200 for sentence in sentences(verdict))
    assert not [s for s in sentences(verdict) if len(s) == 200 and s.endswith("…")]
