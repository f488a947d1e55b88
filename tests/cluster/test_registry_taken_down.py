"""The machine's registries, taken down on a machine apart: nothing of them is left."""

import sys
from pathlib import Path

import pytest

from labkit.cluster.local.paths import MachinePaths
from labkit.cluster.local.trusted import trusted_python
from labkit.foundation.process import SystemRunner
from labkit.foundation.progress import Quiet
from labkit.foundation.settings import read_settings
from labkit.foundation.waiting import SystemClock
from labkit.toolchain.provide import provide
from tests.support.rights import needs_root

pytestmark = [pytest.mark.cluster, needs_root]
MACHINE_APART = ["unshare", "--net", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child"]
COME_AND_GO = """
look() {
  ps -eo args= | grep -e '[s]upervisord' -e '[l]ocal.agent' -e '[r]egistry serve' || true
  ip -brief address
  find /run /var/lib/labkit -not -path '/var/lib/labkit/p[ry]*' | sort
}
mkdir -p python /var/lib/labkit/python
mount --bind /var/lib/labkit/python python
for folder in /run /var/lib/labkit; do mount -t tmpfs none "$folder"; done
mkdir /var/lib/labkit/python
mount --bind python /var/lib/labkit/python
ip link set lo up
look >before
"$0" -m labkit.cli.main registry up --private
look >alone
"$0" -m labkit.cli.main registry down --private
look >after-private
"$0" -m labkit.cli.main registry up
"$0" -m labkit.cli.main registry up --private
look >between
"$0" -m labkit.cli.main registry down
look >after
"""


def test_registry_taken_down_leaves_nothing(tmp_path: Path) -> None:
    """On a machine apart, as far as it sees: the one here may be somebody's, images and all."""
    run, clock = SystemRunner(), SystemClock()
    provide(["registry"], settings=read_settings(), run=run, progress=Quiet(), clock=clock)
    trusted_python(MachinePaths(), run, Quiet())  # root's copy of us, made with packages from afar
    script = ["sh", "-euc", COME_AND_GO, sys.executable]
    run(
        [*MACHINE_APART, *script],
        folder=tmp_path,
        environment={"LABKIT_HOME": str(tmp_path / "home")},
    )
    look = {path.name: path.read_text() for path in tmp_path.iterdir() if path.is_file()}
    assert look["alone"].count("registry serve") == 1
    assert look["between"].count("registry serve") == 2
    assert "198.18.0.1" in look["between"]
    assert look["after-private"] == look["before"]
    assert look["after"] == look["before"]
