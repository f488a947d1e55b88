"""Manifests are read as Kubernetes reads them, and their faults are named with the line."""

import pytest

from labkit.kube.errors import ManifestInvalid
from labkit.kube.manifests import fill, load

CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n"


def test_empty_documents_are_skipped() -> None:
    text = f"---\n# nothing\n---\n{CONFIG_MAP}---\n---\n{CONFIG_MAP}"
    assert len(load(text)) == 2


def test_list_gives_its_items() -> None:
    items = "- {apiVersion: v1, kind: Pod}\n- {apiVersion: v1, kind: Secret}\n"
    found = load(f"apiVersion: v1\nkind: List\nitems:\n{items}")
    assert [item["kind"] for item in found] == ["Pod", "Secret"]


def test_date_stays_a_string() -> None:
    assert load(f"{CONFIG_MAP}data:\n  day: 2026-01-01\n")[0]["data"] == {"day": "2026-01-01"}


def test_merge_keys_are_followed() -> None:
    text = f"{CONFIG_MAP}base: &base {{a: b}}\ndata:\n  <<: *base\n  c: d\n"
    assert load(text)[0]["data"] == {"a": "b", "c": "d"}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        pytest.param(f"{CONFIG_MAP}data: [", "is not YAML in line 5, column 8", id="unfinished"),
        pytest.param(f"{CONFIG_MAP}\tdata: x", "is not YAML in line 5", id="tab"),
        pytest.param(
            f"{CONFIG_MAP}data:\n  a: b\n  a: c\n",
            "is not YAML in line 7, column 3: key a is written twice",
            id="key twice",
        ),
        pytest.param("hello", "holds str where an object must be", id="a word"),
        pytest.param("- a\n", "holds list where an object must be", id="a list"),
        pytest.param("kind: Pod\n", "holds an object without apiVersion", id="no apiVersion"),
        pytest.param("a: b\n", "without apiVersion and kind", id="neither"),
        pytest.param("a: \x07", "is not YAML", id="control character"),
        pytest.param(f"{CONFIG_MAP}? [a]\n: b\n", "is not YAML in line", id="odd key"),
        pytest.param("a: !!python/name:os.system x", "is not YAML in line 1", id="Python tag"),
    ],
)
def test_fault_is_named_with_file_and_place(text: str, sentence: str) -> None:
    with pytest.raises(ManifestInvalid) as caught:
        load(text, source="pod-web.yaml")
    assert caught.value.what_happened.startswith("pod-web.yaml ")
    assert sentence in caught.value.what_happened


def test_places_are_filled() -> None:
    assert fill("name: ${ns}-${n}", {"ns": "me-desk", "n": 3}) == "name: me-desk-3"


@pytest.mark.parametrize(
    "text",
    ["$(VARIABLE)", "$HOME", "costs $5", "$$(NOT_EXPANDED)", "^a$", "$1", "$"],
)
def test_other_dollar_signs_stay(text: str) -> None:
    assert fill(text, {}) == text


def test_escaped_place_stays_a_place_of_the_shell() -> None:
    assert fill("echo $${HOME} ${ns}", {"ns": "a"}) == "echo ${HOME} a"


def test_place_without_a_value_is_named_with_its_line_and_what_is_known() -> None:
    with pytest.raises(ManifestInvalid) as caught:
        fill("a: ${ns}\nb: ${nss}\n", {"ns": "x", "attendee": "me"}, source="pod-web.yaml")
    assert caught.value.what_happened == (
        "pod-web.yaml has a place ${nss} in line 2 without a value."
    )
    assert caught.value.next_step == (
        "Known are: attendee, ns. A dollar sign that stays is written $${…}."
    )


def test_value_with_a_place_in_it_is_not_filled_again() -> None:
    assert fill("${a}", {"a": "${b}"}) == "${b}"
