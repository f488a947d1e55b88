"""JupyterLab for one learner: on this machine only, behind a token, on their own copies."""

import secrets
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from labkit.foundation.errors import LabError, SettingInvalid
from labkit.foundation.files import write_atomically
from labkit.foundation.process import Companion, beside
from labkit.foundation.settings import Settings
from labkit.foundation.text import say
from labkit.foundation.waiting import Clock, wait_until
from labkit.remote.web import get_pages
from labkit.workshop.names import learner_kubeconfig

HOST = "127.0.0.1"
USUAL_PORT = 8888
PORTS_TRIED = 50
ANSWER_SECONDS = 60  # a first start on a slow disk reads thousands of files; usually 2 to 4 s
LOG_LINES = 15
# Otherwise a question about news of Jupyter covers the first lesson.
OVERRIDES = '{"@jupyterlab/apputils-extension:notification": {"fetchNews": "false"}}\n'


@dataclass(frozen=True, slots=True)
class NotebookServer:
    """What is to be started; nothing runs yet."""

    jupyter: Path
    """The program of the environment that holds labkit, so that kernels can import it."""
    folder: Path
    """What the learner sees in JupyterLab's file list."""
    first: str
    """The notebook that opens, below `folder`."""
    log: Path
    port: int
    environment: dict[str, str] = field(default_factory=dict)
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)

    def address(self, path: str) -> str:
        return f"http://{HOST}:{self.port}/{path}?token={self.token}"

    @property
    def lesson(self) -> str:
        return self.address(f"lab/tree/{self.first}")

    @property
    def settings(self) -> Path:
        """Ours over JupyterLab's own; a learner's choices go before them."""
        return self.log.parent / "jupyter" / "settings"

    def command(self) -> list[str]:
        """The token is not among the arguments, which everybody on the machine can read."""
        return [
            str(self.jupyter),
            "lab",
            f"--ServerApp.ip={HOST}",
            f"--ServerApp.port={self.port}",
            "--ServerApp.port_retries=0",
            f"--ServerApp.root_dir={self.folder}",
            "--ServerApp.open_browser=False",
            "--ServerApp.allow_root=True",
            # Neither news nor updates are looked for: a lab works offline and asks nobody.
            f"--LabApp.app_settings_dir={self.settings}",
            "--LabApp.news_url=",
            "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
            # Where authors work, a save must not write into notebooks/source.
            "--ServerApp.jpserver_extensions={'jupyterlab_jupytext': False}",
        ]


def server_of(settings: Settings, first: str, *, port: int, path: str) -> NotebookServer:
    """JupyterLab of the environment that labkit is in, on the learner's home; `path` as PATH."""
    programs = Path(sys.executable).parent
    kubeconfig = str(learner_kubeconfig(settings))
    return NotebookServer(
        jupyter=programs / "jupyter",
        folder=settings.home,
        first=first,
        log=settings.home / "logs" / "jupyter.log",
        port=port,
        environment={"PATH": f"{programs}:{path}", "KUBECONFIG": kubeconfig},
    )


def free_port(asked: int = 0) -> int:
    """`asked`, or the first free one from 8888 on. Raises SettingInvalid, LabError."""
    if asked and asked not in range(1024, 65536):
        raise SettingInvalid("--port", asked, say("a number from 1024 to 65535"))
    tried = [asked] if asked else range(USUAL_PORT, USUAL_PORT + PORTS_TRIED)
    for port in tried:
        if _is_free(port):
            return port
    raise LabError(
        say("Port {port} of {host} is used by another program.", port=tried[0], host=HOST),
        say("Choose another, such as `labkit lab --port {port}`.", port=tried[0] + 1000),
    )


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


@contextmanager
def serving(server: NotebookServer, clock: Clock) -> Iterator[Companion]:
    """Run it until the block ends; the block begins when it answers. Raises LabError, TimedOut."""
    environment = {
        **server.environment,
        "JUPYTER_TOKEN": server.token,
        "JUPYTER_CONFIG_DIR": str(server.log.parent / "jupyter"),  # not the user's own extensions
        "JUPYTER_PREFER_ENV_PATH": "1",
    }
    write_atomically(server.settings / "overrides.json", OVERRIDES)
    command, folder = server.command(), server.folder
    with beside(command, server.log, environment=environment, folder=folder) as program:
        wait_until(
            lambda: _answers(server, program, clock),
            say("the notebook server"),
            limit_seconds=ANSWER_SECONDS,
            clock=clock,
            last_seen=lambda: last_lines(server.log),
            next_step=say("Read {log}.", log=server.log),
        )
        yield program


def _answers(server: NotebookServer, program: Companion, clock: Clock) -> bool:
    if program.status() is not None:
        raise LabError(
            say("JupyterLab ended with status {status}.", status=program.status()),
            say("Its own words are below, and whole in {log}.", log=server.log),
            last_lines(server.log),
        )
    return get_pages([server.address("api/status")], clock)[0].status == 200


def last_lines(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-LOG_LINES:])
