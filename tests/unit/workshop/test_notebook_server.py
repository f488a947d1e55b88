import os
import socket
import stat
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from labkit.foundation.errors import LabError, SettingInvalid, TimedOut
from labkit.foundation.settings import read_settings
from labkit.foundation.waiting import SystemClock
from labkit.workshop.notebook_server import (
    HOST,
    NotebookServer,
    free_port,
    server_of,
    serving,
)

pytestmark = pytest.mark.allow_hosts([HOST])


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        yield int(taken.getsockname()[1])


def server_in(folder: Path, jupyter: Path, port: int = 0) -> NotebookServer:
    (folder / "notebooks").mkdir(exist_ok=True)
    return NotebookServer(jupyter, folder, "notebooks/a.ipynb", folder / "logs" / "log", port)


def program(path: Path, line: str) -> Path:
    path.write_text(f"#!/bin/sh\n{line}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_port_that_was_asked_for_and_is_taken_is_named(taken_port: int) -> None:
    with pytest.raises(LabError, match=f"Port {taken_port} of 127.0.0.1 is used"):
        free_port(taken_port)


@pytest.mark.parametrize("port", [-1, 22, 65536])
def test_port_that_a_user_cannot_have_is_wrong_input(port: int) -> None:
    with pytest.raises(SettingInvalid, match=f"--port is {port}"):
        free_port(port)


def test_port_is_chosen_when_none_is_asked_for() -> None:
    assert free_port() >= 8888


def test_token_is_neither_an_argument_nor_in_what_is_shown_of_the_server(tmp_path: Path) -> None:
    server = server_in(tmp_path, Path("jupyter"))
    assert server.token not in " ".join(server.command())
    assert server.token not in repr(server)


def test_each_server_has_a_token_of_its_own(tmp_path: Path) -> None:
    jupyter = Path("jupyter")
    assert server_in(tmp_path, jupyter).token != server_in(tmp_path, jupyter).token


def test_server_that_ends_at_once_is_told_with_its_last_words(tmp_path: Path) -> None:
    server = server_in(tmp_path, program(tmp_path / "jupyter", "echo no module; exit 7"))
    with (
        pytest.raises(LabError, match="JupyterLab ended with status 7") as caught,
        serving(server, SystemClock()),
    ):
        pass
    assert not isinstance(caught.value, TimedOut)
    assert caught.value.evidence == "no module"


def test_nobody_is_asked_about_news_and_the_learners_own_settings_stay(tmp_path: Path) -> None:
    server = server_in(tmp_path, program(tmp_path / "jupyter", "exit 7"))
    with pytest.raises(LabError), serving(server, SystemClock()):
        pass
    assert f"--LabApp.app_settings_dir={server.settings}" in server.command()
    assert '"fetchNews": "false"' in (server.settings / "overrides.json").read_text()


def test_server_of_a_learner_uses_this_environment_and_their_kubeconfig(tmp_path: Path) -> None:
    settings = replace(read_settings({"HOME": str(tmp_path)}), home=tmp_path / "home")
    server = server_of(settings, "notebooks/a.ipynb", port=8901, path="/opt/kubectl")
    assert server.jupyter.parent == Path(sys.executable).parent
    assert server.environment["PATH"] == f"{server.jupyter.parent}:/opt/kubectl"
    assert server.environment["KUBECONFIG"] == str(tmp_path / "home" / "kubeconfig")
    assert server.lesson.startswith("http://127.0.0.1:8901/lab/tree/notebooks/a.ipynb?token=")


def test_jupyterlab_leaves_nothing_running_after_an_error_in_the_block(tmp_path: Path) -> None:
    line = "echo $$ > pid; exec sleep 60"
    server = server_in(tmp_path, program(tmp_path / "jupyter", line))
    with pytest.raises(TimedOut), serving(server, ImpatientClock()):
        pass
    pid = int((tmp_path / "pid").read_text())
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


class ImpatientClock(SystemClock):
    """Whose minute passes in a second: real pauses, a limit that is soon reached."""

    def monotonic(self) -> float:
        return super().monotonic() * 60
