from pathlib import Path

import pytest
import yaml

from labkit.cluster.control_plane import ControlPlane, api_server
from labkit.cluster.credentials import ensure_credentials
from labkit.cluster.doors import managed_access
from labkit.cluster.local.door import door_commands
from labkit.cluster.local.network import Network
from labkit.foundation.waiting import SystemClock
from labkit.kube.kubeconfig import Access, kubeconfig_text, read_access

NETWORK = Network("lab", 7)
NFT = "/usr/sbin/nft"


def kubeconfig(folder: Path, server: str) -> Path:
    path = folder / "kubeconfig"
    path.write_text(kubeconfig_text(Access(server, token="t")))
    return path


def test_open_door_is_no_table_at_all() -> None:
    [command] = door_commands(NETWORK, (), NFT)
    assert command.stdin == "table inet door {}\ndelete table inet door\n"
    assert command.words[-3:] == (NFT, "-f", "-")


def test_table_is_replaced_whole_and_looks_only_at_what_the_host_sends() -> None:
    [command] = door_commands(NETWORK, ("10.42.0.0/16", "203.0.113.7/32"), NFT)
    before, _, table = command.stdin.partition("delete table inet door\n")
    assert before == "table inet door {}\n"
    assert "elements = { 10.42.0.0/16, 203.0.113.7/32 }" in table
    assert 'iifname != { "lo", "br0" } ip daddr 198.18.7.1 tcp dport 6443' in table
    assert "ip saddr != @allowed reject with tcp reset" in table


def test_labkits_own_door_is_beside_the_one_that_people_use(tmp_path: Path) -> None:
    access = managed_access(kubeconfig(tmp_path, "https://198.18.7.1:6443"))
    assert access.server == f"https://{NETWORK.router_address}:6443"
    assert (access.server_name, access.token) == ("kubernetes", "t")


@pytest.mark.parametrize("server", ["https://127.0.0.1:21001", "https://api.example:6443"])
def test_other_engines_have_one_door(tmp_path: Path, server: str) -> None:
    path = kubeconfig(tmp_path, server)
    assert managed_access(path) == read_access(path)


def test_controllers_call_at_labkits_own_door_and_components_do_not(tmp_path: Path) -> None:
    plane = ControlPlane({}, tmp_path, NETWORK.api_address, own_address=NETWORK.router_address)
    ensure_credentials(plane, "lab", SystemClock().now())
    servers = {path.stem: server_of(path) for path in plane.pki.glob("*.kubeconfig")}
    assert servers.pop("controllers") == ("https://198.18.7.253:6443", "kubernetes")
    assert set(servers.values()) == {("https://198.18.7.1:6443", None)}


def server_of(path: Path) -> tuple[str, str | None]:
    cluster = yaml.safe_load(path.read_text())["clusters"][0]["cluster"]
    return cluster["server"], cluster.get("tls-server-name")


def test_api_server_listens_at_both_doors_where_there_are_two() -> None:
    programs = {"kube-apiserver": Path("/kube-apiserver")}
    one = ControlPlane(programs, Path("/data"), "127.0.0.1")
    two = ControlPlane(programs, Path("/data"), "198.18.7.1", own_address="198.18.7.253")
    assert "--bind-address=127.0.0.1" in api_server(one).command
    assert "--bind-address=0.0.0.0" in api_server(two).command
    assert "--advertise-address=198.18.7.1" in api_server(two).command
