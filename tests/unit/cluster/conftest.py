"""What tests of root's side share."""

from pathlib import Path

import pytest


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """One that everybody may read and nobody else can change, as far up as the test's folder."""
    path = tmp_path / "bin" / "v1" / "kubelet"
    path.parent.mkdir(parents=True)
    path.write_text("kubelet")
    for each in (tmp_path, tmp_path / "bin", path.parent, path):
        each.chmod(0o755)
    return path
