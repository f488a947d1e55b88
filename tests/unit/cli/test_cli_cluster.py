"""Wrong input to the cluster's commands: one sentence, what to do, exit code 2, nothing changed."""

import os
from pathlib import Path

import pytest

from labkit.cli.main import WRONG_INPUT, app, run

MORE_CPUS_THAN_ANY = "b2-30" if (os.cpu_count() or 1) < 8 else "none-such"
WRONG = {
    "no nodes": (["up", "--nodes", "0"], "--nodes is 0."),
    "too many nodes": (["up", "--nodes", "999"], "--nodes is 999."),
    "name with a space": (["up", "--name", "my lab"], "--name is 'my lab'."),
    "name with an underscore": (["up", "--name", "my_lab"], "--name is 'my_lab'."),
    "unknown flavor": (["up", "--flavor", "zz"], "--flavor is 'zz'."),
    "flavor too large": (["up", "--flavor", MORE_CPUS_THAN_ANY], "--flavor is"),
    "unknown engine": (["up", "--engine", "nope"], "no engine called 'nope'"),
    "not a kubeconfig": (["up", "--engine", "kubeconfig"], "not a kubeconfig"),
}


@pytest.mark.parametrize(("words", "sentence"), WRONG.values(), ids=list(WRONG))
def test_wrong_input_is_named_and_changes_nothing(
    words: list[str],
    sentence: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    foreign = tmp_path / "foreign.yaml"
    foreign.write_text("hello: world\n")
    monkeypatch.setenv("LABKIT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LABKIT_CLUSTER", "wrong-input")
    monkeypatch.setenv("LABKIT_KUBECONFIG", str(foreign))
    assert run(lambda: app(words)) == WRONG_INPUT
    told = capsys.readouterr().err
    assert sentence in told
    assert "→ " in told
    assert not (tmp_path / "home").exists()
