"""Keeps what models make of texts that mean nothing: some 64 KB for a script, seconds to encode."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from desktop.library.catalog.database import Database


class UnrelatedVectors:
    """The ``unrelated_texts`` table. Any thread may call it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, encoder_id: str, script: str, version: int) -> NDArray[np.float32] | None:
        """(t, d), of that version of the texts; None where they are not kept whole."""
        row = self._database.read_one(
            "SELECT CAST(dimension AS INTEGER) AS dimension, CAST(vectors AS BLOB) AS vectors"
            " FROM unrelated_texts WHERE encoder = ? AND script = ? AND version = ?",
            (encoder_id, script, version),
        )
        if row is None or row["dimension"] < 1 or len(row["vectors"]) % (2 * row["dimension"]):
            return None
        return np.frombuffer(row["vectors"], "<f2").reshape(-1, row["dimension"]).astype(np.float32)

    def keep(
        self, encoder_id: str, script: str, version: int, vectors: NDArray[np.float32]
    ) -> None:
        """Of an encoder and a script, in place of another version; does nothing where the library
        is read only.

        Args:
            vectors: (t, d).

        Raises:
            LibraryError: the catalogue cannot be written.
        """
        if self._database.is_read_only:
            return
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO unrelated_texts VALUES (?, ?, ?, ?, ?)",
                (encoder_id, script, version, vectors.shape[1], vectors.astype("<f2").tobytes()),
            )
