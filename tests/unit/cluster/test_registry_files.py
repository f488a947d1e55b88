import tomllib
from pathlib import Path

import pytest
import yaml

from labkit.cluster.local.paths import MachinePaths
from labkit.cluster.local.registry_files import (
    ADDRESS,
    HOST,
    OPEN,
    PORT,
    PRIVATE,
    REALMS,
    configuration,
    hosts_text,
    known_registries,
    known_registry,
    registry_group,
)
from labkit.cluster.names import checked_name
from labkit.foundation.errors import SettingInvalid
from labkit.foundation.process import SystemRunner
from labkit.foundation.settings import read_settings
from labkit.foundation.waiting import SystemClock
from labkit.grading.criteria.pull_secret_slips import PLACE as JUDGED
from labkit.toolchain.recipes import REGISTRY
from labkit.workshop.image_registry import (
    LOCAL_PLACE,
    LOCAL_REGISTRY,
    PRIVATE_PLACE,
    PRIVATE_REGISTRY,
    Registries,
)


def test_containerd_is_led_to_the_address_and_trusts_its_authority_only() -> None:
    told = tomllib.loads(hosts_text(Path("/var/lib/labkit/registry/ca.crt")))
    assert told["server"] == f"https://{ADDRESS}:{PORT}"
    assert told["host"] == {
        f"https://{ADDRESS}:{PORT}": {
            "capabilities": ["pull", "resolve"],
            "ca": "/var/lib/labkit/registry/ca.crt",
        }
    }


def test_registry_listens_on_its_own_address_with_tls_and_keeps_its_data_in_its_folder() -> None:
    written = yaml.safe_load(configuration(Path("/there"), "word"))
    assert written["http"]["addr"] == f"{ADDRESS}:{PORT}"
    assert written["http"]["tls"] == {
        "certificate": "/there/server.crt",
        "key": "/there/server.key",
    }
    assert written["storage"]["filesystem"] == {"rootdirectory": "/there/data"}


def test_registry_runs_as_nobody_and_looks_for_no_collector(tmp_path: Path) -> None:
    (plan,) = registry_group(MachinePaths(data=tmp_path), Path("/programs/registry")).plans
    assert plan.command[:5] == (
        "setpriv",
        "--reuid=65534",
        "--regid=65534",
        "--clear-groups",
        "--",
    )
    assert plan.command[5:] == ("/programs/registry", "serve", f"{tmp_path}/registry/config.yml")
    assert ("OTEL_TRACES_EXPORTER", "none") in plan.environment


def test_registry_is_known_from_its_first_start_on(tmp_path: Path) -> None:
    machine = MachinePaths(data=tmp_path)
    assert known_registry(machine) is None
    machine.registry.mkdir()
    (machine.registry / "program").write_text("/programs/registry")
    assert known_registry(machine) == registry_group(machine, Path("/programs/registry"))


def test_private_registry_is_another_process_on_another_port_with_logins() -> None:
    written = yaml.safe_load(configuration(Path("/there"), "word", PRIVATE))
    assert written["http"]["addr"] == f"{ADDRESS}:5001"
    assert written["auth"] == {
        "htpasswd": {"realm": "private.lab.example", "path": "/there/htpasswd"}
    }
    assert "auth" not in yaml.safe_load(configuration(Path("/there"), "word", OPEN))


def test_nodes_trust_the_private_registry_and_are_given_no_login() -> None:
    told = tomllib.loads(hosts_text(Path("/ca.crt"), PRIVATE))
    assert told["host"] == {
        PRIVATE.url: {"capabilities": ["pull", "resolve"], "ca": "/ca.crt"},
    }


def test_each_registry_is_known_by_its_own_note(tmp_path: Path) -> None:
    machine = MachinePaths(data=tmp_path)
    PRIVATE.folder(machine).mkdir()
    (PRIVATE.folder(machine) / "program").write_text("/programs/registry")
    assert known_registry(machine, OPEN) is None
    (group,) = known_registries(machine)
    assert group.name == "private-registry"
    assert group.plans[0].command[-1] == f"{tmp_path}/private-registry/config.yml"


@pytest.mark.parametrize("name", REALMS)
def test_no_cluster_may_take_a_registrys_name(name: str) -> None:
    with pytest.raises(SettingInvalid, match="registry"):
        checked_name(name, "--name")


def test_everybody_means_the_same_registry() -> None:
    registries = Registries(read_settings({"HOME": "/nowhere"}), SystemRunner(), SystemClock())
    assert registries.local().access == LOCAL_REGISTRY
    assert f"{HOST}:{PORT}" == REGISTRY == LOCAL_PLACE
    assert registries.of(PRIVATE_REGISTRY).access == PRIVATE_REGISTRY
    assert PRIVATE.place == PRIVATE_PLACE == JUDGED
