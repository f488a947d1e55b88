from pathlib import Path

import pytest

from labkit.foundation.errors import (
    FileProblem,
    LabError,
    ProcessFailed,
    SettingInvalid,
    TimedOut,
)

EXAMPLES = [
    pytest.param(SettingInvalid("--nodes", 0, "1 to 20"), "--nodes is 0.", id="setting"),
    pytest.param(
        ProcessFailed(["ip", "link"], 2, "no such device", "Read it."),
        "`ip link` ended with status 2.",
        id="process",
    ),
    pytest.param(
        TimedOut("node1", 1.5, "", "Run it again."),
        "Waited 1.5 s for node1; last seen: nothing.",
        id="time",
    ),
    pytest.param(
        FileProblem(Path("/etc/x"), "is empty", "Write it again."), "/etc/x is empty.", id="file"
    ),
]


@pytest.mark.parametrize(("error", "sentence"), EXAMPLES)
def test_error_says_what_happened_with_the_value_seen(error: LabError, sentence: str) -> None:
    assert error.what_happened == sentence


@pytest.mark.parametrize(("error", "sentence"), EXAMPLES)
def test_error_reads_as_what_happened_then_the_next_step(error: LabError, sentence: str) -> None:
    assert str(error) == f"{sentence} → {error.next_step}"
    assert error.next_step


def test_failed_process_keeps_its_last_output_as_evidence() -> None:
    assert ProcessFailed(["x"], 1, "the cause", "Read it.").evidence == "the cause"


def test_values_with_braces_do_not_confuse_the_sentence() -> None:
    assert ProcessFailed(["jq", "{a}"], 1, "", "Read it.").what_happened == (
        "`jq {a}` ended with status 1."
    )
