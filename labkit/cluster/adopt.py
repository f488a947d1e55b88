"""Stand in for a process that outlived its supervisor, then become its successor.

Run as `python -I -S adopt.py PID COMMAND…`: waits until process PID ends, passing SIGTERM on to
it, and then executes COMMAND unless it was told to stop. Standard library only: it must start
in no time and on any interpreter. PID counts only if it carries the same mark as we do; numbers
are used again.
"""

import os
import select
import signal
import sys


def main(pid: int, command: list[str]) -> None:
    told_to_stop = False

    def pass_on(number: int, frame: object) -> None:
        nonlocal told_to_stop
        told_to_stop = True
        signal.pidfd_send_signal(adopted, signal.SIGTERM)

    try:
        supervisor = os.pidfd_open(os.getppid())
        adopted = os.pidfd_open(pid)
    except ProcessLookupError:
        os.execvp(command[0], command)
    if not is_ours(pid):
        os.execvp(command[0], command)
    signal.signal(signal.SIGTERM, pass_on)
    ended: list[int] = []
    while not ended:
        ended = select.select([adopted, supervisor], [], [])[0]
    # Without a supervisor there is nobody to stand in for: the next one sends its own.
    if adopted in ended and supervisor not in ended and not told_to_stop:
        os.execvp(command[0], command)


def is_ours(pid: int) -> bool:
    mark = f"LABKIT_PROCESS={os.environ['LABKIT_PROCESS']}".encode()  # noqa: TID251
    try:
        with open(f"/proc/{pid}/environ", "rb") as environment:  # noqa: PTH123  no pathlib import
            return mark in environment.read().split(b"\0")
    except OSError:
        return False


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
