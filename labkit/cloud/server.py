"""The emulator as a process: `python -m labkit.cloud.server FOLDER ENGINE PORT`.

It answers on 127.0.0.1 only, and ends in good order on SIGTERM: what is left to do is on disk.
"""

import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from random import SystemRandom

import uvicorn
from starlette.types import ASGIApp

from labkit.cloud.app import application
from labkit.cloud.emulator import Emulator, open_emulator, sole_use
from labkit.cloud.errors import EmulatorRunsAlready
from labkit.cloud.seed import keys
from labkit.cloud.tending import Tending
from labkit.cluster.opening import open_engine
from labkit.foundation.process import SystemRunner
from labkit.foundation.settings import Settings, read_settings
from labkit.foundation.waiting import Clock, SystemClock
from labkit.remote.cloud_keys import FILE_NAME, write_keys

HOST = "127.0.0.1"
MOST_SIMULATED_VCPUS = 64
GRACE_SECONDS = 5
KEEP_OPEN_SECONDS = 75
"""Between two calls. With uvicorn's own 5, whoever asks every five seconds, as python-ovh does in a
loop, is cut off now and then while asking."""


def main(arguments: Sequence[str], clock: Clock) -> None:
    folder, engine, port = Path(arguments[0]), arguments[1], int(arguments[2])
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", level=logging.INFO)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        with sole_use(folder, clock):
            run(folder, engine, port)
    except EmulatorRunsAlready as problem:
        raise SystemExit(str(problem)) from None


def run(folder: Path, engine: str, port: int) -> None:
    emulator = opened(folder, engine, port, read_settings())
    write_keys(folder / FILE_NAME, keys(emulator.cloud))
    emulator.begin()
    try:
        serve(emulator, port)
    finally:
        emulator.end()


def opened(folder: Path, engine: str, port: int, settings: Settings) -> Emulator:
    run, clock = SystemRunner(), SystemClock()
    is_local = engine == "local"
    tending = Tending()
    return open_emulator(
        folder,
        lambda name: open_engine(engine, name, settings, run=run, clock=clock),
        clock=clock,
        chance=SystemRandom(),
        address=f"http://{HOST}:{port}",
        most_vcpus=(os.cpu_count() or 1) if is_local else MOST_SIMULATED_VCPUS,
        tend=tending.tend,
        present=tending.present,
    )


def serve(emulator: Emulator, port: int) -> None:
    """Until SIGTERM or SIGINT."""
    uvicorn.Server(server_config(application(emulator.cloud), port)).run()


def server_config(app: ASGIApp, port: int) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=HOST,
        port=port,
        http="httptools",
        access_log=False,
        log_level="warning",
        timeout_keep_alive=KEEP_OPEN_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


if __name__ == "__main__":
    main(sys.argv[1:], SystemClock())
