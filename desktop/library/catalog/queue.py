"""The order of the pictures that wait to be made, and why they wait."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import replace

from desktop.core.attempt import Attempt, AttemptState
from desktop.core.failure import Failure
from desktop.core.generation_queue import Wait, WaitReason
from desktop.core.generation_record import GenerationRequest
from desktop.core.text import tr
from desktop.files.failure_json import dump_failure, load_failure
from desktop.files.record_json import dump_record
from desktop.library.catalog.attempts import AttemptTable, attempts_of
from desktop.library.catalog.database import Database
from desktop.library.catalog.kept_json import readable


def hold(catalog: sqlite3.Connection) -> None:
    """In a catalogue of any version that is a copy, which others went on from: what waits there may
    have been made since, and paid for, so nothing is asked for before a person says so.

    Raises:
        sqlite3.Error: it cannot be written, or is none.
    """
    has_queue = "SELECT 1 FROM sqlite_master WHERE name = 'queue_wait'"
    if catalog.execute(has_queue).fetchone() is None:
        return
    catalog.execute(
        "INSERT OR REPLACE INTO queue_wait (id, reason, until, said, tries) SELECT 1, ?, 0, ?, 0"
        " WHERE EXISTS (SELECT 1 FROM attempts WHERE state = 'queued')",
        (
            WaitReason.PERSON.value,
            dump_failure(
                Failure(
                    message=tr(
                        "This library was put back from a copy, and what waits here may have been "
                        "made since. Look through it before you go on."
                    )
                )
            ),
        ),
    )


class QueueTable:
    """The attempts that wait, and the ``queue_wait`` table."""

    def __init__(self, database: Database, attempts: AttemptTable) -> None:
        self._database = database
        self._attempts = attempts

    def waiting(self) -> list[Attempt]:
        """Those that were decided on and not asked for, the next one first."""
        rows = self._database.read(
            "SELECT * FROM attempts WHERE state = 'queued' ORDER BY position, id"
        )
        return attempts_of(rows)

    def order(self, keys: Sequence[str]) -> None:
        """These first, in this order; the others follow as they were."""
        with self._database.transaction() as connection:
            known = [attempt.key for attempt in self.waiting()]
            first = [key for key in keys if key in set(known)]
            rest = [key for key in known if key not in set(first)]
            connection.executemany(
                "UPDATE attempts SET position = ? WHERE key = ?",
                enumerate((*first, *rest), start=1),
            )

    def restate(self, key: str, request: GenerationRequest) -> None:
        """One that waits is asked for in this form."""
        with self._database.transaction() as connection:
            attempt = self._attempts.of(key)
            if attempt is not None and attempt.state is AttemptState.QUEUED:
                connection.execute(
                    "UPDATE attempts SET record = ? WHERE key = ?",
                    (dump_record(replace(attempt.record, request=request)), key),
                )

    def ask_again(self, key: str, new_key: str, *, in_its_place: bool = False) -> None:
        """The same once more, as an attempt of its own.

        Args:
            in_its_place: where the other one stood; at the end of the queue otherwise.
        """
        attempt = self._attempts.of(key)
        if attempt is None:
            return
        request = attempt.record.request
        fresh = replace(attempt.record, request=request, attempt=new_key)
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO attempts (key, state, record, out, queued_at, position)"
                " SELECT ?, 'queued', ?, out, ?, CASE WHEN ? THEN position ELSE ("
                "   SELECT COALESCE(MAX(position), 0) + 1 FROM attempts WHERE state = 'queued'"
                " ) END FROM attempts WHERE key = ?",
                (new_key, dump_record(fresh), time.time(), in_its_place, key),
            )
            # A cell of a matrix shows what came of the newest.
            connection.execute(
                "UPDATE matrix_cells SET attempt = ? WHERE attempt = ?", (new_key, key)
            )

    def wait(self) -> Wait | None:
        """Why nothing is asked for; None where there is no reason."""
        row = self._database.read_one("SELECT * FROM queue_wait")
        if row is None:
            return None
        # Until a person says so, where nobody can read for what.
        return readable(_wait, row, "why the queue waits") or Wait(WaitReason.PERSON)

    def set_wait(self, wait: Wait | None) -> None:
        """From now on it waits for this, and for nothing else."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM queue_wait")
            if wait is not None:
                connection.execute(
                    "INSERT INTO queue_wait VALUES (1, ?, ?, ?, ?)",
                    (wait.reason.value, wait.until, dump_failure(wait.failure), wait.tries),
                )

    def together(self) -> AbstractContextManager[object]:
        """What is written within is written all or not at all."""
        return self._database.transaction()


def _wait(row: sqlite3.Row) -> Wait:
    failure = load_failure(row["said"])
    return Wait(WaitReason(row["reason"]), float(row["until"]), failure, int(row["tries"]))
