"""Signals that ask us to end, held back for a moment that must not be torn."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def held_back() -> Iterator[list[int]]:
    """Those that come meanwhile are listed; whoever held them back raises them again.

    Nothing to do in other threads: Python interrupts the main one only.
    """
    came: list[int] = []
    handlers = {}
    if threading.current_thread() is threading.main_thread():
        handlers = {each: signal.getsignal(each) for each in ENDING}
    ours = {each: handler for each, handler in handlers.items() if callable(handler)}
    for each in ours:
        signal.signal(each, lambda number, _: came.append(number))
    try:
        yield came
    finally:
        for each, handler in ours.items():
            signal.signal(each, handler)
