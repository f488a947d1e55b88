"""Whatever is sent, the emulator answers as an API does: no 500, an error has class and message.

`make check` runs a small, always equal part; `make test` all of it, drawn anew each time.
"""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import run_state_machine_as_test

from labkit.cloud.auth.models import Credential
from labkit.cloud.kube.changing import delete_cluster
from labkit.cloud.kube.models import Cluster
from tests.contract.cloud.described import problems
from tests.contract.cloud.hostile import Answer, Attempt, attempts, send
from tests.contract.cloud.place import prepare
from tests.contract.cloud.remembering import Remembering
from tests.support.cloud import Stage
from tests.support.served_cloud import Front

HEALTH = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]
FEW = settings(max_examples=250, derandomize=True, deadline=None, database=None,
               suppress_health_check=HEALTH)  # fmt: skip
MANY = settings(FEW, max_examples=4000, derandomize=False, print_blob=True)
SHORT_LIVES = settings(FEW, max_examples=12, stateful_step_count=15)
LIVES = settings(MANY, max_examples=50, stateful_step_count=30)


class Crowded:
    """An emulator with a cluster that has everything; a new one when a call deleted it."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self._calls = 0
        self._parts: dict[str, str] = {}

    def parts(self) -> dict[str, str]:
        cluster = self.stage.cloud.store.get(Cluster, self._parts.get("kubeId", ""))
        if cluster is None or cluster.busy == "DELETING" or not self._calls % 50:
            self._begin_anew()
        self._calls += 1
        return self._parts

    def _begin_anew(self) -> None:
        cloud = self.stage.cloud
        for cluster in cloud.store.all(Cluster):
            delete_cluster(cloud, cluster)
        credential = cloud.store.get(Credential, self.stage.keys.consumer_key)
        assert credential is not None
        cloud.store.put(credential.but(status="validated"))
        self.stage.settle()
        self._parts = dict(prepare(self.stage, "").parts)


@pytest.fixture
def crowded(stage: Stage) -> Crowded:
    return Crowded(stage)


def ask_at_random(crowded: Crowded, data: st.DataObject) -> None:
    attempt = data.draw(attempts(crowded.parts()))
    assert complaints(attempt, send(crowded.stage, attempt)) == []


def complaints(attempt: Attempt, answer: Answer) -> list[str]:
    found = []
    if answer.status >= 500:
        found.append(f"status {answer.status}: {answer.body!r}")
    if not answer.headers.get("x-ovh-queryid", "").startswith("EU.ext-"):
        found.append("no X-Ovh-QueryID")
    if answer.status == 204:
        return found + ([f"a body: {answer.body!r}"] if answer.body else [])
    content = json.loads(answer.body)
    if answer.status >= 400:
        named = isinstance(content, dict) and content.get("class") and content.get("message")
        return found if named else [*found, f"an error without class and message: {content}"]
    return [*found, *problems(content, attempt.operation.answers)]


@FEW
@given(st.data())
def test_no_call_breaks_the_emulator(crowded: Crowded, data: st.DataObject) -> None:
    ask_at_random(crowded, data)


@pytest.mark.fuzz
@MANY
@given(st.data())
def test_no_call_of_thousands_breaks_the_emulator(crowded: Crowded, data: st.DataObject) -> None:
    ask_at_random(crowded, data)


@pytest.mark.parametrize(
    "lives",
    [
        pytest.param(SHORT_LIVES, id="few"),
        pytest.param(LIVES, id="many", marks=pytest.mark.fuzz),
    ],
)
def test_nothing_that_was_made_is_lost(
    tmp_path_factory: pytest.TempPathFactory, front: Front, lives: settings
) -> None:
    class Life(Remembering):
        def __init__(self) -> None:
            super().__init__(tmp_path_factory.mktemp("life"), front)

    run_state_machine_as_test(Life, settings=lives)
