"""What an image in the registry holds: its user, its size, and what is left in its layers."""

from collections.abc import Mapping
from typing import Any

import pytest

from labkit.foundation.errors import LabError
from labkit.grading.criteria.image_contents import (
    MIB,
    holds_nothing_of,
    image_there,
    is_smaller,
    runs_without_root,
)
from labkit.grading.criteria.image_pins import digest_stands_for, pinned_by_digest
from labkit.grading.criteria.image_pods import pod_runs_image
from labkit.grading.snapshot import Failed, Snapshot
from labkit.grading.verdict import Finding, State
from labkit.remote.registry import Layer, TaggedImage

REPOSITORY = "${ns}/card"
HERE = "registry.lab.example:5000/ada-bake/card"
CARD = {"app": "card"}
WORD = "depot-482913-key"
SPRING = "sha256:" + "1" * 64
WINTER = "sha256:" + "2" * 64
CONFIG = "sha256:" + "3" * 64


def image(
    tag: str = "1.0",
    *,
    config: Mapping[str, Any] | None = None,
    layers: tuple[Layer, ...] = (Layer("sha256:a", MIB),),
    digest: str = SPRING,
) -> TaggedImage:
    return TaggedImage(tag, digest, {"config": config or {}}, CONFIG, layers)


def pod(reference: str, image_id: str = "", *, ready: bool = True) -> dict[str, Any]:
    return {
        "kind": "Pod",
        "metadata": {"name": "card", "namespace": "ada-bake", "labels": CARD},
        "spec": {"containers": [{"name": "card", "image": reference}]},
        "status": {
            "conditions": [{"type": "Ready", "status": str(ready)}],
            "containerStatuses": [{"name": "card", "imageID": f"{HERE}@{image_id}"}],
        },
    }


def snapshot(*images: TaggedImage, pods: tuple[dict[str, Any], ...] = ()) -> Snapshot:
    return Snapshot(
        "bake-a-card",
        "2026-01-01T00:00:00Z",
        {"": "ada-bake"},
        lists={"Pod in ${ns}": pods},
        images={REPOSITORY: images},
    )


def user_judged(user: str) -> Finding:
    return runs_without_root(snapshot(image(config={"User": user})), REPOSITORY, "1.0")


@pytest.mark.parametrize("user", ["65532", "65532:65532", "1001:0", "1"])
def test_number_other_than_0_is_not_root(user: str) -> None:
    assert user_judged(user).state is State.PASSED


@pytest.mark.parametrize("user", ["", "0", "0:0", "00", "root", "root:lab", ":65532", "0:65532"])
def test_no_user_and_every_way_to_write_root_is_root(user: str) -> None:
    assert user_judged(user).message == "image.runs_as_root"


@pytest.mark.parametrize("user", ["lab", "lab:65532", "-1", "٣"])
def test_what_is_no_plain_number_is_not_trusted(user: str) -> None:
    assert user_judged(user).message == "image.user_by_name"


def test_tags_that_are_there_are_named_to_who_pushed_another() -> None:
    finding = image_there(snapshot(image("latest")), REPOSITORY, "1.0")
    assert finding.state is State.NOT_STARTED
    assert "latest" in finding.seen


def test_tag_without_layers_is_no_image() -> None:
    finding = image_there(snapshot(image(layers=())), REPOSITORY, "1.0")
    assert finding.message == "image.no_image"


def sizes_judged(bad: int, good: int, *, largest: int = 100 * MIB) -> Finding:
    pair = (image("bad", layers=(Layer("a", bad),)), image("good", layers=(Layer("b", good),)))
    found = snapshot(*pair)
    return is_smaller(found, REPOSITORY, ("bad", "good"), share=3, largest=largest)


def test_a_third_is_small_enough_and_a_byte_more_is_not() -> None:
    assert sizes_judged(9 * MIB, 3 * MIB).state is State.PASSED
    assert sizes_judged(9 * MIB, 3 * MIB + 1).message == "image.too_big"


def test_measure_that_was_blown_up_does_not_count() -> None:
    finding = sizes_judged(90 * MIB, 3 * MIB, largest=12 * MIB)
    assert finding.message == "image.measure_changed"


def searched(*layers: Layer, config: Mapping[str, Any] | None = None) -> Finding:
    return holds_nothing_of(snapshot(image(layers=layers, config=config)), REPOSITORY, "1.0", WORD)


def test_layer_below_the_one_that_hides_it_is_named() -> None:
    finding = searched(Layer("a", 1), Layer("b", 1, (WORD,)), Layer("c", 1))
    assert finding.message == "image.secret_in_layer"
    assert "layer 2 of 3" in finding.seen


def test_layer_that_cannot_be_searched_does_not_pass() -> None:
    finding = searched(Layer("a", 1, problem="it is packed with zstd"))
    assert (finding.state, finding.message) == (State.NOT_YET, "image.unsearchable")


def test_secret_in_a_variable_is_found_in_the_config() -> None:
    finding = searched(Layer("a", 1), config={"Env": [f"PASSWORD={WORD}"]})
    assert finding.message == "image.secret_in_config"


def test_clean_image_passes_and_one_that_is_not_there_does_not() -> None:
    assert searched(Layer("a", 1)).state is State.PASSED
    assert holds_nothing_of(snapshot(), REPOSITORY, "1.0", WORD).state is State.NOT_STARTED


def run_judged(one: dict[str, Any]) -> Finding:
    return pod_runs_image(snapshot(image(), pods=(one,)), CARD, REPOSITORY, "1.0")


def test_pod_that_runs_the_digest_of_the_tag_runs_the_image() -> None:
    assert run_judged(pod(f"{HERE}:1.0", SPRING)).state is State.PASSED


def test_pod_is_told_whether_its_image_is_old_or_another() -> None:
    assert run_judged(pod(f"{HERE}:1.0", WINTER)).message == "runs.stale"
    other = pod("registry.lab.example:5000/hello:1.0", WINTER)
    assert run_judged(other).message == "runs.other_image"


def test_pod_that_is_not_ready_runs_nothing_yet() -> None:
    finding = run_judged(pod(f"{HERE}:1.0", SPRING, ready=False))
    assert (finding.message, finding.settling) == ("runs.not_ready", True)


SEASONS = (
    image("week-12", config={"Env": ["PATH=/bin", "SEASON=spring"]}),
    image("stable", config={"Env": ["SEASON=winter"]}, digest=WINTER),
)


def pin_judged(reference: str) -> tuple[str, str]:
    found = snapshot(*SEASONS, pods=(pod(reference),))
    right = digest_stands_for(found, CARD, REPOSITORY, variable=("SEASON", "spring"))
    findings = (pinned_by_digest(found, CARD), right)
    first, second = (
        str(one.state) if one.state is State.PASSED else one.message for one in findings
    )
    return first, second


@pytest.mark.parametrize(
    ("reference", "pinned", "right"),
    [
        (f"{HERE}@{SPRING}", State.PASSED, State.PASSED),
        (f"{HERE}:stable@{SPRING}", State.PASSED, State.PASSED),
        (f"{HERE}:week-12", "pin.by_tag", "pin.no_digest"),
        (HERE, "pin.by_tag", "pin.no_digest"),
        (f"{HERE}@{WINTER}", State.PASSED, "pin.wrong_digest"),
        (f"{HERE}@{CONFIG}", State.PASSED, "pin.config_digest"),
    ],
)
def test_reference_is_judged_by_its_digest(reference: str, pinned: str, right: str) -> None:
    assert pin_judged(reference) == (pinned, right)


def test_season_that_nobody_has_any_more_is_told() -> None:
    found = snapshot(SEASONS[1], pods=(pod(f"{HERE}@{SPRING}"),))
    finding = digest_stands_for(found, CARD, REPOSITORY, variable=("SEASON", "spring"))
    assert finding.message == "pin.gone"


def test_registry_that_did_not_answer_is_no_fault_of_the_attendee() -> None:
    failed = Failed("the images", "The registry gave no answer.", "Start it.")
    silent = Snapshot("bake-a-card", "2026-01-01T00:00:00Z", {"": "a"}, images={REPOSITORY: failed})
    with pytest.raises(LabError, match="no answer"):
        image_there(silent, REPOSITORY, "1.0")
