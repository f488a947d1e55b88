from collections.abc import Iterator

import pytest

from labkit.foundation.text import say, speak


@pytest.fixture(autouse=True)
def _english_again() -> Iterator[None]:
    yield
    speak("en")


def test_named_placeholders_are_filled() -> None:
    assert say("{name} is ready.", name="node1") == "node1 is ready."


def test_sentence_without_values_is_left_as_it_is() -> None:
    assert say('Give JSON such as {"a": 1}.') == 'Give JSON such as {"a": 1}.'


def test_missing_value_is_a_bug_and_not_hidden() -> None:
    with pytest.raises(KeyError):
        say("{name} has {number} Pods.", name="web")


def test_nothing_to_say_is_nothing() -> None:
    assert say("") == ""  # a catalogue keeps its own header under the empty sentence


def test_unknown_language_reads_as_english() -> None:
    speak("tlh")
    assert say("{name} is ready.", name="node1") == "node1 is ready."
