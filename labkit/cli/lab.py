"""`labkit lab`: the cluster, then JupyterLab on the first lesson."""

from typing import TYPE_CHECKING, Annotated

import typer

from labkit.foundation.text import say

if TYPE_CHECKING:
    from labkit.foundation.settings import Settings
    from labkit.workshop.notebook_server import NotebookServer

FIRST_LESSON = "notebooks/00-setup.ipynb"


def lab(
    headless: Annotated[
        bool, typer.Option("--headless", help="See that JupyterLab answers, then end it again.")
    ] = False,
    port: Annotated[
        int, typer.Option("--port", help="JupyterLab's port; the first free one from 8888 on.")
    ] = 0,
) -> None:
    """Start the cluster if it does not run, and open JupyterLab on the first lesson."""
    from labkit.cli.cluster import up
    from labkit.foundation.settings import read_settings
    from labkit.workshop.notebook_server import free_port

    chosen = free_port(port)
    up()
    settings = read_settings()
    _hand_out(settings)
    _serve(_described(settings, chosen), headless=headless)


def _hand_out(settings: "Settings") -> None:
    from labkit.workshop.lab import CONTENT
    from labkit.workshop.lesson_files import hand_out_lessons

    told = "{name} has a newer version; yours is kept. Rename yours to get the new one as well."
    for name in hand_out_lessons(settings, CONTENT / "notebooks"):
        print(say(told, name=name))


def _described(settings: "Settings", port: int) -> "NotebookServer":
    """With the cluster's own kubectl in front."""
    from labkit.cli.output import progress_shown
    from labkit.workshop.lab import open_lab
    from labkit.workshop.notebook_server import server_of
    from labkit.workshop.tools import tool_path

    with progress_shown() as progress:
        path = tool_path(open_lab(settings, progress=progress))
    return server_of(settings, FIRST_LESSON, port=port, path=path)


def _serve(server: "NotebookServer", *, headless: bool) -> None:
    from labkit.foundation.waiting import SystemClock
    from labkit.workshop.notebook_server import serving

    with serving(server, SystemClock()) as program:
        print(say("JupyterLab answers. The first lesson:"))
        print(f"  {server.lesson}", flush=True)
        if headless:
            print(say("That was a test: JupyterLab is ended again, the cluster stays up."))
            return
        print(say("Ctrl-C here ends JupyterLab. The cluster stays up until `labkit down`."))
        _open_browser(server.lesson)
        program.wait()
    print(say("JupyterLab has ended; {log} says why.", log=server.log))


def _open_browser(address: str) -> None:
    """Only a window of its own: a browser inside this terminal would take it away."""
    import webbrowser

    try:
        browser = webbrowser.get()
    except webbrowser.Error:
        return
    if type(browser) is not webbrowser.GenericBrowser:  # the class of those that run in a terminal
        browser.open(address)
