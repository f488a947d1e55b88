"""Which Kubernetes minors a cluster and its nodes may have, and which programs those are.

The rules are upstream's version skew policy: one minor at a time, never back, no node ahead of
the control plane.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from labkit.cluster.engine import ClusterConfig, NodeShape
from labkit.foundation.errors import SettingInvalid
from labkit.foundation.text import say
from labkit.toolchain.means import Means
from labkit.toolchain.programs import KUBERNETES, TOOLS, Tool, kubernetes_minors
from labkit.toolchain.provide import provide

VERSIONED = tuple(name for name in KUBERNETES.programs if name != "kubectl")
OLDEST_NODE = 3  # minors that a kubelet may be behind its API server


def newest() -> str:
    return list(kubernetes_minors())[-1]


def patch_of(minor: str) -> str:
    """The version that a minor is here: 1.33 is v1.33.13."""
    return kubernetes_minors()[minor].version()


def checked_version(version: str) -> str:
    """Raises SettingInvalid for a minor that there are no programs of."""
    known = kubernetes_minors()
    if version and version not in known:
        raise SettingInvalid("version", version, say("one of {known}", known=", ".join(known)))
    return version


def upgraded(present: str, wanted: str) -> str:
    """The minor that follows from what is and what is wanted; "" wants what is.

    Raises SettingInvalid for a way back, and for more than one minor at a time.
    """
    step = _minor(checked_version(wanted) or present) - _minor(present)
    if step < 0:
        expected = say("{present} or newer: a cluster has no way back", present=present)
        raise SettingInvalid("version", wanted, expected)
    if step > 1:
        expected = say("the minor after {present}: none can be skipped", present=present)
        raise SettingInvalid("version", wanted, expected)
    return wanted or present


def check_node(version: str, plane: str) -> None:
    """Raises SettingInvalid for a node that the control plane would not get on with."""
    behind = _minor(plane) - _minor(checked_version(version) or plane)
    if behind < 0:
        expected = say("at most {plane}, as the control plane", plane=plane)
        raise SettingInvalid("node's version", version, expected)
    if behind > OLDEST_NODE:
        expected = say("at most {count} minors behind {plane}", count=OLDEST_NODE, plane=plane)
        raise SettingInvalid("node's version", version, expected)


def check_skew(plane: str, nodes: Iterable[NodeShape]) -> None:
    for node in nodes:
        check_node(node.version, plane)


def _minor(version: str) -> int:
    return int(version.partition(".")[2])


def programs_for(config: ClusterConfig, names: Iterable[str], means: Means) -> dict[str, Path]:
    """Found, downloaded or built: those that Kubernetes has of each minor as `name@minor`."""
    minors = {config.version or newest(), *(each.version for each in config.nodes)} - {""}
    asked = list(names)
    found = _provided([name for name in asked if name not in VERSIONED], means, TOOLS)
    for minor in sorted(minors):
        versioned = [name for name in asked if name in VERSIONED]
        made = _provided(versioned, means, (kubernetes_minors()[minor],))
        found |= {f"{name}@{minor}": path for name, path in made.items()}
    return found


def _provided(names: list[str], means: Means, tools: Sequence[Tool]) -> dict[str, Path]:
    return provide(
        names,
        settings=means.settings,
        run=means.run,
        progress=means.progress,
        clock=means.clock,
        tools=tools,
    )


def programs_of(programs: Mapping[str, Path], minor: str) -> dict[str, Path]:
    """By their plain names. What was noted before there were minors has no other name."""
    plain = {name: path for name, path in programs.items() if "@" not in name}
    ending = f"@{minor}"
    return plain | {
        name.removesuffix(ending): path for name, path in programs.items() if name.endswith(ending)
    }
