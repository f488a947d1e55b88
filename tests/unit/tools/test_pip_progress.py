from pathlib import Path

from tests.support.progress import RecordedProgress
from tools.pip_progress import FETCH, WRITE, PipProgress

LOCK = """\
anyio==4.16.0 \\
    --hash=sha256:aa
appnope==1.0.0 ; sys_platform == 'darwin' \\
    --hash=sha256:bb
certifi==2026.10.18 \\
    --hash=sha256:cc
"""


def pip_progress(folder: Path, progress: RecordedProgress) -> PipProgress:
    lock = folder / "lab.lock"
    lock.write_text(LOCK)
    return PipProgress(lock, folder / ".venv", progress)


def test_packages_are_counted_among_those_that_this_machine_needs(tmp_path: Path) -> None:
    progress = RecordedProgress()
    with pip_progress(tmp_path, progress) as watch:
        watch("Ignoring appnope: markers 'sys_platform == \"darwin\"' don't match your environment")
        watch("Collecting anyio==4.16.0")
        watch("  Using cached anyio-4.16.0-py3-none-any.whl (110 kB)")
        watch("Requirement already satisfied: certifi==2026.10.18 in /somewhere")
    assert progress.advances[FETCH] == [(0, 2), (1, 2), (1, 2), (2, 2)]
    assert progress.steps == [(FETCH, True)]


def test_writing_is_a_step_of_its_own(tmp_path: Path) -> None:
    progress = RecordedProgress()
    with pip_progress(tmp_path, progress) as watch:
        watch("Collecting anyio==4.16.0")
        watch("Installing collected packages: anyio, certifi")
    assert progress.steps == [(FETCH, True), (WRITE, True)]


def test_failure_ends_the_step_that_it_happened_in(tmp_path: Path) -> None:
    progress = RecordedProgress()
    failing = pip_progress(tmp_path, progress)
    failing.__enter__()("Installing collected packages: anyio, certifi")
    failing.__exit__(OSError, OSError("no space"), None)
    assert progress.steps == [(FETCH, True), (WRITE, False)]
