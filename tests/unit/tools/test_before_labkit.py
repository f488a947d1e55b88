"""What of tools runs on a machine that has Python, and no package of ours yet."""

import re
import sys

from labkit.foundation.process import SystemRunner
from tests.content.repository import ROOT

EARLY = ("tools.bootstrap", "tools.prepare")


def test_what_fills_the_environment_needs_no_package_of_it() -> None:
    program = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import {', '.join(EARLY)}"
    SystemRunner()([sys.executable, "-I", "-S", "-c", program])


def test_only_the_bootstrap_runs_in_the_systems_python() -> None:
    """It may be older than the one that .venv was made with."""
    run = re.findall(r"\$\(PYTHON\) -m (\S+)", (ROOT / "Makefile").read_text())
    assert set(run) == {"tools.bootstrap"}
