"""The catalogue file: one SQLite database in WAL mode, one connection a thread."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from desktop.core.errors import (
    LibraryDamaged,
    LibraryError,
    LibraryFull,
    LibraryGone,
    LibraryReadOnly,
)
from desktop.core.system_errors import system_reason
from desktop.core.text import clauses, tr
from desktop.library.catalog.copies import write_copy
from desktop.library.catalog.migrations import CATALOG_VERSION, migrate, refuse_newer

_BUSY_TIMEOUT_S = 15.0
_QUICKLY_CHECKED = 64 << 20
"""Files up to this size, bytes, are looked through at every opening (0.1 s); larger ones are after
a kill, and otherwise by their length alone."""
_LEAST_ROOM = 64 << 10
"""Bytes."""
_DAMAGE = ("malformed", "not a database", "vtable constructor", "no such table: library")
"""What SQLite says of files that are not whole."""


class Database:
    """Opens the file, checks and migrates it, and hands out connections and transactions.

    Any thread may read; writers queue at SQLite's own lock. ``synchronous=FULL`` because an
    acknowledged change must outlive a power cut.

    Args:
        traces: what is beside the file once it has been in use. Where one of these is there and
            the file is gone or empty, it was lost, and a new one must not take its place.
        is_read_only: change nothing, not even the file's version: a catalogue of an older Plantain
            is migrated in memory, and one that is not there is empty.

    Raises:
        LibraryDamaged: the file is not whole.
        LibraryReadOnly: the file or its folder cannot be written.
        LibraryError: the file cannot be opened, or is from a newer Plantain.
    """

    def __init__(
        self, path: Path, traces: Iterable[Path] = (), *, is_read_only: bool = False
    ) -> None:
        self.path = path
        self.is_read_only = is_read_only
        self.was_killed = _has_rest(path)
        """The last Plantain that wrote here ended without closing the file, or has it open."""
        self._address = path.absolute().as_uri()
        self._local = threading.local()
        self._lock = threading.Lock()
        self._connections: list[sqlite3.Connection] = []
        self._is_closed = False
        self._file: tuple[int, int] | None = None  # device and inode, once it is open
        try:
            self._check(traces)
            if is_read_only:
                self._open_to_read()
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                migrate(self.connection, path, self._back_up)
                self._file = _identity(path)
        except (OSError, sqlite3.Error) as error:
            self.close()
            raise unusable(path, error) from error
        except LibraryError:
            self.close()
            raise

    @property
    def connection(self) -> sqlite3.Connection:
        """This thread's connection, in autocommit mode."""
        existing: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if existing is not None:
            return existing
        self.require_there()  # or SQLite would make a new, empty file
        with self._lock:
            if self._is_closed:
                raise LibraryError(tr("The library is closed."))
            # Closed from whichever thread shuts down, hence check_same_thread=False.
            connection = sqlite3.connect(
                self._address,
                timeout=_BUSY_TIMEOUT_S,
                isolation_level=None,
                check_same_thread=False,
                uri=True,
            )
            self._connections.append(connection)
        connection.row_factory = sqlite3.Row
        connection.text_factory = _text
        if not self.is_read_only:
            connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        self._local.connection = connection
        return connection

    @property
    def is_there(self) -> bool:
        """The file is where it was opened, and the same one."""
        return self._file is None or self._file == _identity(self.path)

    def require_there(self) -> None:
        """Asked before anything is written in the library's folder, which is never made again.

        Raises:
            LibraryGone: it was moved or deleted, or its drive is away.
        """
        if not self.is_there:
            raise LibraryGone.at(self.path.parent)

    def require_writable(self) -> None:
        """Asked before work that would be lost, or paid for, if it could not be kept.

        Raises:
            LibraryReadOnly: the library was opened to be read only.
            LibraryGone: it is not where it was any more.
        """
        self.require_there()
        if self.is_read_only:
            raise LibraryReadOnly(
                tr("The library {folder} is open for reading only.", folder=self.path.parent),
                safe=tr("Nothing was changed."),
                next_step=tr(
                    "Close the other Plantain that has it open, or give yourself "
                    "permission to write to its folder, and open it again."
                ),
            )

    def damage(self) -> str:
        """What a look at every page and every index finds wrong; empty when all is whole.

        Raises:
            LibraryError: the file cannot be read at all.
        """
        findings = [row[0] for row in self.read("PRAGMA integrity_check(3)")]
        findings = [text for text in findings if text != "ok"]
        if self.read("PRAGMA foreign_key_check"):
            findings.append(tr("rows that belong to nothing"))
        return clauses(findings)

    def read(self, sql: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> list[sqlite3.Row]:
        """All rows of a SELECT.

        Raises:
            LibraryError: as ``transaction``.
        """
        try:
            return self.connection.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise unusable(self.path, error) from error

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
        for rows in self.batches(sql, values):
            for row in rows:
                yield row[0]

    def batches(
        self, sql: str, values: Sequence[Any] | Mapping[str, Any] = (), size: int = 10_000
    ) -> Iterator[list[tuple[Any, ...]]]:
        """The rows of a SELECT, so many at a time; else as ``stream``."""
        # Python's own decoding is twice as fast, and ends the whole at one text that is none.
        done = 0
        for decode in (str, _text):
            try:
                for rows in self._batches(sql, values, size, decode, done):
                    yield rows
                    done += len(rows)
                return
            except sqlite3.Error as error:
                if decode is _text or not _is_no_text(error):
                    raise unusable(self.path, error) from error

    def _batches(
        self,
        sql: str,
        values: Sequence[Any] | Mapping[str, Any],
        size: int,
        decode: Callable[[bytes], str],
        skipped: int,
    ) -> Iterator[list[tuple[Any, ...]]]:
        cursor = self.connection.cursor()
        cursor.row_factory = None
        cursor.execute(sql, values)
        for _ in range(skipped):
            cursor.fetchone()
        while True:
            cursor.connection.text_factory = decode
            try:
                rows = cursor.fetchmany(size)
            finally:
                cursor.connection.text_factory = _text
            if not rows:
                return
            yield rows

    def version(self) -> tuple[int, int]:
        """Another one after every change by anyone; each thread, which has a connection of its own,
        counts for itself."""
        # SQLite counts others' commits and this connection's rows apart.
        return _pragma(self.connection, "data_version"), self.connection.total_changes

    @contextmanager
    def transaction(self) -> Generator[sqlite3.Connection]:
        """All or nothing; one inside another joins the outer one.

        Raises:
            LibraryReadOnly: the library was opened to be read only.
            LibraryGone: it is not where it was any more; nothing was written.
            LibraryError: the disk is full, the file is read-only, or it is damaged.
        """
        self.require_writable()
        connection = self.connection
        if connection.in_transaction:
            yield connection
            return
        try:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                if connection.in_transaction:  # SQLite ends it itself when the disk is full
                    connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise unusable(self.path, error) from error

    @contextmanager
    def snapshot(self) -> Generator[None]:
        """Within it, this thread's reads see one moment, whatever others write; that of a
        transaction that is under way."""
        connection = self.connection
        if connection.in_transaction:
            yield
            return
        connection.execute("BEGIN")
        try:
            yield
        finally:
            connection.execute("ROLLBACK")

    def close(self) -> None:
        """Close every thread's connection; the database cannot be used afterwards."""
        with self._lock:
            self._is_closed = True
            connections, self._connections = self._connections, []
        for connection in connections:
            connection.close()

    def _check(self, traces: Iterable[Path]) -> None:
        """Refuse a file that is not whole, before anything is written to it."""
        if not self.path.exists() or not self.path.stat().st_size:
            trace = next((trace for trace in traces if trace.exists()), None)
            if trace is not None:
                raise damaged(self.path, tr("it is gone, but {name} is there", name=trace.name))
            return
        try:
            self._look_through(self._readable())
        except sqlite3.OperationalError as error:
            if self.is_read_only or "readonly" not in str(error):
                raise
            # Killed in its first moments, the file has a journal that only a writer may roll back.
            self._look_through(f"{self._address}?mode=rw")

    def _look_through(self, address: str) -> None:
        size = self.path.stat().st_size
        with closing(sqlite3.connect(address, timeout=_BUSY_TIMEOUT_S, uri=True)) as file:
            if size <= _QUICKLY_CHECKED or (self.was_killed and not self.is_read_only):
                verdict = file.execute("PRAGMA quick_check(1)").fetchone()[0]
                if verdict != "ok":
                    raise damaged(self.path, " ".join(verdict.replace("***", "").split()))
            elif not self.was_killed:
                expected = _pragma(file, "page_count") * _pragma(file, "page_size")
                if expected != size:
                    raise damaged(
                        self.path,
                        tr("it has {size} of {expected} bytes", size=size, expected=expected),
                    )
            version = _pragma(file, "user_version")
            refuse_newer(version, self.path)
            if version == 0 and file.execute("SELECT COUNT(*) FROM sqlite_schema").fetchone()[0]:
                raise damaged(self.path, tr("it is another program's"))
            if version > 0:
                file.execute("SELECT id FROM library")

    def _open_to_read(self) -> None:
        version = 0
        if self.path.exists():
            with closing(sqlite3.connect(self._readable(), uri=True)) as file:
                version = _pragma(file, "user_version")
                if 0 < version < CATALOG_VERSION:
                    self._address = self._in_memory()
                    file.backup(self.connection)
        if version >= CATALOG_VERSION:
            self._address = self._readable()
        elif version == 0:
            self._address = self._in_memory()
        migrate(self.connection, self.path, lambda _: None)

    def _readable(self) -> str:
        """Address under which nothing can be written."""
        address = self.path.absolute().as_uri()
        if os.access(self.path.parent, os.W_OK) and not is_full(self.path.parent):
            return f"{address}?mode=ro"
        if self.was_killed:
            raise LibraryReadOnly(
                tr(
                    "The library {folder} was not closed properly, and that cannot be finished: "
                    "its folder cannot be written to, or its disk is full.",
                    folder=self.path.parent,
                ),
                safe=tr("Nothing was changed."),
                next_step=tr(
                    "Free some space, or give yourself permission to write to the folder."
                ),
            )
        # SQLite would want to make a file for locks beside it.
        return f"{address}?immutable=1"

    def _in_memory(self) -> str:
        """Address of a database that all of our connections share, and nobody else."""
        return f"file:plantain-{id(self)}?mode=memory&cache=shared"

    def _back_up(self, version: int) -> None:
        stamp = time.strftime("%Y%m%d-%H%M%S")
        name = f"{self.path.stem}-v{version}-{stamp}.sqlite"
        write_copy(self.connection, self.path.parent / "backups" / name)


def _text(data: bytes) -> str:
    """Of a column: what is not UTF-8 in it costs itself alone, and not the row or the reading."""
    return data.decode("utf-8", "replace")


def _is_no_text(error: sqlite3.Error) -> bool:
    return "decode" in str(error)


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def is_full(folder: Path) -> bool:
    """There is not even room for what SQLite keeps beside a file that is only read."""
    return shutil.disk_usage(folder).free < _LEAST_ROOM


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])


def _has_rest(path: Path) -> bool:
    """The write-ahead log is removed by whoever closes the file last."""
    log = path.with_name(f"{path.name}-wal")
    return log.exists() and log.stat().st_size > 0


def damaged(path: Path, how: str) -> LibraryDamaged:
    """The catalogue is not whole."""
    return LibraryDamaged(
        tr("The catalogue {path} is damaged ({how}).", path=path, how=how),
        safe=tr("Your pictures are untouched."),
        next_step=tr("Open the library again: it offers to repair it from the last backup."),
        at_terminal=tr(
            "Run “plantain repair”: it restores the last whole backup, "
            "if there is one, and keeps the damaged file."
        ),
    )


def unusable(path: Path, error: Exception) -> LibraryError:
    """SQLite's or the system's error as ours."""
    text = str(error)
    has_no_room = "disk I/O error" in text and is_full(path.parent)
    if "full" in text or has_no_room or getattr(error, "errno", None) == errno.ENOSPC:
        return LibraryFull(
            tr("The disk that holds the library {folder} is full.", folder=path.parent),
            safe=tr("Everything saved before is safe."),
            next_step=tr("Free some space and try again, or open it read-only."),
            at_terminal=tr("Free some space and try again, or look at it with --read-only."),
        )
    if "readonly" in text or getattr(error, "errno", None) in {
        *(errno.EACCES, errno.EPERM, errno.EROFS),
    }:
        return LibraryReadOnly(
            tr("The library {folder} cannot be written to.", folder=path.parent),
            safe=tr("Nothing was changed."),
            next_step=tr(
                "Check the folder's permissions, open it read-only, or open another library."
            ),
            at_terminal=tr(
                "Check the folder's permissions, open it with --read-only, "
                "or open another library with --library."
            ),
        )
    if "locked" in text or "busy" in text:
        return LibraryError(
            tr("The library {folder} is busy in another program.", folder=path.parent),
            safe=tr("Nothing was changed."),
            next_step=tr("Close the other program and try again."),
        )
    if isinstance(error, sqlite3.DatabaseError) and any(word in text for word in _DAMAGE):
        return damaged(path, text)
    why = system_reason(error) if isinstance(error, OSError) else text
    return LibraryError(
        tr("The library {folder} could not be used: {why}.", folder=path.parent, why=why),
        safe=tr("Your pictures are untouched."),
    )
