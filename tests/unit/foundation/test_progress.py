import pytest

from labkit.foundation.progress import shown


class Remembered:
    """Keeps what it was told, in order."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def started(self, step: str) -> None:
        self.told.append(f"started {step}")

    def advanced(self, step: str, done: float, total: float) -> None:
        self.told.append(f"{step} {done:g} of {total:g}")

    def ended(self, step: str, *, well: bool) -> None:
        self.told.append(f"ended {step} {'well' if well else 'badly'}")

    def said(self, sentence: str) -> None:
        self.told.append(sentence)


def test_step_is_framed_by_its_beginning_and_its_end() -> None:
    progress = Remembered()
    with shown(progress, "build etcd"):
        progress.advanced("build etcd", 1, 2)
    assert progress.told == ["started build etcd", "build etcd 1 of 2", "ended build etcd well"]


@pytest.mark.parametrize("end", [ValueError, KeyboardInterrupt])
def test_step_that_breaks_is_said_to_have_ended_badly(end: type[BaseException]) -> None:
    progress = Remembered()
    with pytest.raises(end), shown(progress, "build etcd"):
        raise end
    assert progress.told[-1] == "ended build etcd badly"
