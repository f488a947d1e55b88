from pathlib import Path

from labkit.widgets.lesson_views import begun_view, finished_view
from labkit.workshop.lessons import Begun, Finished


def begun(*missing: str) -> Begun:
    folder = Path("/home/ada/labkit/work")
    return Begun("04-hello-kubernetes", "ada-04", folder, (), missing, "simulated")


def test_begun_lesson_says_where_the_learner_is() -> None:
    assert begun_view(begun()).text.splitlines() == [
        "Ready.",
        "kubectl works in the namespace ada-04.",
        "Your files are in /home/ada/labkit/work.",
    ]


def test_begun_lesson_says_what_this_cluster_cannot_do_and_what_helps() -> None:
    text = begun_view(begun("real-pods", "load-balancer")).text
    assert "needs real-pods, load-balancer, which a simulated cluster does not offer" in text
    assert "labkit up" in text


def test_the_card_holds_the_same_sentences_as_the_text() -> None:
    view = begun_view(begun())
    assert all(line in view.html for line in view.text.splitlines())


def test_finished_lesson_names_what_was_given_back() -> None:
    text = finished_view(Finished(("ada-04", "ada-open-the-desk"), ("node2",))).text
    assert "Removed nodes: node2." in text
    assert "Removed namespaces: ada-04, ada-open-the-desk." in text


def test_finishing_again_removes_nothing_and_says_that_all_is_tidy() -> None:
    text = finished_view(Finished((), ())).text
    assert text.startswith("All tidy.")
    assert "Removed" not in text
