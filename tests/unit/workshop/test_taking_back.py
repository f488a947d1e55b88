import pytest

from labkit.cluster.engine import ClusterStatus
from labkit.cluster.errors import AgentRefuses, ClusterError
from labkit.foundation.progress import Progress, Quiet
from labkit.workshop import running
from tests.support.engine import FakeEngine


class Refusing(FakeEngine):
    """Its agent serves others only; it has no cluster to speak of."""

    def __init__(self) -> None:
        self.deleted = False

    def status(self) -> ClusterStatus:
        raise AgentRefuses(54321)

    def delete(self, progress: Progress) -> None:
        self.deleted = True


def test_new_cluster_that_the_agent_says_nothing_about_is_taken_back_all_the_same() -> None:
    engine = Refusing()
    with pytest.raises(ClusterError, match="did not start"), running._taken_back(engine, Quiet()):
        raise ClusterError("It did not start.", "Look.")
    assert engine.deleted


def test_cluster_that_the_agent_says_nothing_about_is_none_to_make_anew() -> None:
    assert not running._is_absent(Refusing())
