"""Which vectors exist, and which of them Milvus has acknowledged.

The table is what makes the index rebuildable: a vector is written here first, as float16, and
marked as stored once Milvus has answered. A kill in between leaves an unmarked row, which the
next run sends again under the same id. A row that is deleted here, for whatever reason, leaves its
id behind until Milvus has deleted it too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from desktop.core.vector import FRAME, IMAGE, VectorRow
from desktop.library.catalog.assets import ReadFile
from desktop.library.catalog.database import Database
from desktop.library.catalog.tallies import FIT
from desktop.library.catalog.vector_blobs import dimension_in, load_vectors

VectorChunk = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float16]]
"""Row ids (n,), asset ids (n,), values (n, d)."""

NOWHERE = "restored"
"""No place of a store: whatever was acknowledged there is sent again."""
_SCALARS = "COALESCE((SELECT version FROM old_scalars WHERE vector_id = vectors.id), 0)"
"""0: nothing beside the vector has changed since the store heard of it."""


class VectorTable:
    """The ``vectors`` table. Any thread may read; the one that writes to Milvus alone writes here.

    That Milvus is to hear of something (a tag, a picture taken out) is noted by triggers, in
    whatever thread it was said.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(
        self,
        encoder_id: str,
        files: Sequence[ReadFile],
        vectors: NDArray[np.float32],
        positions_ms: Sequence[int | None] = (),
    ) -> list[VectorRow]:
        """Keep vectors, not yet stored, in place of all that these assets had by ``encoder_id``.

        All or nothing: a video is never there with some of its frames.

        Args:
            files: (n,), one for each vector: that of a video as often as it has frames.
            vectors: (n, d).
            positions_ms: (n,) where in its video each frame is, None for a picture; or empty,
                when all are pictures.
        """
        halves = vectors.astype("<f2")
        rows: list[VectorRow] = []
        with self._database.transaction() as connection:
            for file, half, position in zip(
                files, halves, positions_ms or [None] * len(files), strict=True
            ):
                kind = IMAGE if position is None else FRAME
                row = connection.execute(
                    "INSERT INTO vectors (asset_id, encoder, kind, position, content_hash, value)"
                    " VALUES (?, ?, ?, ?, ?, ?)"
                    " ON CONFLICT (asset_id, encoder, kind, position) DO UPDATE SET"
                    " content_hash = excluded.content_hash, value = excluded.value, is_stored = 0"
                    f" RETURNING id, {_SCALARS} AS scalars",
                    (
                        *(file.asset_id, encoder_id, kind, position or 0),
                        *(file.content_hash, half.tobytes()),
                    ),
                ).fetchone()
                value = half.astype(np.float32)
                version = row["scalars"]
                rows.append(
                    VectorRow(row["id"], file.asset_id, value, position, scalars_version=version)
                )
            kept: dict[int, list[int]] = {}
            for row in rows:
                kept.setdefault(row.asset_id, []).append(row.id)
            connection.executemany(
                "DELETE FROM vectors WHERE asset_id = ? AND encoder = ?"
                " AND id NOT IN (SELECT value FROM json_each(?))",
                ((asset_id, encoder_id, str(ids)) for asset_id, ids in kept.items()),
            )
        return rows

    def deleted_ids(self, encoder_id: str) -> list[int]:
        """Rows that are no longer here and that Milvus may still hold."""
        rows = self._database.read(
            "SELECT id FROM deleted_vectors WHERE encoder = ?", (encoder_id,)
        )
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
            (FRAME, str(list(ids))),
        )
        return {row["id"]: row["position"] for row in rows}

    def scenes_ms(self, asset_id: int) -> list[int]:
        """Where in a video the frames are that stand for its scenes, ms, in their order."""
        rows = self._database.read(
            "SELECT DISTINCT position FROM vectors WHERE asset_id = ? AND kind = ?"
            " ORDER BY position",
            (asset_id, FRAME),
        )
        return [row["position"] for row in rows]

    def mark_stored(self, rows: Iterable[VectorRow]) -> None:
        """Milvus has acknowledged these, with the scalars that they had when they were read."""
        with self._database.transaction() as connection:
            sent = [(row.id, row.scalars_version) for row in rows]
            connection.executemany(
                "UPDATE vectors SET is_stored = 1 WHERE id = ?", ((row_id,) for row_id, _ in sent)
            )
            connection.executemany(
                "DELETE FROM old_scalars WHERE vector_id = ? AND version = ?", sent
            )

    def mark_lost(self, encoder_id: str, ids: Iterable[int]) -> None:
        """Milvus does not hold these after all: send them again."""
        with self._database.transaction() as connection:
            connection.executemany(
                "UPDATE vectors SET is_stored = 0 WHERE id = ? AND encoder = ?",
                ((row_id, encoder_id) for row_id in ids),
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

    def leave_place(self) -> None:
        """No store holds anything of this library any more, whatever one has acknowledged."""
        self.settle_in(NOWHERE)

    def spaces(self) -> list[tuple[str, int]]:
        """Each encoder that there are vectors of, and how many Milvus has not acknowledged."""
        rows = self._database.read(
            "SELECT encoder, SUM(n * NOT is_stored) AS unsent FROM"
            " (SELECT encoder, is_stored, n FROM vector_counts UNION ALL SELECT encoder, is_stored,"
            " COUNT(*) FROM vectors INDEXED BY frames_by_asset WHERE kind = 'frame'"
            " GROUP BY encoder, is_stored)"
            " GROUP BY encoder HAVING SUM(n)"
        )
        return [(row["encoder"], row["unsent"]) for row in rows]

    def stored_ids(self, encoder_id: str) -> set[int]:
        rows = self._database.read(
            "SELECT id FROM vectors WHERE encoder = ? AND is_stored", (encoder_id,)
        )
        return {row["id"] for row in rows}

    def dimension(self, encoder_id: str) -> int:
        """Length of this encoder's vectors; 0 while there are none."""
        return dimension_in(self._database, encoder_id)

    def stored_count(self, encoder_id: str) -> int:
        row = self._database.read_one(
            "SELECT (SELECT TOTAL(n) FROM vector_counts WHERE encoder = ?1 AND is_stored)"
            " + (SELECT COUNT(*) FROM vectors INDEXED BY frames_by_asset"
            " WHERE encoder = ?1 AND kind = 'frame' AND is_stored)"
            " AS n",
            (encoder_id,),
        )
        assert row is not None  # a SELECT without a table gives one row
        return int(row["n"])

    def stored_counts(self) -> dict[str, int]:
        """Encoder -> of how many assets Milvus has its vectors; only those with any."""
        rows = self._database.read(
            "SELECT encoder, SUM(n) AS n FROM"
            " (SELECT encoder, n FROM vector_counts WHERE is_stored UNION ALL SELECT encoder,"
            " COUNT(DISTINCT asset_id) FROM vectors INDEXED BY frames_by_asset"
            " WHERE kind = 'frame' AND is_stored"
            " GROUP BY encoder) GROUP BY encoder HAVING SUM(n)"
        )
        return {row["encoder"]: row["n"] for row in rows}

    def is_ahead(self, encoder_id: str, other: str, root_ids: Sequence[int]) -> bool:
        """True when there is a picture in these roots, at hand and as it was when it was read,
        that ``encoder_id`` has a vector of in Milvus and ``other`` has not.

        Asks from the newest vector backwards: pictures are encoded oldest first, so while
        ``other`` catches up the answer is found at once.
        """
        if not root_ids:
            return False  # as all would be looked at to find out
        row = self._database.read_one(
            "SELECT 1 FROM vectors JOIN assets ON assets.id = vectors.asset_id"
            " WHERE encoder = :encoder AND is_stored = 1 AND state = 'ready' AND NOT is_missing"
            " AND vectors.content_hash = assets.content_hash"
            " AND root_id IN (SELECT value FROM json_each(:roots))"
            " AND NOT EXISTS (SELECT 1 FROM vectors AS own WHERE own.asset_id = assets.id"
            " AND own.encoder = :other AND own.is_stored"
            " AND own.content_hash = assets.content_hash)"
            " ORDER BY vectors.id DESC LIMIT 1",
            {"encoder": encoder_id, "other": other, "roots": str(list(root_ids))},
        )
        return row is not None

    def chunks(self, encoder_id: str, rows: int = 4_096) -> Iterator[VectorChunk]:
        """Every vector of this encoder, whether Milvus has it or not, ids ascending."""
        last, dimension = 0, self.dimension(encoder_id)
        while True:
            found = self._database.read(
                # +: in the order of the table; an index would have to be sorted for each chunk.
                "SELECT id, asset_id, value FROM vectors"
                " WHERE +encoder = ? AND id > ? ORDER BY id LIMIT ?",
                (encoder_id, last, rows),
            )
            if not found:
                return
            last = found[-1]["id"]
            sound, values = load_vectors(found, dimension)
            if sound:
                ids, asset_ids, _ = zip(*sound, strict=True)
                yield np.array(ids, np.int64), np.array(asset_ids, np.int64), values

    def values(
        self, encoder_id: str, ids: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.float16]]:
        """(n,) those of ``ids`` that there are; (n, d) their vectors, in the same order."""
        rows = self._database.read(
            # +: row by row, by what they are called; most of an index would be read otherwise.
            "SELECT id, value FROM vectors"
            " WHERE id IN (SELECT value FROM json_each(?)) AND +encoder = ?",
            (str(ids.tolist()), encoder_id),
        )
        sound, values = load_vectors(rows, self.dimension(encoder_id))
        return np.array([row["id"] for row in sound], np.int64), values

    def of_assets(self, encoder_id: str, asset_ids: Sequence[int]) -> NDArray[np.float32]:
        """(n, d): the vectors of these pictures, of videos those of their frames; fewer where some
        have none, and (0, 0) where none has one."""
        rows = self._database.read(
            "SELECT value FROM vectors WHERE encoder = ?"
            " AND asset_id IN (SELECT value FROM json_each(?)) ORDER BY asset_id",
            (encoder_id, str(list(asset_ids))),
        )
        return load_vectors(rows, self.dimension(encoder_id))[1].astype(np.float32)

    def by_asset(self, encoder_id: str, asset_ids: Sequence[int]) -> dict[int, NDArray[np.float32]]:
        """Asset id to its (d,) vector, of a video that of a frame; without those that have none."""
        rows = self._database.read(
            "SELECT asset_id, value FROM vectors WHERE encoder = ?"
            " AND asset_id IN (SELECT value FROM json_each(?))",
            (encoder_id, str(list(asset_ids))),
        )
        sound, values = load_vectors(rows, self.dimension(encoder_id))
        asset_of = [row["asset_id"] for row in sound]
        return dict(zip(asset_of, values.astype(np.float32), strict=True))

    def one_of(
        self, encoder_id: str, asset_id: int, position_ms: int | None = None
    ) -> tuple[NDArray[np.float32], bool] | None:
        """(d,) of a picture, or of a scene of a video, the first without ``position_ms``; and
        whether the file was not seen to change since. None where there is none."""
        row = self._database.read_one(
            "SELECT state <> 'new' AND vectors.content_hash = assets.content_hash AS is_new, value"
            " FROM vectors JOIN assets ON assets.id = asset_id WHERE encoder = ? AND asset_id = ?"
            " AND (? IS NULL OR (kind = ? AND position = ?)) ORDER BY position LIMIT 1",
            (encoder_id, asset_id, position_ms, FRAME, position_ms),
        )
        sound, values = load_vectors([row] if row else [], self.dimension(encoder_id))
        return (values[0].astype(np.float32), bool(sound[0]["is_new"])) if sound else None

    def one_of_each(
        self, encoder_id: str, asset_ids: Sequence[int]
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """(n,) ids of those of these that have a vector, ascending; (n, d) the vectors, of a video
        that of its first frame."""
        rows = self._database.read(
            "SELECT asset_id, value FROM vectors WHERE encoder = ?"
            " AND asset_id IN (SELECT value FROM json_each(?)) ORDER BY asset_id, position",
            (encoder_id, str(list(asset_ids))),
        )
        sound, values = load_vectors(rows, self.dimension(encoder_id))
        ids, first = np.unique([row["asset_id"] for row in sound], return_index=True)
        return ids.astype(np.int64), values[first].astype(np.float32)

    def sample(self, encoder_id: str, count: int) -> NDArray[np.float32]:
        """(n, d): about ``count`` of this encoder's vectors, in no order; all where there are
        hardly more. The same ones as long as the same ones are there."""
        bounds = self._database.read_one("SELECT MIN(id) AS first, MAX(id) AS last FROM vectors")
        assert bounds is not None  # an aggregate always gives one
        rng = np.random.default_rng(count)
        first, last = bounds["first"] or 0, bounds["last"] or 0
        if last - first < 4 * count:
            picked = np.arange(first, last + 1)
        else:
            picked = rng.integers(first, last, 2 * count, endpoint=True)
        rows = self._database.read(
            "SELECT value FROM vectors WHERE encoder = ?"
            " AND id IN (SELECT value FROM json_each(?))",
            (encoder_id, str(picked.tolist())),
        )
        if len(rows) < min(count, last - first) // 4:  # most are another encoder's, or deleted
            rows = self._database.read(
                "SELECT value FROM vectors WHERE encoder = ? LIMIT ?", (encoder_id, count)
            )
        rng.shuffle(rows)
        return load_vectors(rows[:count], self.dimension(encoder_id))[1].astype(np.float32)

    def unsent(self, encoder_id: str, batch: int = 500) -> Iterator[list[VectorRow]]:
        """Vectors of this encoder that Milvus has not acknowledged, in batches, ids ascending."""
        return self._rows("is_stored = 0", encoder_id, batch)

    def with_old_scalars(self, encoder_id: str, batch: int = 500) -> Iterator[list[VectorRow]]:
        """As ``unsent``: vectors beside which Milvus keeps what is out of date."""
        return self._rows(
            "is_stored AND id IN (SELECT vector_id FROM old_scalars WHERE encoder = ?1)",
            encoder_id,
            batch,
        )

    def is_settled(self, encoder_id: str) -> bool:
        """Milvus has every vector of this encoder, and beside each what is true now."""
        row = self._database.read_one(
            "SELECT EXISTS (SELECT 1 FROM vectors WHERE encoder = ?1 AND is_stored = 0)"
            " OR EXISTS (SELECT 1 FROM old_scalars WHERE encoder = ?1)",
            (encoder_id,),
        )
        assert row is not None  # a SELECT without a table gives one row
        return not row[0]

    def old_scalars_count(self, encoder_id: str) -> int:
        """How many ``with_old_scalars`` gives."""
        row = self._database.read_one(
            "SELECT COUNT(*) FROM old_scalars CROSS JOIN vectors ON vectors.id = vector_id"
            " WHERE old_scalars.encoder = ? AND is_stored",
            (encoder_id,),
        )
        assert row is not None  # an aggregate always gives one
        return int(row[0])

    def tag_keys(self, asset_ids: Sequence[int]) -> dict[int, list[str]]:
        """The tags of those of these assets that have any, by which they are compared."""
        found: dict[int, list[str]] = {}
        for asset_id, key in self._database.read(
            "SELECT asset_id, key FROM asset_tags JOIN tags ON tags.id = tag_id"
            " WHERE asset_id IN (SELECT value FROM json_each(?)) ORDER BY key",
            (str(list(asset_ids)),),
        ):
            found.setdefault(asset_id, []).append(key)
        return found

    def most_frames(self, encoder_id: str, assets: int) -> int:
        """How many frames those videos have together that have most of them.

        Args:
            assets: how many videos are counted at most.
        """
        row = self._database.read_one(
            "SELECT TOTAL(n) FROM (SELECT COUNT(*) AS n FROM vectors WHERE encoder = ?"
            " AND kind = 'frame' GROUP BY asset_id ORDER BY n DESC LIMIT ?)",
            (encoder_id, assets),
        )
        assert row is not None  # an aggregate always gives one
        return int(row[0])

    def _rows(self, condition: str, encoder_id: str, batch: int) -> Iterator[list[VectorRow]]:
        last, dimension = 0, self.dimension(encoder_id)
        while True:
            rows = self._database.read(
                f"SELECT id, asset_id, kind, position, {_SCALARS} AS scalars, value FROM vectors"
                f" WHERE encoder = ?1 AND {condition} AND id > ?2 ORDER BY id LIMIT ?3",
                (encoder_id, last, batch),
            )
            if not rows:
                return
            last = rows[-1]["id"]
            sound, values = load_vectors(rows, dimension)
            if len(sound) < len(rows):
                self._forget({row["id"] for row in rows} - {row["id"] for row in sound})
            if not sound:
                continue
            yield [
                VectorRow(
                    row["id"],
                    row["asset_id"],
                    value,
                    row["position"] if row["kind"] == FRAME else None,
                    scalars_version=row["scalars"],
                )
                for row, value in zip(sound, values.astype(np.float32), strict=True)
            ]

    def _forget(self, ids: Iterable[int]) -> None:
        """Those are no vectors, so that their pictures are encoded again."""
        if not self._database.is_read_only:
            with self._database.transaction() as connection:
                connection.executemany(
                    "DELETE FROM vectors WHERE id = ?", ((row_id,) for row_id in ids)
                )

    def assets_to_read(
        self,
        encoder_id: str | None,
        asset_ids: Sequence[int] | None = None,
        root_ids: Sequence[int] | None = None,
    ) -> list[int]:
        """Assets whose file must be read: new or changed, or without a vector by ``encoder_id``.

        Args:
            encoder_id: identity of the encoder in use; None when there is no model, then only
                unread files count.
            asset_ids: look at these alone; None for the whole library.
            root_ids: look at these roots alone; None for all.
        """
        wanted = "" if asset_ids is None else " AND id IN (SELECT value FROM json_each(:ids))"
        if root_ids is not None:
            wanted += " AND root_id IN (SELECT value FROM json_each(:roots))"
        lacking = (
            ""
            if encoder_id is None
            else " OR (state = 'ready' AND NOT EXISTS (SELECT 1 FROM vectors WHERE"
            " asset_id = assets.id AND encoder = :encoder"
            " AND vectors.content_hash = assets.content_hash))"
        )
        rows = self._database.read(
            "SELECT id FROM assets WHERE NOT is_missing AND NOT is_ignored"
            f" AND (state = 'new'{lacking}){wanted}"
            " ORDER BY id",
            {
                "encoder": encoder_id,
                "ids": str(list(asset_ids or ())),
                "roots": str(list(root_ids or ())),
            },
        )
        return [row["id"] for row in rows]

    def pending_count(self, encoder_id: str | None) -> int:
        """Assets not searchable by meaning yet: Milvus lacks a vector by ``encoder_id``."""
        row = self._database.read_one(
            f"SELECT (SELECT TOTAL(n) FROM asset_counts WHERE {FIT})"
            " - (SELECT TOTAL(n) FROM vector_counts"
            " WHERE encoder = ?1 AND is_stored AND is_current)"
            # CROSS: from the frames, which are few, to their videos.
            " - (SELECT COUNT(*) FROM (SELECT 1 FROM vectors INDEXED BY frames_by_asset"
            " CROSS JOIN assets"
            " ON assets.id = asset_id WHERE encoder = ?1 AND kind = 'frame'"
            f" AND vectors.content_hash = assets.content_hash AND {FIT}"
            " GROUP BY asset_id HAVING MIN(is_stored))) AS n",
            (encoder_id or "",),
        )
        assert row is not None  # a SELECT without a table gives one row
        return int(row["n"])
