"""How long after the cluster's event the picture in the browser is new."""

from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from playwright.sync_api import Browser

from labkit.foundation.waiting import SystemClock
from labkit.kube.writer import Writer
from labkit.workshop.identities import access_as
from labkit.workshop.rights import Role
from tests.browser.conftest import LESSON, SIZE, Desk
from tests.support.notebook_page import LIMIT_MS, NotebookPage, write_notebook

pytestmark = pytest.mark.cluster
NAME = "tree.ipynb"
EVENTS = 24
LIMIT_SECONDS = 0.3
CELLS = [
    "from labkit.notebook import begin, watch_namespace",
    f'namespace = begin("{LESSON}")',
    "watch_namespace(namespace)",
]
# Notes in the page when a Pod is drawn for the first time, which asking from outside would delay.
NOTE = """
() => {
  window.drawn = {};
  new MutationObserver(() => {
    for (const item of document.querySelectorAll('section[aria-label^=Namespace] li b'))
      window.drawn[item.textContent] ??= Date.now() / 1000;
  }).observe(document.body, {childList: true, subtree: true, characterData: true});
}
"""


@pytest.fixture
def tree(chromium: Browser, desk: Desk) -> Iterator[NotebookPage]:
    write_notebook(desk.notebook(NAME), CELLS)
    page = chromium.new_page(viewport=SIZE)
    page.set_default_timeout(LIMIT_MS)
    notebook = NotebookPage(page, desk.address(NAME))
    notebook.run_all()
    page.get_by_text("Nothing runs here yet.").first.wait_for()
    yield notebook
    page.close()


def test_picture_is_new_within_300_ms_of_the_event(
    tree: NotebookPage, desk: Desk, screenshots: Path
) -> None:
    """Measured from before the request is sent until the page holds the Pod's name.

    Nine of ten: a machine that does something else for a moment is not ours to judge.
    """
    tree.page.evaluate(NOTE)
    namespace = f"{desk.lab.attendee}-{LESSON.partition('-')[0]}"
    seconds = []
    with Writer(access_as(desk.lab, Role.LEARNER, namespace)) as writer:
        for number in range(EVENTS):
            pod = nowhere(f"guest-{number}", namespace)
            asked = SystemClock().now().timestamp()
            writer.create(pod)
            drawn = tree.page.wait_for_function("name => window.drawn[name]", arg=f"guest-{number}")
            seconds.append(drawn.json_value() - asked)
    tree.page.screenshot(path=screenshots / "tree.png")
    figures = f"median {median(seconds):.3f} s, worst {max(seconds):.3f} s of {EVENTS}"
    (screenshots / "tree.txt").write_text(f"event to picture: {figures}\n")
    assert sorted(seconds)[EVENTS * 9 // 10] <= LIMIT_SECONDS, figures


def nowhere(name: str, namespace: str) -> dict[str, Any]:
    """A Pod that no node takes: it costs nothing and waits where it is seen."""
    container = {"name": "guest", "image": "registry.lab.example:5000/hello:1.0"}
    spec = {"containers": [container], "nodeSelector": {"labkit.example/nowhere": "true"}}
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}
