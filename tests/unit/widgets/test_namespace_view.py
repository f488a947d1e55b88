"""A namespace is drawn as lists within lists, with each state as word, symbol and colour."""

import pytest

from labkit.widgets.namespace_view import COLOURS, SYMBOLS, health_word, namespace_view
from labkit.workshop.tree import Branch, Happened, Health, Tree
from tests.unit.widgets.test_verdict_card import contrast_with_white, words_of

POD = Branch("Pod", "desk-1-a", Health.TROUBLE, "The node cannot get <image> x.")
SET = Branch("ReplicaSet", "desk-1", Health.UNDERWAY, "0 of 1 copies ready", (POD,))
TREE = Tree(
    "ada",
    (Branch("Deployment", "desk", Health.UNDERWAY, "0 of 1 copies ready", (SET,)),),
    (Happened("09:00:01", "Pod desk-1-a", "Failed to pull <image>"),),
)


def test_text_shows_what_hangs_below_what() -> None:
    assert namespace_view(TREE, "As it was.").text.splitlines() == [
        "Namespace ada",
        "    ◐ under way · Deployment desk 0 of 1 copies ready",
        "        ◐ under way · ReplicaSet desk-1 0 of 1 copies ready",
        "            ✘ in trouble · Pod desk-1-a The node cannot get <image> x.",
        "What happened last (times in UTC)",
        "    09:00:01 Pod desk-1-a: Failed to pull <image>",
        "As it was.",
    ]


def test_page_says_the_same_words_and_runs_nothing_of_a_learners() -> None:
    html = namespace_view(TREE, "As it was.").html
    assert "<image>" not in html
    for words in ("desk-1-a", "The node cannot get <image> x.", "in trouble", "As it was."):
        assert words in words_of(html)


def test_lists_lie_within_each_other() -> None:
    html = namespace_view(TREE).html
    deployment, replica_set, pod = (html.index(f"<b>{n}</b>") for n in ("desk", "desk-1", POD.name))
    assert html[deployment:replica_set].count("<ul") == 1
    assert html[replica_set:pod].count("<ul") == 1


def test_empty_namespace_is_said_to_be_empty() -> None:
    view = namespace_view(Tree("ada"))
    assert "Nothing runs here yet." in view.text
    assert "Nothing runs here yet." in view.html


def test_states_differ_in_word_symbol_and_colour() -> None:
    for told in (SYMBOLS, COLOURS, {health: health_word(health) for health in Health}):
        assert len(set(told.values())) == len(Health)


@pytest.mark.parametrize("health", Health, ids=str)
def test_white_on_the_badge_can_be_read(health: Health) -> None:
    assert contrast_with_white(COLOURS[health]) >= 4.5
