"""Which cluster is the lab's is recorded at once and whole, and read with care."""

from dataclasses import replace
from pathlib import Path

import pytest

from labkit.cluster.engine import Capability
from labkit.foundation.errors import FileProblem, SettingInvalid
from labkit.foundation.settings import Settings, read_settings
from labkit.workshop.errors import LabNotStarted
from labkit.workshop.lab import forget_lab, open_lab, read_record, record_lab, record_path


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return replace(read_settings({"HOME": str(tmp_path)}), home=tmp_path / "home")


def recorded(settings: Settings) -> None:
    record_lab(
        settings,
        name="lab",
        engine="local",
        kubeconfig=Path("/etc/admin.kubeconfig"),
        capabilities=[Capability.DNS, "storage"],
    )


def test_recorded_lab_is_opened_with_its_capabilities(settings: Settings) -> None:
    recorded(settings)
    lab = open_lab(settings)
    assert (lab.record.name, lab.record.engine) == ("lab", "local")
    assert lab.record.kubeconfig == Path("/etc/admin.kubeconfig")
    assert lab.has("dns")
    assert lab.has("storage")
    assert not lab.has("metrics")


def test_record_is_for_its_owner_alone(settings: Settings) -> None:
    recorded(settings)
    assert record_path(settings).stat().st_mode & 0o777 == 0o600


def test_no_record_means_no_lab_started(settings: Settings) -> None:
    with pytest.raises(LabNotStarted, match="labkit up"):
        open_lab(settings)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"name": 1', '{"name": "lab"}'])
def test_record_that_is_not_ours_says_so(text: str, settings: Settings) -> None:
    recorded(settings)
    record_path(settings).write_text(text)
    with pytest.raises(FileProblem, match=r"lab\.json"):
        read_record(settings)


def test_a_new_cluster_makes_kept_tokens_worthless(settings: Settings) -> None:
    token = settings.home / "tokens" / "me-learner.json"
    token.parent.mkdir(parents=True)
    token.write_text("{}")
    recorded(settings)
    assert not token.exists()


def test_lab_is_forgotten_only_with_its_own_cluster(settings: Settings) -> None:
    recorded(settings)
    forget_lab(settings, "other")
    assert record_path(settings).exists()
    forget_lab(settings, "lab")
    forget_lab(settings, "lab")
    assert not record_path(settings).exists()


def test_lab_of_another_attendee_keeps_the_cluster_of_its_own_home(settings: Settings) -> None:
    record_lab(settings, name="lab", engine="simulated", kubeconfig=Path("/etc/kubeconfig"))
    lab = open_lab(settings)
    other = lab.for_attendee("bob", settings.home / "bob", 3)
    assert other.attendee == "bob"
    assert other.open_engine == lab.engine


@pytest.mark.parametrize("name", ["", "Ada", "a b", "-a", "a" * 25, "ä"])
def test_attendee_that_cannot_prefix_a_namespace_is_refused(name: str, settings: Settings) -> None:
    recorded(settings)
    with pytest.raises(SettingInvalid, match="LABKIT_ATTENDEE"):
        _ = open_lab(replace(settings, attendee=name)).attendee
