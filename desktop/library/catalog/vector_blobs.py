"""A vector as bytes: its numbers as float16, little endian."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from desktop.library.catalog.database import Database

_SIZE = 2
_ASKED = 9
"""Vectors that are asked for the length of all."""
_LOG = logging.getLogger(__name__)


def dimension_in(database: Database, encoder_id: str) -> int:
    """Length of this encoder's vectors; 0 while there are none."""
    row = database.read_one(
        "SELECT size FROM (SELECT LENGTH(CAST(value AS BLOB)) AS size FROM vectors"
        " WHERE encoder = ? LIMIT ?) GROUP BY size ORDER BY COUNT(*) DESC",
        (encoder_id, _ASKED),
    )
    return int(row["size"]) // _SIZE if row else 0


def load_vectors(
    rows: Sequence[sqlite3.Row], dimension: int
) -> tuple[list[sqlite3.Row], NDArray[np.float16]]:
    """(n,) those of these rows whose last column is a vector of this length, and (n, d) the
    vectors; (0, 0) where none is. A row that is none costs itself alone."""
    sound = [row for row in rows if _is_vector(row[-1], dimension)]
    if len(sound) < len(rows):
        _LOG.warning("%d vectors in the catalogue are none", len(rows) - len(sound))
    values = np.frombuffer(b"".join(row[-1] for row in sound), "<f2")
    return sound, values.reshape(len(sound), dimension if sound else 0)


def _is_vector(value: object, dimension: int) -> bool:
    return isinstance(value, bytes) and len(value) == _SIZE * dimension > 0
