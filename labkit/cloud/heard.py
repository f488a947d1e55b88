"""Which clients called what, counted: a lesson asks whether a hand-made client got through."""

from labkit.cloud.store import Store
from labkit.cloud.values import Kept

MOST = 2000
"""Kinds of calls kept; a stranger's agent names must not fill the memory."""


class HeardCall(Kept):
    """One kind of call. On disk it says that there was one; how many is only counted."""

    agent: str
    operation: str
    status: int
    count: int = 1


class Heard:
    def __init__(self, store: Store) -> None:
        self._store = store
        self._counts = {one.id: 0 for one in store.all(HeardCall)}  # those of earlier runs, too

    def note(self, agent: str, operation: str, status: int) -> None:
        agent = agent[:80]
        key = f"{status} {operation} {agent}"
        if key not in self._counts and len(self._counts) < MOST:
            self._counts[key] = 0
            if self._store.get(HeardCall, key) is None:
                self._store.put(HeardCall(id=key, agent=agent, operation=operation, status=status))
        if key in self._counts:
            self._counts[key] += 1

    def shown(self) -> list[dict[str, str | int]]:
        return [
            {
                "agent": one.agent,
                "operation": one.operation,
                "status": one.status,
                "count": max(self._counts.get(one.id, 0), one.count),
            }
            for one in self._store.all(HeardCall)
        ]
