"""Following an object of the cloud: each change is told, an error ends it, gone is a place too."""

from typing import Any

import pytest

from labkit.foundation.errors import TimedOut
from labkit.remote.errors import CloudRefused
from labkit.remote.ovhcloud import ReadOnlyCloud
from labkit.workshop.cloud_following import GONE, POLL_SECONDS, follow_status
from labkit.workshop.errors import CloudObjectFailed
from tests.support.clock import HeldClock

PATH = "/cloud/project/p/kube/k"
MISSING = 404


class Scripted(ReadOnlyCloud):
    """Answers with one status after the other, the last for ever; a number is a refusal."""

    def __init__(self, *script: str | int) -> None:
        self._script = list(script)

    def get(self, path: str, *, signed: bool = True) -> Any:
        said = self._script.pop(0) if len(self._script) > 1 else self._script[0]
        if isinstance(said, int):
            raise CloudRefused(f"GET {path}", said, ("Client::NotFound", "no"))
        return {"status": said, "signed": signed}


class Followed:
    """A follower's ears."""

    def __init__(self, *script: str | int, until: str = "READY") -> None:
        self.cloud = Scripted(*script)
        self.until = until
        self.heard: list[str] = []

    def ends(self) -> Any:
        return follow_status(
            self.cloud,
            PATH,
            until=self.until,
            limit_seconds=60,
            clock=HeldClock(),
            tell=self.heard.append,
        )


def test_each_change_is_told_once_with_its_seconds() -> None:
    polls = round(1 / POLL_SECONDS)
    followed = Followed(*["INSTALLING"] * polls, "READY")
    assert followed.ends()["status"] == "READY"
    assert followed.heard == ["INSTALLING (after 0 s)", "READY (after 1 s)"]


@pytest.mark.parametrize("status", ["ERROR", "USER_QUOTA_ERROR", "FLAVOR_OUT_OF_STOCK_ERROR"])
def test_an_error_is_an_answer_and_ends_the_wait(status: str) -> None:
    followed = Followed("INSTALLING", status, "READY")
    with pytest.raises(CloudObjectFailed, match=f"became {status} while READY was awaited"):
        followed.ends()
    assert followed.heard[-1].startswith(status)


def test_an_error_may_be_what_is_awaited() -> None:
    followed = Followed("INSTALLING", "USER_QUOTA_ERROR", until="USER_QUOTA_ERROR")
    assert followed.ends()["status"] == "USER_QUOTA_ERROR"


def test_gone_is_when_the_path_answers_404() -> None:
    followed = Followed("DELETING", MISSING, until=GONE)
    assert followed.ends() is None
    assert followed.heard == ["DELETING (after 0 s)", "gone (after 0 s)"]


def test_what_goes_while_it_is_awaited_ready_is_told_at_the_limit() -> None:
    with pytest.raises(TimedOut) as stopped:
        Followed(MISSING).ends()
    assert GONE in str(stopped.value)


def test_another_refusal_ends_the_wait() -> None:
    with pytest.raises(CloudRefused):
        Followed(403).ends()
