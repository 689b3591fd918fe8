"""The catalogue file: one SQLite database in WAL mode, one connection a thread."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from desktop.core.errors import LibraryError
from desktop.library.migrations import migrate

_BUSY_TIMEOUT_S = 15.0


class Database:
    """Opens the file, migrates it, and hands out connections and transactions.

    Any thread may read; writers queue at SQLite's own lock. ``synchronous=FULL`` because an
    acknowledged change must outlive a power cut.

    Raises:
        LibraryError: the file cannot be opened, is damaged, or is from a newer Plantain.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()
        self._lock = threading.Lock()
        self._connections: list[sqlite3.Connection] = []
        self._is_closed = False
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            migrate(self.connection, path, self._back_up)
        except (OSError, sqlite3.Error) as error:
            self.close()
            raise _unusable(path, error) from error
        except LibraryError:
            self.close()
            raise

    @property
    def connection(self) -> sqlite3.Connection:
        """This thread's connection, in autocommit mode."""
        existing: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if existing is not None:
            return existing
        with self._lock:
            if self._is_closed:
                raise LibraryError("The library is closed.")
            # Closed from whichever thread shuts down, hence check_same_thread=False.
            connection = sqlite3.connect(
                self.path,
                timeout=_BUSY_TIMEOUT_S,
                isolation_level=None,
                check_same_thread=False,
            )
            self._connections.append(connection)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        self._local.connection = connection
        return connection

    def read(self, sql: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> list[sqlite3.Row]:
        """All rows of a SELECT.

        Raises:
            LibraryError: as ``transaction``.
        """
        try:
            return self.connection.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise _unusable(self.path, error) from error

    def read_one(
        self, sql: str, values: Sequence[Any] | Mapping[str, Any] = ()
    ) -> sqlite3.Row | None:
        """The first row of a SELECT, if any; raises as ``read``."""
        rows = self.read(sql, values)
        return rows[0] if rows else None

    def stream(self, sql: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> Iterator[Any]:
        """The first column of each row of a SELECT, one after the other; raises as ``read``.

        For what may be a million rows. Nothing may be written by this thread until it has ended.
        """
        try:
            for row in self.connection.execute(sql, values):
                yield row[0]
        except sqlite3.Error as error:
            raise _unusable(self.path, error) from error

    @contextmanager
    def transaction(self) -> Generator[sqlite3.Connection]:
        """All or nothing; one inside another joins the outer one.

        Raises:
            LibraryError: the disk is full, the file is read-only, or it is damaged.
        """
        connection = self.connection
        if connection.in_transaction:
            yield connection
            return
        try:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise _unusable(self.path, error) from error

    def close(self) -> None:
        """Close every thread's connection; the database cannot be used afterwards."""
        with self._lock:
            self._is_closed = True
            connections, self._connections = self._connections, []
        for connection in connections:
            connection.close()

    def _back_up(self, version: int) -> None:
        folder = self.path.parent / "backups"
        folder.mkdir(exist_ok=True)
        stamp = time.strftime("%Y%m%d-%H%M%S")
        target = sqlite3.connect(folder / f"{self.path.stem}-v{version}-{stamp}.sqlite")
        try:
            self.connection.backup(target)
        finally:
            target.close()


def _unusable(path: Path, error: Exception) -> LibraryError:
    text = str(error)
    if "full" in text or getattr(error, "errno", None) == 28:
        return LibraryError(
            f"The disk that holds the library {path.parent} is full.",
            safe="Everything saved before is safe.",
            next_step="Free some space and try again.",
        )
    if "readonly" in text or isinstance(error, PermissionError):
        return LibraryError(
            f"The library {path.parent} cannot be written to.",
            safe="Nothing was changed.",
            next_step="Check the folder's permissions, or open another library with --library.",
        )
    if "locked" in text or "busy" in text:
        return LibraryError(
            f"The library {path.parent} is busy in another program.",
            safe="Nothing was changed.",
            next_step="Close the other program and try again.",
        )
    if isinstance(error, sqlite3.DatabaseError) and (
        "malformed" in text or "not a database" in text or "vtable constructor" in text
    ):
        backups = path.parent / "backups"
        restore = f"Restore a copy from {backups}, or move" if backups.is_dir() else "Move"
        return LibraryError(
            f"The catalogue {path} is damaged ({text}).",
            safe="Your pictures are untouched.",
            next_step=f"{restore} the file away and index your folders again.",
        )
    return LibraryError(
        f"The library {path.parent} could not be used: {text}.", safe="Your pictures are untouched."
    )
