"""Where each cluster's administrator's kubeconfig is: one place for all engines of a home."""

from pathlib import Path

from labkit.cluster.errors import ClusterError
from labkit.foundation.text import say


def administrator_path(home: Path, name: str) -> Path:
    return home.absolute() / "clusters" / name / "admin.kubeconfig"


def refuse_taken_name(home: Path, name: str, *, is_ours: bool, engine: str) -> None:
    """Two engines would write one file: the later must take another name. Raises ClusterError."""
    if administrator_path(home, name).exists() and not is_ours:
        raise ClusterError(
            say("Another engine has a cluster called {name} in {home}.", name=name, home=home),
            say(
                "Choose another name: `labkit up --engine {engine} --name {name}2`.",
                engine=engine,
                name=name[:18],
            ),
        )
