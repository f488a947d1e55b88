"""Credentials that change: an exec program is asked again only when it must be."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from labkit.foundation.errors import LabError
from labkit.foundation.process import Completed
from labkit.kube.credentials import Credentials
from labkit.kube.errors import CredentialsRefused, KubeconfigInvalid
from labkit.kube.kubeconfig import Access, ExecCommand
from labkit.kube.reader import Reader
from tests.support.api_server import ApiServer, refusal, said
from tests.support.clock import HeldClock

COMMAND = ExecCommand("labkit", ("token",), (("LAB", "x"),))
ACCESS = Access("https://a.example", exec_command=COMMAND, user="learner")


class Issuing:
    """A runner whose exec program prints token 1, 2, 3 …, good until each given time."""

    def __init__(self, *expirations: str, prints: str = "") -> None:
        self.expirations = expirations
        self.prints = prints
        self.asked: list[tuple[Sequence[str], Mapping[str, str]]] = []

    def __call__(self, command: Sequence[str], **options: Any) -> Completed:
        self.asked.append((command, options["environment"]))
        status = {"token": f"token {len(self.asked)}"}
        if self.expirations:
            status["expirationTimestamp"] = self.expirations[len(self.asked) - 1]
        return Completed(0, self.prints or json.dumps({"status": status}))


def test_exec_program_is_run_with_its_arguments_and_the_question() -> None:
    run = Issuing()
    assert Credentials(ACCESS, run, HeldClock()).current().token == "token 1"
    command, environment = run.asked[0]
    assert command == ["labkit", "token"]
    assert environment["LAB"] == "x"
    question = json.loads(environment["KUBERNETES_EXEC_INFO"])
    assert question["apiVersion"] == "client.authentication.k8s.io/v1"


def test_credential_is_kept_until_shortly_before_it_expires() -> None:
    clock = HeldClock()
    run = Issuing("2026-01-01T09:01:00Z", "2026-01-01T10:00:00Z")
    credentials = Credentials(ACCESS, run, clock)
    credentials.current()
    clock.advance(49)
    assert credentials.current().token == "token 1"
    clock.advance(2)
    assert credentials.current().token == "token 2"


def test_credential_without_an_end_is_kept() -> None:
    clock = HeldClock()
    credentials = Credentials(ACCESS, Issuing(), clock)
    credentials.current()
    clock.advance(1_000_000)
    assert credentials.current().token == "token 1"


@pytest.mark.parametrize(
    "prints",
    [
        pytest.param("hello", id="no JSON"),
        pytest.param("{}", id="no status"),
        pytest.param('{"status": null}', id="empty status"),
        pytest.param('{"status": {}}', id="nothing in it"),
        pytest.param('{"status": {"token": "t", "expirationTimestamp": "soon"}}', id="no time"),
    ],
)
def test_program_that_prints_something_else_is_named(prints: str) -> None:
    with pytest.raises(LabError, match="`labkit` printed no ExecCredential for user learner"):
        Credentials(ACCESS, Issuing(prints=prints), HeldClock()).current()


def test_token_file_is_read_again_each_time(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("one\n")
    credentials = Credentials(Access("https://a", token_file=file), Issuing(), HeldClock())
    assert credentials.current().token == "one"
    file.write_text("two\n")
    assert credentials.current().token == "two"


def test_token_file_that_is_gone_is_named(tmp_path: Path) -> None:
    access = Access("https://a", token_file=tmp_path / "token", user="learner")
    with pytest.raises(KubeconfigInvalid, match=r"user learner.*tokenFile that cannot be read"):
        Credentials(access, Issuing(), HeldClock()).current()


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_401_has_the_program_asked_once_more() -> None:
    run = Issuing()
    with ApiServer() as server, Reader(server.access(exec_command=COMMAND), run=run) as reader:
        server.answers("/version", refusal(401, "expired"), said({"gitVersion": "v1.34.4"}))
        assert reader.version() == "v1.34.4"
        sent = [asked.headers["authorization"] for asked in server.asked]
        assert sent == ["Bearer token 1", "Bearer token 2"]


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_second_401_is_an_error() -> None:
    with ApiServer() as server:
        server.answers("/version", refusal(401, "no"), refusal(401, "no"))
        access = server.access(exec_command=COMMAND)
        with Reader(access, run=Issuing()) as reader, pytest.raises(CredentialsRefused):
            reader.version()
