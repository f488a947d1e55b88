from labkit.cloud.server import HOST, server_config


async def nothing(*_: object) -> None: ...


def test_the_emulator_listens_to_this_machine_and_outlasts_the_pauses_of_a_loop() -> None:
    config = server_config(nothing, 8780)
    assert (config.host, HOST) == ("127.0.0.1", "127.0.0.1")
    assert config.timeout_keep_alive > 60
