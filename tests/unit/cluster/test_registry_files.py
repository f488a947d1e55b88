import tomllib
from pathlib import Path

import pytest
import yaml

from labkit.cluster.local.paths import MachinePaths
from labkit.cluster.local.registry_face import LocalRegistry
from labkit.cluster.local.registry_files import (
    ADDRESS,
    HOST,
    PORT,
    configuration,
    hosts_text,
    known_registry,
    registry_group,
)
from labkit.cluster.names import checked_name
from labkit.foundation.errors import SettingInvalid
from labkit.foundation.process import SystemRunner
from labkit.foundation.settings import read_settings
from labkit.foundation.waiting import SystemClock
from labkit.toolchain.recipes import REGISTRY
from labkit.workshop.image_registry import LOCAL_REGISTRY


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


def test_no_cluster_may_take_the_registrys_name() -> None:
    with pytest.raises(SettingInvalid, match="registry"):
        checked_name("registry", "--name")


def test_everybody_means_the_same_registry() -> None:
    face = LocalRegistry(read_settings({"HOME": "/nowhere"}), SystemRunner(), SystemClock())
    assert face.access == LOCAL_REGISTRY
    assert f"{HOST}:{PORT}" == REGISTRY
