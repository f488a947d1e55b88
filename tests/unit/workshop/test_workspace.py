"""Files are handed out once, never overwritten, and set aside on request."""

import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from labkit.foundation.settings import Settings, read_settings
from labkit.kube.errors import ManifestInvalid
from labkit.workshop.names import workspace_folder
from labkit.workshop.workspace import changed_files, hand_out, set_aside


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return replace(read_settings({"HOME": str(tmp_path)}), home=tmp_path / "home")


@pytest.fixture
def starter(tmp_path: Path) -> Path:
    folder = tmp_path / "starter"
    (folder / "more").mkdir(parents=True)
    (folder / "card.yaml").write_text("table: ${table}\n")
    (folder / "more" / "script.sh").write_text("echo $HOME $(date)\n")
    return folder


def test_files_are_filled_and_other_dollars_stay(settings: Settings, starter: Path) -> None:
    card, script = hand_out(settings, "card", starter, {"table": "7"})
    assert card.read_text() == "table: 7\n"
    assert script.read_text() == "echo $HOME $(date)\n"


def test_value_that_nobody_gives_names_file_and_place(settings: Settings, starter: Path) -> None:
    with pytest.raises(ManifestInvalid, match=r"card\.yaml.*\$\{table\}"):
        hand_out(settings, "card", starter, {})


def test_edited_file_is_kept_and_deleted_one_comes_back(settings: Settings, starter: Path) -> None:
    card, script = hand_out(settings, "card", starter, {"table": "7"})
    card.write_text("mine")
    script.unlink()
    hand_out(settings, "card", starter, {"table": "7"})
    assert card.read_text() == "mine"
    assert script.is_file()
    assert changed_files(settings, "card", starter) == ("card.yaml",)


def test_untouched_file_is_renewed_with_the_exercise(settings: Settings, starter: Path) -> None:
    card, _ = hand_out(settings, "card", starter, {"table": "7"})
    (starter / "card.yaml").write_text("desk: ${table}\n")
    hand_out(settings, "card", starter, {"table": "7"})
    assert card.read_text() == "desk: 7\n"
    assert changed_files(settings, "card", starter) == ()


def test_crash_before_the_files_were_written_makes_none_look_edited(
    settings: Settings, starter: Path
) -> None:
    card, _ = hand_out(settings, "card", starter, {"table": "7"})
    card.unlink()  # as if only the note of what is given had been written
    assert changed_files(settings, "card", starter) == ()


def test_crash_between_note_and_renewal_makes_no_file_look_edited(
    settings: Settings, starter: Path
) -> None:
    card, _ = hand_out(settings, "card", starter, {"table": "7"})
    before = card.read_text()
    (starter / "card.yaml").write_text("desk: ${table}\n")
    hand_out(settings, "card", starter, {"table": "7"})
    card.write_text(before)  # as if the second had ended after its note
    assert changed_files(settings, "card", starter) == ()


def test_file_that_was_there_before_the_first_start_is_kept_and_can_be_set_aside(
    settings: Settings, starter: Path
) -> None:
    card = workspace_folder(settings, "card") / "card.yaml"
    card.parent.mkdir(parents=True)
    card.write_text("mine")
    hand_out(settings, "card", starter, {"table": "7"})
    assert card.read_text() == "mine"
    aside = set_aside(settings, "card", starter)
    assert aside is not None
    assert (aside / "card.yaml").read_text() == "mine"


def test_file_of_the_learners_is_kept_when_a_release_brings_one_of_its_name(
    settings: Settings, starter: Path
) -> None:
    card, _ = hand_out(settings, "card", starter, {"table": "7"})
    (card.parent / "menu.yaml").write_text("mine")
    (starter / "menu.yaml").write_text("ours\n")
    hand_out(settings, "card", starter, {"table": "7"})
    assert (card.parent / "menu.yaml").read_text() == "mine"
    assert changed_files(settings, "card", starter) == ("menu.yaml",)


def test_edits_are_kept_when_the_note_of_what_was_given_is_lost(
    settings: Settings, starter: Path
) -> None:
    card, _ = hand_out(settings, "card", starter, {"table": "7"})
    card.write_text("mine")
    (settings.home / "given" / "card.json").unlink()
    hand_out(settings, "card", starter, {"table": "7"})
    assert card.read_text() == "mine"
    assert changed_files(settings, "card", starter) == ("card.yaml",)  # and not the script


def test_note_of_an_earlier_release_with_one_hash_a_file_is_read(
    settings: Settings, starter: Path
) -> None:
    card, script = hand_out(settings, "card", starter, {"table": "7"})
    note = settings.home / "given" / "card.json"
    note.write_text(
        json.dumps(
            {
                str(file.relative_to(card.parent)): sha256(file.read_bytes()).hexdigest()
                for file in (card, script)
            }
        )
    )
    (starter / "card.yaml").write_text("desk: ${table}\n")
    hand_out(settings, "card", starter, {"table": "7"})
    assert card.read_text() == "desk: 7\n"


def test_edits_set_aside_twice_are_both_kept(settings: Settings, starter: Path) -> None:
    kept = []
    for text in ("first", "second"):
        card, _ = hand_out(settings, "card", starter, {"table": "7"})
        card.write_text(text)
        aside = set_aside(settings, "card", starter)
        assert aside is not None
        kept.append(aside / "card.yaml")
    assert [path.read_text() for path in kept] == ["first", "second"]


def test_nothing_edited_sets_nothing_aside(settings: Settings, starter: Path) -> None:
    hand_out(settings, "card", starter, {"table": "7"})
    assert set_aside(settings, "card", starter) is None


def test_exercise_without_starter_hands_nothing_out(settings: Settings, tmp_path: Path) -> None:
    assert hand_out(settings, "look", tmp_path / "none", {}) == ()
