"""The emulator's memory: records by kind and id, in SQLite so that they survive a kill.

Reading never waits for the disk: what was read or written once stays in memory. Each change is one
transaction, on disk before the call that made it is answered.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import TypeVar

from labkit.cloud.values import Kept

K = TypeVar("K", bound=Kept)

TABLE = """
CREATE TABLE IF NOT EXISTS kept (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (kind, id)
)
"""
WRITE = """
INSERT INTO kept (kind, id, body) VALUES (?, ?, ?)
ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body
"""


class Store:
    """Safe for several threads; two processes must not open one file."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._disk = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._disk.execute("PRAGMA journal_mode=WAL")
        self._disk.execute("PRAGMA synchronous=NORMAL")  # safe over a kill, not over a power cut
        self._disk.execute(TABLE)
        self._tables: dict[str, dict[str, Kept]] = {}
        self._lock = RLock()
        self._undo: list[Callable[[], object]] = []
        self._depth = 0

    def close(self) -> None:
        with self._lock:
            self._disk.close()

    def get(self, kind: type[K], id_: str) -> K | None:
        with self._lock:
            return self._table(kind).get(id_)

    def all(self, kind: type[K], parent: str | None = None) -> list[K]:
        """In the order in which they were first put."""
        with self._lock:
            kept = list(self._table(kind).values())
        return [one for one in kept if parent is None or one.parent == parent]

    def put(self, record: Kept) -> None:
        with self.changing():
            table = self._table(type(record))
            self._remember(table)
            table[record.id] = record
            words = (type(record).__name__, record.id, record.model_dump_json())
            self._disk.execute(WRITE, words)

    def remove(self, kind: type[Kept], id_: str) -> None:
        with self.changing():
            table = self._table(kind)
            self._remember(table)
            table.pop(id_, None)
            self._disk.execute("DELETE FROM kept WHERE kind = ? AND id = ?", (kind.__name__, id_))

    def clear(self) -> None:
        """Forget everything."""
        with self.changing():
            self._disk.execute("DELETE FROM kept")
            before = self._tables
            self._undo.append(lambda: setattr(self, "_tables", before))
            self._tables = {}

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Everything inside happens, or nothing of it. Nobody else reads or writes meanwhile."""
        with self._lock:
            outermost = self._depth == 0
            if outermost:
                self._disk.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
                if outermost:
                    self._disk.execute("COMMIT")  # on a full disk it is this that fails
            except BaseException:
                if outermost:
                    self._take_back()
                raise
            finally:
                self._depth -= 1
            if outermost:
                self._undo.clear()

    def _take_back(self) -> None:
        if self._disk.in_transaction:  # SQLite ends one itself when the disk is full
            self._disk.execute("ROLLBACK")
        while self._undo:
            self._undo.pop()()

    def _remember(self, table: dict[str, Kept]) -> None:
        """Put back in place: a record that changes keeps its place among the others."""
        before = dict(table)

        def restore() -> None:
            table.clear()
            table.update(before)

        self._undo.append(restore)

    def _table(self, kind: type[K]) -> dict[str, K]:
        name = kind.__name__
        if name not in self._tables:
            rows = self._disk.execute(
                "SELECT id, body FROM kept WHERE kind = ? ORDER BY number", (name,)
            )
            self._tables[name] = {id_: kind.model_validate_json(body) for id_, body in rows}
        return self._tables[name]  # type: ignore[return-value]  # a table holds one kind
