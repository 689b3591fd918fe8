"""Which vectors exist, and which of them Milvus has acknowledged.

The ledger is what makes the index rebuildable: a vector is written here first, as float16, and
marked as stored once Milvus has answered. A kill in between leaves an unmarked row, which the
next run sends again under the same id. A row that is deleted here, for whatever reason, leaves its
id behind until Milvus has deleted it too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desktop.library.catalog import ReadFile
from desktop.library.database import Database

_IMAGE, _FRAME = "image", "frame"
"""Values of ``vectors.kind``."""

VectorChunk = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float16]]
"""Row ids (n,), asset ids (n,), values (n, d)."""


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One vector.

    Attributes:
        id: in both stores.
        position_ms: of a frame, where it is in its video; None for a picture.
        value: (d,) float32.
    """

    id: int
    asset_id: int
    position_ms: int | None
    value: NDArray[np.float32]

    @property
    def kind(self) -> str:
        return _IMAGE if self.position_ms is None else _FRAME


class VectorLedger:
    """The ``vectors`` table. Any thread may read; the index lane alone writes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(
        self,
        encoder: str,
        files: Sequence[ReadFile],
        vectors: NDArray[np.float32],
        positions_ms: Sequence[int | None] = (),
    ) -> list[LedgerRow]:
        """Keep vectors, not yet stored, in place of all that these assets had by ``encoder``.

        All or nothing: a video is never there with some of its frames.

        Args:
            files: (n,), one for each vector: that of a video as often as it has frames.
            vectors: (n, d).
            positions_ms: (n,) where in its video each frame is, None for a picture; or empty,
                when all are pictures.
        """
        halves = vectors.astype("<f2")
        rows: list[LedgerRow] = []
        with self._database.transaction() as connection:
            for file, half, position in zip(
                files, halves, positions_ms or [None] * len(files), strict=True
            ):
                kind = _IMAGE if position is None else _FRAME
                row = connection.execute(
                    "INSERT INTO vectors (asset_id, encoder, kind, position, content_hash, value)"
                    " VALUES (?, ?, ?, ?, ?, ?)"
                    " ON CONFLICT (asset_id, encoder, kind, position) DO UPDATE SET"
                    " content_hash = excluded.content_hash, value = excluded.value, is_stored = 0"
                    " RETURNING id",
                    (
                        *(file.asset_id, encoder, kind, position or 0),
                        *(file.content_hash, half.tobytes()),
                    ),
                ).fetchone()
                value = half.astype(np.float32)
                rows.append(LedgerRow(row["id"], file.asset_id, position, value))
            kept: dict[int, list[int]] = {}
            for row in rows:
                kept.setdefault(row.asset_id, []).append(row.id)
            connection.executemany(
                "DELETE FROM vectors WHERE asset_id = ? AND encoder = ?"
                " AND id NOT IN (SELECT value FROM json_each(?))",
                ((asset_id, encoder, str(ids)) for asset_id, ids in kept.items()),
            )
        return rows

    def deleted_ids(self, encoder: str) -> list[int]:
        """Rows that are no longer here and that Milvus may still hold."""
        rows = self._database.read("SELECT id FROM deleted_vectors WHERE encoder = ?", (encoder,))
        return [row["id"] for row in rows]

    def mark_deleted(self, ids: Iterable[int]) -> None:
        """Milvus does not hold these any more."""
        with self._database.transaction() as connection:
            connection.executemany(
                "DELETE FROM deleted_vectors WHERE id = ?", ((row_id,) for row_id in ids)
            )

    def positions_ms(self, ids: Sequence[int]) -> dict[int, int]:
        """Where in their videos those of these vectors are that describe a frame."""
        rows = self._database.read(
            "SELECT id, position FROM vectors WHERE kind = ?"
            " AND id IN (SELECT value FROM json_each(?))",
            (_FRAME, str(list(ids))),
        )
        return {row["id"]: row["position"] for row in rows}

    def mark_stored(self, ids: Iterable[int]) -> None:
        with self._database.transaction() as connection:
            connection.executemany(
                "UPDATE vectors SET is_stored = 1 WHERE id = ?", ((row_id,) for row_id in ids)
            )

    def mark_lost(self, encoder: str, ids: Iterable[int]) -> None:
        """Milvus does not hold these after all: send them again."""
        with self._database.transaction() as connection:
            connection.executemany(
                "UPDATE vectors SET is_stored = 0 WHERE id = ? AND encoder = ?",
                ((row_id, encoder) for row_id in ids),
            )

    def settle_in(self, place: str) -> None:
        """``place`` keeps the vectors from now on; what another place has acknowledged says
        nothing about this one, so everything is to be sent there.

        Args:
            place: address of the store; empty for the library's own file, wherever that lies.
        """
        with self._database.transaction() as connection:
            moved = connection.execute(
                "UPDATE library SET store = ? WHERE store <> ?", (place, place)
            )
            if moved.rowcount:
                connection.execute("UPDATE vectors SET is_stored = 0 WHERE is_stored = 1")

    def spaces(self) -> list[tuple[str, int]]:
        """Each encoder that there are vectors of, and how many Milvus has not acknowledged."""
        rows = self._database.read(
            "SELECT encoder, SUM(NOT is_stored) AS unsent FROM vectors GROUP BY encoder"
        )
        return [(row["encoder"], row["unsent"]) for row in rows]

    def send_again(self, asset_ids: Iterable[int]) -> None:
        """What Milvus keeps beside the vectors of these assets (path, time) is out of date."""
        with self._database.transaction() as connection:
            connection.executemany(
                "UPDATE vectors SET is_stored = 0 WHERE asset_id = ?",
                ((asset_id,) for asset_id in asset_ids),
            )

    def stored_ids(self, encoder: str) -> set[int]:
        rows = self._database.read(
            "SELECT id FROM vectors WHERE encoder = ? AND is_stored", (encoder,)
        )
        return {row["id"] for row in rows}

    def dimension(self, encoder: str) -> int:
        """Length of this encoder's vectors; 0 while there are none."""
        row = self._database.read_one(
            "SELECT LENGTH(value) AS size FROM vectors WHERE encoder = ? LIMIT 1", (encoder,)
        )
        return int(row["size"]) // 2 if row else 0

    def stored_count(self, encoder: str) -> int:
        row = self._database.read_one(
            "SELECT COUNT(*) AS n FROM vectors WHERE encoder = ? AND is_stored", (encoder,)
        )
        return int(row["n"]) if row else 0

    def stored_counts(self) -> dict[str, int]:
        """Encoder -> of how many assets Milvus has its vectors; only those with any."""
        rows = self._database.read(
            "SELECT encoder, COUNT(DISTINCT asset_id) AS n FROM vectors WHERE is_stored = 1"
            " GROUP BY encoder"
        )
        return {row["encoder"]: row["n"] for row in rows}

    def is_ahead(self, encoder: str, other: str, root_ids: Sequence[int]) -> bool:
        """True when there is a picture in these roots, at hand and as it was when it was read,
        that ``encoder`` has a vector of in Milvus and ``other`` has not.

        Asks from the newest vector backwards: pictures are encoded oldest first, so while
        ``other`` catches up the answer is found at once.
        """
        row = self._database.read_one(
            "SELECT 1 FROM vectors JOIN assets ON assets.id = vectors.asset_id"
            " WHERE encoder = :encoder AND is_stored = 1 AND state = 'ready' AND NOT is_missing"
            " AND vectors.content_hash = assets.content_hash"
            " AND root_id IN (SELECT value FROM json_each(:roots))"
            " AND NOT EXISTS (SELECT 1 FROM vectors AS own WHERE own.asset_id = assets.id"
            " AND own.encoder = :other AND own.is_stored"
            " AND own.content_hash = assets.content_hash)"
            " ORDER BY vectors.id DESC LIMIT 1",
            {"encoder": encoder, "other": other, "roots": str(list(root_ids))},
        )
        return row is not None

    def stored_chunks(self, encoder: str, rows: int = 4_096) -> Iterator[VectorChunk]:
        """Every vector of this encoder that Milvus has acknowledged, ids ascending."""
        last = 0
        while True:
            found = self._database.read(
                "SELECT id, asset_id, value FROM vectors"
                " WHERE encoder = ? AND is_stored = 1 AND id > ? ORDER BY id LIMIT ?",
                (encoder, last, rows),
            )
            if not found:
                return
            ids, asset_ids, values = zip(*found, strict=True)
            last = ids[-1]
            yield (
                np.array(ids, np.int64),
                np.array(asset_ids, np.int64),
                np.frombuffer(b"".join(values), "<f2").reshape(len(ids), -1),
            )

    def unsent(self, encoder: str, batch: int = 500) -> Iterator[list[LedgerRow]]:
        """Vectors of this encoder that Milvus has not acknowledged, in batches, ids ascending."""
        last = 0
        while True:
            rows = self._database.read(
                "SELECT id, asset_id, kind, position, value FROM vectors"
                " WHERE encoder = ? AND NOT is_stored AND id > ? ORDER BY id LIMIT ?",
                (encoder, last, batch),
            )
            if not rows:
                return
            last = rows[-1]["id"]
            yield [
                LedgerRow(
                    row["id"],
                    row["asset_id"],
                    row["position"] if row["kind"] == _FRAME else None,
                    np.frombuffer(row["value"], dtype="<f2").astype(np.float32),
                )
                for row in rows
            ]

    def assets_to_read(
        self,
        encoder: str | None,
        asset_ids: Sequence[int] | None = None,
        root_ids: Sequence[int] | None = None,
    ) -> list[int]:
        """Assets whose file must be read: new or changed, or without a vector by ``encoder``.

        Args:
            encoder: identity of the encoder in use; None when there is no model, then only
                unread files count.
            asset_ids: look at these alone; None for the whole library.
            root_ids: look at these roots alone; None for all.
        """
        wanted = "" if asset_ids is None else " AND id IN (SELECT value FROM json_each(:ids))"
        if root_ids is not None:
            wanted += " AND root_id IN (SELECT value FROM json_each(:roots))"
        lacking = (
            ""
            if encoder is None
            else " OR (state = 'ready' AND NOT EXISTS (SELECT 1 FROM vectors WHERE"
            " asset_id = assets.id AND encoder = :encoder"
            " AND vectors.content_hash = assets.content_hash))"
        )
        rows = self._database.read(
            "SELECT id FROM assets WHERE NOT is_missing AND NOT is_ignored"
            f" AND (state = 'new'{lacking}){wanted}"
            " ORDER BY id",
            {
                "encoder": encoder,
                "ids": str(list(asset_ids or ())),
                "roots": str(list(root_ids or ())),
            },
        )
        return [row["id"] for row in rows]

    def pending_count(self, encoder: str | None) -> int:
        """Assets that are not searchable by meaning yet: Milvus lacks a vector by ``encoder``."""
        row = self._database.read_one(
            "SELECT COUNT(*) AS n FROM assets WHERE NOT is_missing AND NOT is_ignored"
            " AND state <> 'failed' AND NOT COALESCE((SELECT MIN(is_stored) FROM vectors"
            " WHERE asset_id = assets.id AND encoder = ?"
            " AND vectors.content_hash = assets.content_hash), 0)",
            (encoder or "",),
        )
        return int(row["n"]) if row else 0
