import os
from pathlib import Path

import pytest

from labkit.cloud.emulator import sole_use
from labkit.cloud.server import HOST, main, server_config
from tests.support.clock import HeldClock


async def nothing(*_: object) -> None: ...


def test_the_emulator_listens_to_this_machine_and_outlasts_the_pauses_of_a_loop() -> None:
    config = server_config(nothing, 8780)
    assert (config.host, HOST) == ("127.0.0.1", "127.0.0.1")
    assert config.timeout_keep_alive > 60


def test_second_emulator_of_a_folder_ends_with_one_sentence_that_names_the_first(
    tmp_path: Path,
) -> None:
    with sole_use(tmp_path, HeldClock()), pytest.raises(SystemExit) as ended:
        main([str(tmp_path), "simulated", "8780"], HeldClock())
    assert f"process {os.getpid()}" in str(ended.value)
    assert "\n" not in str(ended.value)
    assert not (tmp_path / "cloud.sqlite").exists()
