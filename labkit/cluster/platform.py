"""Where the manifests of the add-ons are, and how an object says that it is a stand-in."""

from pathlib import Path

import labkit

PLATFORM = Path(labkit.__file__).resolve().parents[1] / "manifests" / "platform"
STAND_IN = "labkit.example/stand-in"
"""An annotation; its value says for what, and what is missing."""
