"""An exercise worked on in a real browser: once, step by step; each test looks at one side of it.

Nothing waits for time to pass, only for what must show.
"""

import base64
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from labkit.foundation.process import SystemRunner
from labkit.foundation.waiting import SystemClock, wait_until
from labkit.kube.writer import Writer
from labkit.workshop.identities import access_as, kept_token
from labkit.workshop.names import namespace_name
from labkit.workshop.rights import Role
from labkit.workshop.working import solve
from tests.browser.conftest import LESSON, SIZE, Desk
from tests.support.notebook_page import (
    CARDS,
    LIMIT_MS,
    LIVE,
    NotebookPage,
    violations,
    write_notebook,
)

pytestmark = pytest.mark.cluster
NAME = "panel.ipynb"
EXERCISE = "open-the-desk"
CANARY = "canary-that-must-not-sing"
CELLS = [
    "from labkit.notebook import progress, quiz, watch_namespace, work_on",
    f'work_on("{EXERCISE}")',
    "watch_namespace()",
    f'quiz("{LESSON}")',
    f'progress("{LESSON}")',
]
QUESTION = "Three copies run, two of them are ready."
QUESTION_OPTIONS = range(3)
REASON = "only Pods that are ready are in it"
SETTLED = "Deployment desk 2 of 2 copies ready"
THEMES = "lab/api/settings/@jupyterlab/apputils-extension:themes"
TREE = f"{CARDS}[aria-label^=Namespace]"


@dataclass(slots=True)
class Worked:
    """What showed at each stage."""

    desk: Desk
    said: dict[str, str] = field(default_factory=dict)
    objections: dict[str, list[str]] = field(default_factory=dict)
    """Of axe, by theme or page."""
    saved: str = ""


@pytest.fixture(scope="module")
def worked(chromium: Browser, desk: Desk, screenshots: Path) -> Iterator[Worked]:
    write_notebook(desk.notebook(NAME), CELLS)
    page = chromium.new_page(viewport=SIZE)
    page.set_default_timeout(LIMIT_MS)
    told = Worked(desk)
    notebook = NotebookPage(page, desk.address(NAME))
    try:
        _work(notebook, told, screenshots)
        _come_back(notebook, told, screenshots)
        _export(page, told, screenshots)
        yield told
    finally:
        page.screenshot(path=screenshots / "last.png")
        page.close()


def _work(notebook: NotebookPage, told: Worked, screenshots: Path) -> None:
    """Check, take a hint, solve, watch, check again, answer a question; save."""
    page = notebook.page
    notebook.run_all()
    page.get_by_role("progressbar").wait_for()
    told.said["tree before"] = page.locator(TREE).inner_text()
    _press(notebook, "Check", "0 of 10 points")
    told.said["untouched"] = page.locator(LIVE).first.inner_text()
    _press(notebook, "Hint", "✔ hint 1")
    told.said["hinted"] = page.locator(LIVE).first.inner_text()
    _press(notebook, "Solution", "Press again")
    told.said["solution at once"] = page.locator(LIVE).first.inner_text()
    _keep_a_secret(told.desk)
    solve(told.desk.lab, EXERCISE)
    page.locator(f"{TREE} li", has_text=SETTLED).wait_for()
    told.said["tree after"] = page.locator(TREE).inner_text()
    _press(notebook, "Check", "10 of 10 points")
    notebook.top()
    page.screenshot(path=screenshots / "light.png")
    _answer_by_keyboard(notebook)
    page.screenshot(path=screenshots / "quiz.png")
    told.objections["light"] = violations(page, LIVE) + violations(page, CARDS)
    notebook.save()
    told.saved = _saved(told.desk.notebook(NAME))


def _saved(file: Path) -> str:
    def is_there() -> str:
        text = file.read_text()
        return text if REASON in text else ""

    return wait_until(
        lambda: is_there() or None, "the saved notebook", limit_seconds=30, clock=SystemClock()
    )


def _press(notebook: NotebookPage, button: str, shows: str) -> None:
    notebook.button(button).focus()
    notebook.page.keyboard.press("Enter")
    notebook.live(shows).wait_for()


def _answer_by_keyboard(notebook: NotebookPage) -> None:
    keyboard = notebook.page.keyboard
    notebook.page.locator(LIVE).get_by_label("Only the two that are ready.").focus()
    keyboard.press("Space")
    for _ in QUESTION_OPTIONS:
        keyboard.press("Tab")
        if notebook.page.evaluate("document.activeElement.textContent") == "Answer":
            break
    keyboard.press("Enter")
    notebook.live(REASON).wait_for()


def _keep_a_secret(desk: Desk) -> None:
    """Beside what the exercise asks for: a Secret, and a Pod that has it in its environment."""
    namespace = namespace_name(desk.lab.attendee, EXERCISE)
    metadata = {"name": "canary", "namespace": namespace}
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": metadata}
    container = {
        "name": "canary",
        "image": "registry.lab.example:5000/hello:1.0",
        "env": [{"name": "KEY", "value": CANARY}],
        "envFrom": [{"secretRef": {"name": "canary"}}],
    }
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata}
    with Writer(access_as(desk.lab, Role.LEARNER, namespace)) as writer:
        writer.apply({**secret, "stringData": {"WORD": CANARY}})
        writer.apply({**pod, "spec": {"containers": [container]}})


def _come_back(notebook: NotebookPage, told: Worked, screenshots: Path) -> None:
    """In the dark theme: while the kernel lives, then with another kernel."""
    notebook.go_dark(told.desk.server.address(THEMES))
    notebook.open()
    _press(notebook, "Check", "10 of 10 points")
    notebook.top()
    notebook.page.screenshot(path=screenshots / "dark.png")
    told.objections["dark"] = violations(notebook.page, LIVE) + violations(notebook.page, CARDS)
    notebook.shut_down_kernel()
    notebook.open()
    notebook.page.get_by_text("10 of 10 points").first.wait_for()
    notebook.page.screenshot(path=screenshots / "another-kernel.png")
    told.said["another kernel"] = notebook.page.locator(".jp-Notebook").inner_text()


def _export(page: Page, told: Worked, screenshots: Path) -> None:
    """A page of the saved file, without Jupyter behind it."""
    file = told.desk.notebook(NAME)
    convert = [str(told.desk.server.jupyter), "nbconvert", "--to", "html", str(file)]
    SystemRunner()(convert, timeout_seconds=120)
    page.goto(file.with_suffix(".html").as_uri(), wait_until="domcontentloaded")
    page.screenshot(path=screenshots / "export.png", full_page=True)
    told.said["export"] = page.locator("body").inner_text()
    page.get_by_text("Answer", exact=True).first.click()
    told.said["export unfolded"] = page.locator("body").inner_text()
    told.objections["export"] = violations(page, CARDS)


def test_untouched_exercise_is_not_begun_and_says_what_to_do(worked: Worked) -> None:
    said = worked.said["untouched"]
    assert "not started, 0 of 10 points" in said
    assert said.count("○ not started") == 3
    assert "next" in said


def test_ladder_shows_rungs_taken_and_rungs_left(worked: Worked) -> None:
    said = worked.said["hinted"]
    assert "Two objects do it" in said
    assert said.count("not taken yet") == 2


def test_solution_is_shown_to_whoever_asks_twice(worked: Worked) -> None:
    said = worked.said["solution at once"]
    assert "Press again to see the solution" in said
    assert "kind: Deployment" not in said


def test_tree_changes_as_the_cluster_does(worked: Worked) -> None:
    assert "Nothing runs here yet." in worked.said["tree before"]
    after = worked.said["tree after"]
    assert SETTLED in after
    assert after.count("ready, on node") >= 2
    assert "What happened last" in after


@pytest.mark.parametrize("where", ["light", "dark", "export"])
def test_axe_objects_to_nothing(where: str, worked: Worked) -> None:
    assert worked.objections[where] == []


@pytest.mark.parametrize("where", ["another kernel", "export"])
def test_reopened_file_shows_all_that_was_there(where: str, worked: Worked) -> None:
    said = worked.said[where]
    for there in (
        "passed, 10 of 10 points",
        "Two objects do it",
        "not taken yet",
        SETTLED,
        QUESTION,
        "✔ right",
        "exercises passed",
    ):
        assert there in said


def test_no_error_stands_where_the_buttons_were(worked: Worked) -> None:
    said = worked.said["another kernel"]
    assert "Run this cell to have its buttons again." in said
    assert "displaying widget" not in said
    assert "Loading widget" not in said


def test_answers_unfold_without_a_kernel(worked: Worked) -> None:
    second = "An image brought onto the node beforehand is then ignored."
    assert worked.said["export"].count(REASON) == 1  # what was said to the learner's own answer
    assert worked.said["export unfolded"].count(REASON) == 2
    assert second not in worked.said["export unfolded"]


def test_no_secret_is_in_the_saved_file(worked: Worked) -> None:
    token = kept_token(worked.desk.lab, Role.LEARNER).token
    assert "canary" in worked.saved  # its Pod is in the tree
    for secret in (CANARY, base64.b64encode(CANARY.encode()).decode(), token):
        assert secret not in worked.saved
