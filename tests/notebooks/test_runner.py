"""The runner itself, on a lesson that needs no cluster: what it must notice, it notices.

Marked like the lessons that it runs: kernels take seconds to start, too long for every commit.
"""

import re
from pathlib import Path

import pytest

from labkit.authoring.content import Content
from labkit.authoring.errors import ContentError
from labkit.authoring.recording import Recorded, compare, record
from labkit.foundation.errors import ProcessFailed
from labkit.foundation.process import Completed, SystemRunner

pytestmark = pytest.mark.cluster

SANITISING = Path(__file__).with_name("sanitize.cfg")
QUICK = Recorded(Path("/nonexistent"), cell_limit_seconds=4, notebook_limit_seconds=60)

TOY = """\
# %% [markdown]
# # Toy

# %% tags=["parameters"]
engine = "local"
attendee = "me"
namespace = "me-00"

# %%
print(f"{attendee} uses {engine}")

# %%
# !echo "hello-5d59d67564-abcde 1/1 Running 0 12s"

# %%
hangs = 1
"""


def content_with(lesson: str, root: Path) -> Content:
    content = Content(root)
    content.sources.mkdir(parents=True)
    content.expected.mkdir(parents=True)
    (content.sources / "00-toy.py").write_text(lesson)
    content.sanitising.write_text(SANITISING.read_text())
    content.sanitising.with_name("nbval.ini").write_text("[pytest]\n")
    return content


def recorded(content: Content) -> Path:
    source = content.sources / "00-toy.py"
    return record(content, source, content.root, how=QUICK, run=SystemRunner())


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A recorded run, as text."""
    return recorded(content_with(TOY, tmp_path_factory.mktemp("toy"))).read_text()


def compared(text: str, folder: Path) -> Completed:
    content = content_with(TOY, folder)
    path = content.expected / "00-toy.ipynb"
    path.write_text(text)
    return compare(content, path, folder, how=QUICK, run=SystemRunner())


def test_parameters_reach_the_lesson_and_what_differs_is_replaced(toy: str) -> None:
    assert "anna uses local" in toy
    assert "hello-POD ROWS" in toy


def test_recorded_lesson_equals_its_next_run(toy: str, tmp_path: Path) -> None:
    again = compared(toy, tmp_path)
    assert again.status == 0, again.output


def test_cell_that_differs_breaks_or_hangs_fails_the_run_and_is_named(
    toy: str, tmp_path: Path
) -> None:
    """One run for all three: each start of a kernel takes seconds."""
    differs = toy.replace("anna uses local", "anna uses another")
    breaks = differs.replace("!echo", "hello\\n!echo")
    again = compared(breaks.replace("hangs = 1", "while True: pass"), tmp_path)
    assert again.status == 1
    assert re.findall(r"FAILED .*::(Cell \d)", again.output) == ["Cell 2", "Cell 3", "Cell 4"], (
        again.output
    )
    assert "Cell outputs differ" in again.output
    assert "NameError" in again.output
    assert "Timeout of 4 seconds" in again.output


def test_lesson_that_breaks_is_not_recorded(tmp_path: Path) -> None:
    content = content_with(TOY + '\n# %%\nraise ValueError("worn out")\n', tmp_path)
    with pytest.raises(ProcessFailed) as caught:
        recorded(content)
    assert "worn out" in caught.value.evidence
    assert list(content.expected.iterdir()) == []


def test_command_that_complains_is_not_recorded(tmp_path: Path) -> None:
    content = content_with(TOY + "\n# %%\n# !nothing-of-this-name\n", tmp_path)
    with pytest.raises(ContentError, match="not found"):
        recorded(content)
    assert list(content.expected.iterdir()) == []
