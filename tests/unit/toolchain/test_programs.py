import re
from dataclasses import replace
from pathlib import Path

import pytest

from labkit.toolchain.errors import ToolchainError, ToolMissing
from labkit.toolchain.programs import (
    COREDNS,
    KUBERNETES,
    OF_OTHER_MINORS,
    TOOLS,
    Tool,
    grouped,
    kubernetes_minors,
)
from tests.support.tools import tiny_tool

ASKED_FOR = [
    *("kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy"),
    *("kubectl", "etcd", "coredns", "metrics-server", "kwok"),
]


@pytest.mark.parametrize("tool", [*TOOLS, *OF_OTHER_MINORS], ids=lambda tool: tool.name)
def test_tool_reads_its_version_from_its_pins(tool: Tool) -> None:
    assert re.fullmatch(r"v\d+\.\d+\.\d+", tool.version())
    assert tool.go_version() >= (1, 24)
    assert (tool.folder / "go.sum").stat().st_size > 0


def test_every_program_of_a_cluster_has_a_tool() -> None:
    assert [n for _, names in grouped(ASKED_FOR, TOOLS) for n in names] == ASKED_FOR


def test_program_nobody_makes_is_named_with_the_known_ones() -> None:
    with pytest.raises(ToolMissing, match="named 'kubelett'") as failure:
        grouped(["etcd", "kubelett"], TOOLS)
    assert "kubelet" in failure.value.next_step


def test_only_the_asked_programs_of_a_tool_are_meant() -> None:
    assert grouped(["kubectl", "etcd"], TOOLS)[0] == (KUBERNETES, ["kubectl"])


def test_kubernetes_is_linked_with_its_version() -> None:
    flags = KUBERNETES.linking()
    version = KUBERNETES.version()
    assert f"-X k8s.io/component-base/version.gitVersion={version} " in flags
    assert f"-X k8s.io/client-go/pkg/version.gitVersion={version} " in flags
    assert "-X k8s.io/component-base/version.gitMinor=34 " in flags


def test_each_minor_is_made_of_modules_of_that_minor_alone() -> None:
    for minor, tool in kubernetes_minors().items():
        pins = (tool.folder / "go.mod").read_text()
        staged = re.findall(r"=> k8s\.io/\S+ v0\.(\d+)\.(\d+)", pins)
        assert {f"v1.{each}.{patch}" for each, patch in staged} == {tool.version()}
        assert tool.version().startswith(f"v{minor}.")


def test_tool_without_its_module_in_the_pins_is_an_error(tmp_path: Path) -> None:
    tool = replace(tiny_tool(tmp_path), module="example.com/other")
    with pytest.raises(ToolchainError, match=r"does not pin example\.com/other"):
        tool.version()


@pytest.mark.parametrize("file", ["go.mod", "go.sum", "main.go"])
def test_edit_of_a_file_beside_the_pins_changes_the_place_in_the_cache(
    tmp_path: Path, file: str
) -> None:
    tool = tiny_tool(tmp_path / "tiny")
    before = tool.cache_name()
    with (tool.folder / file).open("a") as content:
        content.write("// edited\n")
    assert tool.cache_name() != before


def test_other_link_flags_change_the_place_in_the_cache(tmp_path: Path) -> None:
    tool = tiny_tool(tmp_path / "tiny")
    assert replace(tool, link_flags="").cache_name() != tool.cache_name()
    assert tool.cache_name().startswith("tiny-v1.2.3-")


def test_our_dns_server_has_the_plugins_of_a_cluster() -> None:
    source = (COREDNS.folder / "main.go").read_text()
    for plugin in ("kubernetes", "forward", "cache", "ready", "health", "loop", "reload"):
        assert f"coredns/plugin/{plugin}" in source
