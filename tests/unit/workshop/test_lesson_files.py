from pathlib import Path

from labkit.foundation.settings import Settings, read_settings
from labkit.workshop.lesson_files import hand_out_lessons, lessons_folder


def settings_in(folder: Path) -> Settings:
    return read_settings({"HOME": str(folder), "LABKIT_HOME": str(folder / "lab")})


def written(folder: Path, content: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "04-hello.ipynb").write_text(content)
    return folder


def copy_of(settings: Settings) -> Path:
    return lessons_folder(settings) / "04-hello.ipynb"


def test_lessons_are_copied_and_the_repository_is_left_alone(tmp_path: Path) -> None:
    source, settings = written(tmp_path / "notebooks", "one"), settings_in(tmp_path)
    assert hand_out_lessons(settings, source) == ()
    assert copy_of(settings).read_text() == "one"
    assert (source / "04-hello.ipynb").read_text() == "one"


def test_copy_that_nobody_touched_is_renewed(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    for content in ("one", "two", "three"):
        assert hand_out_lessons(settings, written(tmp_path / "notebooks", content)) == ()
    assert copy_of(settings).read_text() == "three"


def test_copy_that_the_learner_worked_in_is_kept(tmp_path: Path) -> None:
    source, settings = written(tmp_path / "notebooks", "one"), settings_in(tmp_path)
    hand_out_lessons(settings, source)
    copy_of(settings).write_text("one, and what I found")
    assert hand_out_lessons(settings, source) == ()
    assert copy_of(settings).read_text() == "one, and what I found"


def test_learner_is_told_of_a_newer_lesson_than_the_copy_kept(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    hand_out_lessons(settings, written(tmp_path / "notebooks", "one"))
    copy_of(settings).write_text("mine")
    newer = hand_out_lessons(settings, written(tmp_path / "notebooks", "two"))
    assert newer == ("04-hello.ipynb",)
    assert copy_of(settings).read_text() == "mine"


def test_copy_that_was_removed_comes_again(tmp_path: Path) -> None:
    source, settings = written(tmp_path / "notebooks", "one"), settings_in(tmp_path)
    hand_out_lessons(settings, source)
    copy_of(settings).unlink()
    hand_out_lessons(settings, source)
    assert copy_of(settings).read_text() == "one"


def test_crash_between_note_and_file_does_not_make_a_copy_look_edited(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    hand_out_lessons(settings, written(tmp_path / "notebooks", "one"))
    hand_out_lessons(settings, written(tmp_path / "notebooks", "two"))
    copy_of(settings).write_text("one")  # as if the second had ended after its note
    hand_out_lessons(settings, written(tmp_path / "notebooks", "three"))
    assert copy_of(settings).read_text() == "three"


def test_file_of_the_learners_that_we_never_gave_is_kept(tmp_path: Path) -> None:
    source, settings = written(tmp_path / "notebooks", "one"), settings_in(tmp_path)
    copy_of(settings).parent.mkdir(parents=True)
    copy_of(settings).write_text("mine")
    assert hand_out_lessons(settings, source) == ("04-hello.ipynb",)
    assert copy_of(settings).read_text() == "mine"
