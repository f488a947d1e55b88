"""Credentials that change while we run: exec programs and token files."""

import json
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from labkit.foundation.errors import LabError
from labkit.foundation.process import Runner
from labkit.foundation.text import say
from labkit.foundation.waiting import Clock
from labkit.kube.errors import KubeconfigInvalid
from labkit.kube.kubeconfig import Access, ExecCommand

RENEW_BEFORE = timedelta(seconds=10)  # a request under way must not outlive its token


@dataclass(frozen=True, slots=True)
class Credential:
    token: str = field(default="", repr=False)
    certificate: str = ""
    key: str = field(default="", repr=False)
    expires: datetime | None = None


class Credentials:
    """The credential of the moment; an exec program runs once until its credential expires."""

    def __init__(self, access: Access, run: Runner, clock: Clock) -> None:
        self._access = access
        self._run = run
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: Credential | None = None

    def current(self) -> Credential:
        access = self._access
        if access.exec_command:
            return self._executed(access.exec_command)
        if access.token_file and not access.token:
            return Credential(_token_in(access), access.certificate, access.key)
        return Credential(access.token, access.certificate, access.key)

    def forget(self) -> bool:
        """After a 401: whether asking again can give another credential."""
        with self._lock:
            self._kept = None
        return self._access.exec_command is not None

    def _executed(self, command: ExecCommand) -> Credential:
        with self._lock:
            kept = self._kept
            if kept and (not kept.expires or self._clock.now() < kept.expires - RENEW_BEFORE):
                return kept
            self._kept = self._ask(command)
            return self._kept

    def _ask(self, command: ExecCommand) -> Credential:
        question = {
            "apiVersion": command.api_version,
            "kind": "ExecCredential",
            "spec": {"interactive": False},
        }
        answered = self._run(
            [command.command, *command.arguments],
            environment={
                **dict(command.environment),
                "KUBERNETES_EXEC_INFO": json.dumps(question),
            },
            next_step=say("It gives user {user} a credential.", user=self._access.user),
        )
        try:
            return _read(dict(json.loads(answered.output)["status"]), self._access)
        except (ValueError, KeyError, TypeError) as trouble:
            raise LabError(
                say(
                    "`{command}` printed no ExecCredential for user {user}.",
                    command=command.command,
                    user=self._access.user,
                ),
                say("Run it by hand and read what it says."),
                answered.errors,
            ) from trouble


def _read(status: dict[str, Any], access: Access) -> Credential:
    expires = status.get("expirationTimestamp")
    token = str(status.get("token") or "")
    certificate = str(status.get("clientCertificateData") or access.certificate)
    if not token and not certificate:
        raise KeyError("token")
    return Credential(
        token,
        certificate,
        str(status.get("clientKeyData") or access.key),
        datetime.fromisoformat(str(expires).replace("Z", "+00:00")) if expires else None,
    )


def _token_in(access: Access) -> str:
    file = access.token_file
    assert file is not None  # noqa: S101  asked for only when there is one
    try:
        return file.read_text(encoding="utf-8").strip()
    except OSError as trouble:
        problem = say("names a tokenFile that cannot be read: {file}", file=file)
        raise KubeconfigInvalid(say("of user {user}", user=access.user), problem) from trouble
