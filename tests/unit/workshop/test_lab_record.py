"""Which cluster is the lab's is recorded at once and whole, and read with care."""

from dataclasses import replace
from pathlib import Path

import pytest

from labkit.cluster.engine import Capability
from labkit.foundation.errors import FileProblem, SettingInvalid
from labkit.foundation.settings import Settings, read_settings
from labkit.workshop.errors import LabNotStarted
from labkit.workshop.lab import (
    forget_lab,
    is_the_labs,
    meant,
    open_lab,
    read_record,
    record_lab,
    record_path,
)


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


def test_lab_is_forgotten_and_again(settings: Settings) -> None:
    recorded(settings)
    forget_lab(settings)
    forget_lab(settings)
    assert not record_path(settings).exists()


def test_who_names_nothing_means_the_lab_and_the_engine_that_has_it(settings: Settings) -> None:
    record_lab(settings, name="mine", engine="simulated", kubeconfig=Path("/etc/kubeconfig"))
    _simulate(settings, "mine")
    chosen = meant(settings)
    assert (chosen.cluster, chosen.engine) == ("mine", "simulated")
    assert is_the_labs(chosen)


def test_who_names_a_cluster_means_the_engine_that_has_it(settings: Settings) -> None:
    recorded(settings)
    _simulate(settings, "beside")
    assert meant(settings, "beside").engine == "simulated"
    assert meant(settings, "nowhere").engine == "local"
    assert not is_the_labs(meant(settings, "beside"))
    assert not is_the_labs(meant(settings, engine="simulated"))


def test_what_is_named_comes_before_the_environment_and_that_before_the_lab(
    settings: Settings,
) -> None:
    recorded(settings)
    set_outside = replace(settings, cluster="outside", engine="kubeconfig")
    assert meant(set_outside).cluster == "outside"
    assert meant(set_outside).engine == "kubeconfig"
    assert meant(set_outside, "named", "simulated").cluster == "named"
    assert meant(set_outside, "named", "simulated").engine == "simulated"


def test_before_the_first_start_everybody_means_lab_on_the_local_engine(
    settings: Settings,
) -> None:
    chosen = meant(settings)
    assert (chosen.cluster, chosen.engine) == ("lab", "local")


def _simulate(settings: Settings, name: str) -> None:
    note = settings.home / "simulated" / name / "cluster.json"
    note.parent.mkdir(parents=True)
    note.write_text("{}")


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
