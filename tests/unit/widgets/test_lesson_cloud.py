"""The lab's cloud in a cell: keys to sign with, which are never shown."""

from pathlib import Path

import pytest

from labkit.foundation.process import SystemRunner
from labkit.foundation.settings import read_settings
from labkit.remote.cloud_keys import CloudKeys
from labkit.widgets.lesson_cloud import LessonCloud
from labkit.widgets.lesson_views import cloud_view
from labkit.workshop.cloud import CloudStatus
from labkit.workshop.lab import Lab, LabRecord
from tests.support.clock import HeldClock

KEYS = CloudKeys("http://127.0.0.1:8780/1.0", "app-canary", "secret-canary", "consumer-canary", "p")


def face(folder: Path) -> LessonCloud:
    record = LabRecord("lab", "local", folder / "kubeconfig")
    return LessonCloud(KEYS, Lab(read_settings(), record, SystemRunner(), HeldClock()))


def test_neither_it_nor_its_card_shows_a_key(tmp_path: Path) -> None:
    ours = face(tmp_path)
    card = cloud_view(CloudStatus(running=True, endpoint=KEYS.endpoint, project="p"))
    shown = repr(ours) + str(ours) + card.text + card.html
    assert "canary" not in shown
    assert "http://127.0.0.1:8780/1.0" in shown


def test_it_has_the_three_keys_of_a_signature(tmp_path: Path) -> None:
    ours = face(tmp_path)
    keys = (ours.application_key, ours.application_secret, ours.consumer_key)
    assert keys == ("app-canary", "secret-canary", "consumer-canary")


@pytest.mark.parametrize(("given", "used"), [("", "consumer-canary"), ("narrow", "narrow")])
def test_client_is_the_official_one_with_the_key_it_was_given(
    tmp_path: Path, given: str, used: str
) -> None:
    client = face(tmp_path).client(given)
    assert (type(client).__module__, client._consumer_key) == ("ovh.client", used)


def test_kubeconfig_is_for_its_owner_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = face(tmp_path).save_kubeconfig("kind: Config\n", "demo.yaml")
    assert path.read_text() == "kind: Config\n"
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("engine", "told"), [("local", "What you order is real"), ("simulated", "run no Pods")]
)
def test_card_says_what_is_real(engine: str, told: str) -> None:
    card = cloud_view(CloudStatus(running=True, endpoint="e", engine=engine, project="p"))
    assert told in card.text
    assert told in card.html
