"""JupyterLab in a browser: open a notebook, run it, save it; and axe on what labkit draws."""

from collections.abc import Sequence
from pathlib import Path

import nbformat
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page

LIVE = ".labkit-live"
"""Our widgets."""
CARDS = "section[role=group]"
"""Our static outputs, also those within widgets."""
LIMIT_MS = 60_000  # of any one wait; a kernel on a busy machine takes 10 s to start
# JupyterLab's frames have no size of their own, so axe takes all within them for invisible.
NOTHING_CUT_OFF = """
body { min-height: 100vh }
body, body :has(section[role=group]) { overflow: visible !important }
"""
DARK = '{"raw": "{\\"theme\\": \\"JupyterLab Dark\\"}"}'


def write_notebook(path: Path, cells: Sequence[str]) -> Path:
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = nbformat.v4.new_notebook(  # type: ignore[no-untyped-call]
        cells=[nbformat.v4.new_code_cell(cell) for cell in cells],  # type: ignore[no-untyped-call]
        metadata={"kernelspec": kernel},
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)  # type: ignore[no-untyped-call]
    return path


class NotebookPage:
    """The same `page` may show another notebook, or the same once more."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self._address = address
        self.open()

    def open(self) -> None:
        self.page.goto(self._address)
        self.page.get_by_text("| Idle").wait_for()  # in the status bar: the kernel is there

    def run_all(self) -> None:
        self._menu("Run", "Run All Cells")

    def save(self) -> None:
        self._menu("File", "Save Notebook")

    def shut_down_kernel(self) -> None:
        self._menu("Kernel", "Shut Down Kernel")
        self.page.get_by_text("No Kernel").first.wait_for()

    def go_dark(self, settings: str) -> None:
        """Whatever is opened from now on. `settings` is the address of the themes' settings."""
        assert self.page.request.put(settings, data=DARK).ok

    def top(self) -> None:
        self.page.locator(".jp-WindowedPanel-outer").evaluate("panel => panel.scrollTop = 0")

    def button(self, name: str) -> Locator:
        return self.page.locator(LIVE).get_by_role("button", name=name, exact=True)

    def live(self, text: str) -> Locator:
        """Text of a widget."""
        return self.page.locator(LIVE).get_by_text(text).first

    def _menu(self, menu: str, command: str) -> None:
        self.page.locator(".lm-MenuBar-item", has_text=menu).first.click()
        self.page.locator(".lm-Menu-item").get_by_text(command, exact=True).click()


def violations(page: Page, where: str) -> list[str]:
    """What axe-core objects to within the elements that `where` selects; there must be some."""
    page.add_style_tag(content=NOTHING_CUT_OFF)
    found = Axe().run(page, context={"include": [[where]]}, options={}).response
    assert "color-contrast" in {one["id"] for one in found["passes"]}, "axe saw no text"
    return [
        f"{one['id']}: {node['html'][:200]}" for one in found["violations"] for node in one["nodes"]
    ]
