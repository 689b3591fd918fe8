"""Every call to a generator: its state, times, usage and cost, once each.

The records of pictures name theirs; what a call consumed is counted here and nowhere else.
"""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from desktop.core.attempt import UNFINISHED, Attempt, AttemptState
from desktop.core.failure import Failure
from desktop.core.generation_record import GenerationRecord, GenerationRequest
from desktop.files.failure_json import dump_failure, load_failure
from desktop.files.record_json import dump_record, load_record
from desktop.library.catalog.database import Database
from desktop.library.catalog.kept_json import in_record, read_rows, readable

_TIMES = ("queued_at", "sent_at", "answered_at", "ended_at")


@dataclass(frozen=True, slots=True)
class Spent:
    """What calls cost over a time.

    Attributes:
        usd: of those whose cost is known.
        calls: that were sent.
        unpriced: of these, whose cost nobody knows.
        unknown: of these, that got no answer: perhaps billed.
        text_tokens_sent, image_tokens_sent, audio_tokens_sent: words, pictures and sound that
            went along, as far as the services said.
    """

    usd: float = 0.0
    calls: int = 0
    unpriced: int = 0
    unknown: int = 0
    text_tokens_sent: int = 0
    image_tokens_sent: int = 0
    audio_tokens_sent: int = 0


class AttemptTable:
    """The ``attempts`` table."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def queue(self, key: str, record: GenerationRecord, out: Path | None = None) -> None:
        """Decided, not sent. An attempt of that key stays as it is."""
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO attempts (key, state, record, out, queued_at, position)"
                " SELECT ?, 'queued', ?, ?, ?, COALESCE(MAX(position), 0) + 1"
                " FROM attempts WHERE state = 'queued'",
                (key, dump_record(record), os.fsencode(out or ""), time.time()),
            )

    def history(self, most: int = 200) -> list[GenerationRequest]:
        """What was asked for, the newest first; of several with the same words the newest."""
        rows = self._database.read(
            "SELECT record, MAX(id) FROM attempts"
            f" GROUP BY {in_record('request.prompt')} ORDER BY MAX(id) DESC LIMIT ?",
            (most,),
        )
        return read_rows(rows, lambda row: load_record(row["record"]).request, "what was asked for")

    def mark_sent(self, key: str, record: GenerationRecord) -> None:
        """Written before the first byte leaves."""
        self._change(key, AttemptState.SENT, "record = ?, sent_at = ?", record, time.time())

    def mark_answered(self, key: str, record: GenerationRecord) -> None:
        """Its answer is in the spool."""
        self._change(key, AttemptState.ANSWERED, "record = ?, answered_at = ?", record, time.time())

    def end(
        self,
        key: str,
        state: AttemptState,
        record: GenerationRecord,
        *,
        response_id: str = "",
        cost_usd: float | None = None,
        turn: str = "",
        failure: Failure | None = None,
    ) -> None:
        """It is over; within the caller's transaction where one is open."""
        self._change(
            key,
            state,
            "record = ?, ended_at = ?, response_id = ?, cost_usd = ?, turn = ?, error = ?",
            record,
            *(time.time(), response_id, cost_usd, turn, dump_failure(failure)),
        )

    def settle(self, spooled: Collection[str]) -> None:
        """After a Plantain that was killed: what was sent is answered where the answer is in the
        spool, and otherwise unknown. To an older copy of the catalogue, which was put back, what
        was answered may look as if it waited."""
        with self._database.transaction() as connection:
            rows = connection.execute(
                "SELECT key FROM attempts WHERE state = 'sent'"
                " OR state = 'queued' AND key IN (SELECT value FROM json_each(?))",
                (json.dumps([*spooled]),),
            ).fetchall()
            for row in rows:
                state = "answered" if row["key"] in spooled else "unknown"
                connection.execute(
                    "UPDATE attempts SET state = ?, ended_at = CASE ? WHEN 'unknown' THEN sent_at"
                    " ELSE 0 END WHERE key = ?",
                    (state, state, row["key"]),
                )

    def of(self, key: str) -> Attempt | None:
        """The attempt of that key; None where there is none, or it cannot be read."""
        row = self._database.read_one("SELECT * FROM attempts WHERE key = ?", (key,))
        return readable(_attempt, row, "an attempt") if row else None

    def unfinished(self) -> list[Attempt]:
        """Those that were not ended, in the order in which they were decided."""
        states = ", ".join(f"'{state.value}'" for state in UNFINISHED)
        rows = self._database.read(f"SELECT * FROM attempts WHERE state IN ({states}) ORDER BY id")
        return attempts_of(rows)

    def with_pictures(self) -> set[str]:
        """Keys of those of which the library knows a picture."""
        rows = self._database.read("SELECT DISTINCT attempt FROM lineage WHERE attempt <> ''")
        return {row["attempt"] for row in rows}

    def known(self, keys: Collection[str]) -> set[str]:
        """Those of them that are written down here."""
        rows = self._database.read(
            "SELECT key FROM attempts WHERE key IN (SELECT value FROM json_each(?))",
            (json.dumps([*keys]),),
        )
        return {row["key"] for row in rows}

    def latest(self, count: int) -> list[Attempt]:
        """The newest first."""
        rows = self._database.read("SELECT * FROM attempts ORDER BY id DESC LIMIT ?", (count,))
        return attempts_of(rows)

    def spent(self, since: float = 0.0) -> Spent:
        """On what was sent from then on; declined answers included."""
        row = self._database.read_one(
            "SELECT TOTAL(cost_usd) AS usd, COUNT(*) AS calls,"
            " TOTAL(cost_usd IS NULL AND state IN ('done', 'declined', 'answered')) AS unpriced,"
            " TOTAL(state = 'unknown') AS unknown,"
            f" TOTAL({in_record('usage.prompt_text_tokens')}) AS text_sent,"
            f" TOTAL({in_record('usage.prompt_image_tokens')}) AS image_sent,"
            f" TOTAL({in_record('usage.prompt_audio_tokens')}) AS audio_sent"
            " FROM attempts WHERE sent_at >= ? AND sent_at > 0",
            (since,),
        )
        assert row is not None  # an aggregate has one row
        sent = (int(row[f"{each}_sent"]) for each in ("text", "image", "audio"))
        return Spent(row["usd"], row["calls"], int(row["unpriced"]), int(row["unknown"]), *sent)

    def _change(
        self,
        key: str,
        state: AttemptState,
        assignments: str,
        record: GenerationRecord,
        *values: object,
    ) -> None:
        with self._database.transaction() as connection:
            connection.execute(
                f"UPDATE attempts SET state = ?, {assignments} WHERE key = ?",
                (state.value, dump_record(record), *values, key),
            )


def attempts_of(rows: Iterable[sqlite3.Row]) -> list[Attempt]:
    """Rows of the table, without those that cannot be read."""
    return read_rows(rows, _attempt, "an attempt")


def _attempt(row: sqlite3.Row) -> Attempt:
    if not all(isinstance(row[name], int | float) for name in _TIMES):
        raise ValueError("a time that is none")
    return Attempt(
        key=row["key"],
        state=AttemptState(row["state"]),
        record=load_record(row["record"]),
        out=Path(os.fsdecode(row["out"])) if row["out"] else None,
        queued_at=row["queued_at"],
        sent_at=row["sent_at"],
        answered_at=row["answered_at"],
        ended_at=row["ended_at"],
        response_id=row["response_id"],
        cost_usd=row["cost_usd"],
        turn=row["turn"],
        failure=load_failure(row["error"]),
    )
