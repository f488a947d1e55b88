"""Each version is pinned once, in pyproject.toml; every other place says the same."""

import re
import tomllib

import pytest
import yaml

from tests.content.repository import ROOT

PIN = re.compile(r"^(?P<name>[A-Za-z0-9_.-]+)==(?P<version>[^\s;]+)")
LOCKS = ("lab", "dev", "agent")


def pins(lines: list[str]) -> dict[str, str]:
    found = [match for line in lines if (match := PIN.match(line))]
    return {normal(match["name"]): match["version"] for match in found}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def project() -> dict[str, list[str]]:
    """What a learner needs, and what a developer needs besides."""
    table = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return {"lab": table["dependencies"], "dev": table["optional-dependencies"]["dev"]}


def lock(name: str) -> dict[str, str]:
    return pins((ROOT / "requirements" / f"{name}.lock").read_text().splitlines())


def test_every_direct_dependency_is_pinned() -> None:
    for lines in project().values():
        assert len(pins(lines)) == len(lines)


def test_environment_for_conda_has_the_pins_of_the_lab() -> None:
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    (pip,) = [entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict)]
    assert pins(pip) == pins(project()["lab"])


def test_locks_hold_every_pin() -> None:
    wanted = pins(project()["lab"])
    assert wanted.items() <= lock("lab").items()
    assert (wanted | pins(project()["dev"])).items() <= lock("dev").items()


def test_development_and_the_root_agent_run_on_the_versions_that_learners_have() -> None:
    assert lock("lab").items() <= lock("dev").items()
    assert lock("agent").items() <= lock("lab").items()


def test_lock_of_the_root_agent_holds_what_it_asks_for() -> None:
    asked = [
        line.strip()
        for line in (ROOT / "requirements" / "agent.in").read_text().splitlines()
        if line.strip() and not line.startswith("#")
    ]
    assert {normal(name) for name in asked} <= lock("agent").keys()


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_has_a_hash(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.lock").read_text()
    entries = re.split(r"\n(?=\S)", text.strip())
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_official_client_has_the_minor_of_the_cluster() -> None:
    modules = (ROOT / "labkit/toolchain/kubernetes/go.mod").read_text()
    (version,) = re.findall(r"k8s\.io/kubernetes v1\.(\d+)\.", modules)
    assert pins(project()["lab"])["kubernetes"].split(".")[0] == version
