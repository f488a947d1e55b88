from pathlib import Path

import pytest

from labkit.foundation.errors import SettingInvalid
from labkit.foundation.process import merged_environment
from labkit.foundation.settings import change_environment, read_settings


def test_lab_and_cache_are_in_the_users_home_unless_told_otherwise() -> None:
    settings = read_settings({"HOME": "/home/ada"})
    assert settings.home == Path("/home/ada/labkit")
    assert settings.cache == Path("/home/ada/.cache/labkit")


def test_lab_is_not_laid_into_a_clone_of_the_repository(tmp_path: Path) -> None:
    (tmp_path / "labkit").mkdir()
    (tmp_path / "labkit" / "pyproject.toml").touch()
    assert read_settings({"HOME": str(tmp_path)}).home == tmp_path / "labkit-home"


def test_cache_follows_the_desktop_convention() -> None:
    settings = read_settings({"HOME": "/home/ada", "XDG_CACHE_HOME": "/fast"})
    assert settings.cache == Path("/fast/labkit")


def test_own_variables_win_over_what_is_derived() -> None:
    settings = read_settings({"HOME": "/h", "LABKIT_HOME": "/lab", "LABKIT_CACHE": "/cache"})
    assert (settings.home, settings.cache) == (Path("/lab"), Path("/cache"))


@pytest.mark.parametrize("word", ["false", "0", "no", "off", "FALSE", ""])
def test_words_that_mean_no_are_no(word: str) -> None:
    assert read_settings({"HOME": "/h", "LABKIT_DOWNLOADS": word}).downloads is False


@pytest.mark.parametrize("word", ["true", "1", "yes", "on", "True"])
def test_words_that_mean_yes_are_yes(word: str) -> None:
    assert read_settings({"HOME": "/h", "LABKIT_DOWNLOADS": word}).downloads is True


def test_any_other_word_is_refused_with_what_was_seen() -> None:
    with pytest.raises(SettingInvalid, match="LABKIT_DOWNLOADS is 'maybe'"):
        read_settings({"HOME": "/h", "LABKIT_DOWNLOADS": "maybe"})


@pytest.mark.parametrize("word", ["-1", "1.5", "seven", " "])
def test_seed_that_is_not_a_whole_number_is_refused(word: str) -> None:
    with pytest.raises(SettingInvalid, match="LABKIT_SEED"):
        read_settings({"HOME": "/h", "LABKIT_SEED": word})


def test_empty_home_variable_does_not_put_the_lab_in_the_root_folder() -> None:
    assert read_settings({"HOME": ""}).home != Path("labkit")
    assert read_settings({"HOME": ""}).home.is_absolute()


def test_a_changed_environment_reaches_the_programs_started_after_it() -> None:
    change_environment({"LABKIT_TEST_WORD": "open"})
    assert merged_environment({})["LABKIT_TEST_WORD"] == "open"


def test_foreign_kubeconfig_is_only_used_when_it_is_named() -> None:
    assert read_settings({"HOME": "/h", "KUBECONFIG": "/h/other"}).kubeconfig is None
    named = read_settings({"HOME": "/h", "LABKIT_KUBECONFIG": "/h/other", "LABKIT_CONTEXT": "kind"})
    assert (named.kubeconfig, named.context) == (Path("/h/other"), "kind")
