"""Matrices of pictures: what stands in which cell."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from desktop.files.checked_json import decode_json
from desktop.library.catalog.database import Database
from desktop.library.catalog.kept_json import read_rows, readable


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One matrix.

    Attributes:
        rows, columns: what is read beside them.
    """

    id: int
    title: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]


class MatrixTable:
    """The ``matrices`` and ``matrix_cells`` tables."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        title: str,
        rows: Sequence[str],
        columns: Sequence[str],
        cells: Iterable[tuple[int, int, str]],
    ) -> int:
        """A new one; ``cells``: row, column, key of the attempt. Returns its id."""
        with self._database.transaction() as connection:
            made = connection.execute(
                "INSERT INTO matrices (created_at, title, rows, columns) VALUES (?, ?, ?, ?)",
                (time.time(), title, json.dumps([*rows]), json.dumps([*columns])),
            ).lastrowid
            assert made is not None
            connection.executemany(
                "INSERT INTO matrix_cells VALUES (?, ?, ?, ?)",
                ((made, row, column, key) for row, column, key in cells),
            )
        return made

    def latest(self, count: int = 20) -> list[MatrixRow]:
        """The newest first."""
        rows = self._database.read("SELECT * FROM matrices ORDER BY id DESC LIMIT ?", (count,))
        return read_rows(rows, _matrix, "a matrix")

    def of(self, matrix_id: int) -> MatrixRow | None:
        """The one of that id; None where there is none, or it cannot be read."""
        row = self._database.read_one("SELECT * FROM matrices WHERE id = ?", (matrix_id,))
        return readable(_matrix, row, "a matrix") if row is not None else None

    def cells(self, matrix_id: int) -> dict[tuple[int, int], tuple[str, int | None]]:
        """(row, column) -> key of the newest attempt, and the asset that came of it."""
        rows = self._database.read(
            "SELECT row, column, attempt, (SELECT MAX(asset_id) FROM lineage"
            " WHERE lineage.attempt = matrix_cells.attempt) AS asset_id"
            " FROM matrix_cells WHERE matrix_id = ?",
            (matrix_id,),
        )
        return {(row["row"], row["column"]): (row["attempt"], row["asset_id"]) for row in rows}


def _matrix(row: sqlite3.Row) -> MatrixRow:
    rows, columns = (decode_json(row[axis], tuple[str, ...]) for axis in ("rows", "columns"))
    return MatrixRow(row["id"], row["title"], rows, columns)
