"""Settings are read once, at the edge, from the environment; code below takes them as values."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from labkit.foundation.errors import SettingInvalid
from labkit.foundation.text import say

TRUE_WORDS = {"1", "true", "yes", "on"}
FALSE_WORDS = {"", "0", "false", "no", "off"}


PROBE_IMAGE = "registry.lab.example:5000/hello:1.0"


@dataclass(frozen=True, slots=True)
class Settings:
    home: Path
    """The attendee's lab: kubeconfigs, progress, workspace. LABKIT_HOME, default ~/labkit
    (~/labkit-home where ~/labkit is the clone of the repository)."""

    cache: Path
    """Programs built or downloaded, images. LABKIT_CACHE, default ~/.cache/labkit."""

    language: str
    """Language of sentences, a code such as `it`. LABKIT_LANGUAGE, default en."""

    engine: str
    """Which engine is meant: local, simulated or kubeconfig. LABKIT_ENGINE; "" is the lab's."""

    cluster: str
    """Name of the cluster that is meant. LABKIT_CLUSTER; "" is the lab's."""

    attendee: str
    """Whose lab this is; prefixes namespaces, so letters, digits, hyphens. LABKIT_ATTENDEE."""

    downloads: bool
    """Whether official release downloads are tried before building. LABKIT_DOWNLOADS."""

    seed: int
    """What drawn values follow from; 0 means draw it once and keep it. LABKIT_SEED."""

    shows_progress: bool = True
    """Whether a cell says what it is doing; no for runs that are compared. LABKIT_PROGRESS."""

    kubeconfig: Path | None = None
    """Access to a machine that the attendee already has. LABKIT_KUBECONFIG."""

    context: str = ""
    """Which entry of that file; "" means its current one. LABKIT_CONTEXT."""

    probe_image: str = PROBE_IMAGE
    """What is run to find out what is offered; must work like ours. LABKIT_PROBE_IMAGE."""

    runtime: Path | None = None
    """The user's folder for what must not outlive a restart. XDG_RUNTIME_DIR."""


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the environment once. Raises SettingInvalid for a value of the wrong form."""
    given = os.environ if environment is None else environment
    user_home = Path(given.get("HOME") or Path.home())
    cache_home = Path(given.get("XDG_CACHE_HOME") or user_home / ".cache")
    return Settings(
        home=Path(given.get("LABKIT_HOME") or _usual_home(user_home)),
        cache=Path(given.get("LABKIT_CACHE") or cache_home / "labkit"),
        language=given.get("LABKIT_LANGUAGE", "en"),
        engine=given.get("LABKIT_ENGINE", ""),
        cluster=given.get("LABKIT_CLUSTER", ""),
        attendee=given.get("LABKIT_ATTENDEE", "me"),
        downloads=_truth("LABKIT_DOWNLOADS", given.get("LABKIT_DOWNLOADS", "yes")),
        seed=_number("LABKIT_SEED", given.get("LABKIT_SEED", "0")),
        shows_progress=_truth("LABKIT_PROGRESS", given.get("LABKIT_PROGRESS", "yes")),
        kubeconfig=Path(given["LABKIT_KUBECONFIG"]) if given.get("LABKIT_KUBECONFIG") else None,
        context=given.get("LABKIT_CONTEXT", ""),
        probe_image=given.get("LABKIT_PROBE_IMAGE") or PROBE_IMAGE,
        runtime=Path(given["XDG_RUNTIME_DIR"]) if given.get("XDG_RUNTIME_DIR") else None,
    )


def _usual_home(user_home: Path) -> Path:
    """~/labkit, unless that is where the repository was cloned to: a lab must not lie in it."""
    usual = user_home / "labkit"
    return user_home / "labkit-home" if (usual / "pyproject.toml").exists() else usual


def _truth(key: str, word: str) -> bool:
    if word.lower() in TRUE_WORDS:
        return True
    if word.lower() in FALSE_WORDS:
        return False
    raise SettingInvalid(key, word, say("yes or no"))


def _number(key: str, word: str) -> int:
    if not word.isdecimal():
        raise SettingInvalid(key, word, say("a whole number of at least 0"))
    return int(word)


def invoking_user() -> int:
    """Whose command this is: the user id behind sudo, else our own."""
    return int(os.environ.get("SUDO_UID", os.getuid()))


def change_environment(values: Mapping[str, str]) -> None:
    """For what a notebook starts from now on: its commands, and the settings read after this."""
    os.environ.update(values)
